import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bytes } from '../../model/units.ts'
import type { ListedProcess } from './processes.ts'
import { numberOf, textOf } from './sysfs-values.ts'

/**
 * Who holds memory of which AMD GPU, by PCI address: compute processes (ROCm), as the kernel lists them under
 * /sys/class/kfd. amd-smi reads the same files, so that it is not asked. Null without kfd: then nobody knows.
 */
export async function amdProcesses(sysfs: string): Promise<Map<string, ListedProcess[]> | null> {
  const kfd = join(sysfs, 'class/kfd/kfd')
  const addresses = await addressesOf(join(kfd, 'topology/nodes'))
  const pids = await readdir(join(kfd, 'proc')).catch(() => null)
  if (pids === null) return null
  const processes = new Map<string, ListedProcess[]>([...addresses.values()].map((address) => [address, []]))
  for (const pid of pids.filter((name) => /^\d+$/.test(name))) {
    const files = await readdir(join(kfd, 'proc', pid)).catch(() => [])
    for (const file of files.filter((name) => name.startsWith('vram_'))) {
      const address = addresses.get(file.slice('vram_'.length))
      const held = await numberOf(join(kfd, 'proc', pid, file))
      // It is listed with every GPU that it could use; what holds nothing does not use it.
      if (!address || !held) continue
      processes
        .get(address)
        ?.push({ pid: Number(pid), name: null, kind: 'compute', memoryBytes: bytes(held) })
    }
  }
  return processes
}

/** PCI addresses by gpu_id, from the nodes' `domain` and `location_id` (bus, device and function as PCI packs them). */
async function addressesOf(nodes: string): Promise<Map<string, string>> {
  const addresses = new Map<string, string>()
  for (const node of await readdir(nodes).catch(() => [])) {
    const gpuId = await textOf(join(nodes, node, 'gpu_id'))
    const properties = (await textOf(join(nodes, node, 'properties'))) ?? ''
    const property = (name: string) =>
      Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(properties)?.[1] ?? Number.NaN)
    const location = property('location_id')
    // A processor is a node too, of gpu_id 0.
    if (!gpuId || gpuId === '0' || !Number.isInteger(location)) continue
    addresses.set(gpuId, pciAddress(property('domain') || 0, location))
  }
  return addresses
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')

const pciAddress = (domain: number, location: number): string =>
  `${hex(domain, 4)}:${hex(location >> 8, 2)}:${hex((location >> 3) & 0x1f, 2)}.${location & 7}`
