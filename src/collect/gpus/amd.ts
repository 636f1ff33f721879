import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { GpuReading } from '../../model/gpu-reading.ts'
import { timestamp } from '../../model/units.ts'
import { CollectFailure } from '../collector.ts'
import type { SystemPaths } from '../system-paths.ts'
import { amdCard } from './amd-card.ts'
import { amdProcesses } from './amd-processes.ts'
import { lookUpProcesses } from './processes.ts'
import { textOf } from './sysfs-values.ts'

export type AmdReader = {
  /** By PCI address, counted from 0. */
  read(signal: AbortSignal): Promise<GpuReading[]>
}

/**
 * AMD's GPUs, from sysfs alone (amdgpu; its files are described in Documentation/gpu/amdgpu/thermal.rst). amd-smi has
 * the same from the same files, and costs a Python interpreter to be started.
 */
export function amdReader(paths: SystemPaths): AmdReader {
  let underWay: Promise<GpuReading[]> | null = null
  return {
    async read(signal) {
      // A driver that resets a GPU holds readers back, and each would take a thread from all of perfbot with it.
      if (underWay) throw STILL_WAITING
      underWay = readAll(paths, signal).finally(() => {
        underWay = null
      })
      return await Promise.race([underWay, aborted(signal)])
    },
  }
}

const STILL_WAITING = new CollectFailure(
  'failed',
  'The amdgpu driver does not answer',
  'Look for "amdgpu: GPU reset" or "ring timeout" in dmesg; only a reboot may help',
)

/** Rejects, so that what else was read is not lost with it; the reading itself cannot be called back. */
async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort')
  throw STILL_WAITING
}

/** One file after another: they answer in microseconds, or all of them wait for the same driver. */
async function readAll({ procfs, sysfs }: SystemPaths, signal: AbortSignal): Promise<GpuReading[]> {
  const devices = await amdDevices(sysfs)
  if (devices.length === 0) return []
  const processes = await amdProcesses(sysfs)
  const driverVersion = await textOf(join(sysfs, 'module/amdgpu/version'))
  const gpus: GpuReading[] = []
  for (const [index, { path, address }] of devices.entries()) {
    signal.throwIfAborted()
    const listed = processes?.get(address) ?? null
    gpus.push({
      ...(await amdCard(path, address)),
      index,
      driverVersion,
      sampledAt: timestamp(new Date()),
      processes: listed && (await lookUpProcesses(listed, procfs)),
    })
  }
  return gpus
}

type Device = { readonly path: string; readonly address: string }

async function amdDevices(sysfs: string): Promise<Device[]> {
  const drm = join(sysfs, 'class/drm')
  const names = await readdir(drm).catch(() => [])
  const devices: Device[] = []
  // card0 is a GPU, card0-DP-1 a connector of it.
  for (const name of names.filter((each) => /^card\d+$/.test(each))) {
    const path = join(drm, name, 'device')
    const uevent = (await textOf(join(path, 'uevent'))) ?? ''
    const address = /^PCI_SLOT_NAME=(\S+)$/m.exec(uevent)?.[1]
    if (/^DRIVER=amdgpu$/m.test(uevent) && address) devices.push({ path, address })
  }
  return devices.toSorted((left, right) => (left.address < right.address ? -1 : 1))
}
