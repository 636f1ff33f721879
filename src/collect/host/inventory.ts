import { release } from 'node:os'
import { join } from 'node:path'
import type { SystemPaths } from '../system-paths.ts'
import { kernelFile } from './kernel-file.ts'

/** What does not change while the machine runs. */
export type Inventory = { platform: string; distribution: string; kernel: string; cpuModel: string }

/** Asked once: systeminformation starts processes for it. A failed attempt is made again. */
export function cachedInventory(platform: NodeJS.Platform, paths: SystemPaths): () => Promise<Inventory> {
  let known: Promise<Inventory> | null = null
  return () => {
    known ??= readInventory(platform, paths).catch((error: unknown) => {
      known = null
      throw error
    })
    return known
  }
}

async function readInventory(platform: NodeJS.Platform, paths: SystemPaths): Promise<Inventory> {
  const isLinux = platform === 'linux'
  return {
    platform: process.platform,
    distribution: (isLinux ? distributionOf(paths) : null) ?? (await askedDistribution()),
    kernel: release(),
    cpuModel: (isLinux ? cpuModelOf(paths) : null) ?? (await askedCpuModel()),
  }
}

/** os-release(5): of the machine, whose root may be another than perfbot's. */
function distributionOf({ rootfs }: SystemPaths): string | null {
  const text =
    kernelFile(join(rootfs, 'etc/os-release')) ?? kernelFile(join(rootfs, 'usr/lib/os-release')) ?? ''
  const of = (name: string) => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1]
  const name = of('NAME')
  return name ? `${name} ${of('VERSION_ID') ?? ''}`.trim() : null
}

/** On ARM the file names no model, and lscpu has to be asked. */
const cpuModelOf = ({ procfs }: SystemPaths): string | null =>
  /^model name\s*:\s*(.+)$/m.exec(kernelFile(join(procfs, 'cpuinfo')) ?? '')?.[1]?.trim() ?? null

async function askedDistribution(): Promise<string> {
  const { osInfo } = await import('systeminformation')
  const { distro, release: version } = await osInfo()
  return `${distro} ${version}`.trim()
}

async function askedCpuModel(): Promise<string> {
  const { cpu } = await import('systeminformation')
  const { manufacturer, brand } = await cpu()
  return `${manufacturer} ${brand}`.trim() || 'unknown'
}
