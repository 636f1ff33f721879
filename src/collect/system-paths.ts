import { readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where the machine's own file systems are: perfbot in a container sees the host's under another path, as
 * node_exporter does by --path.procfs, --path.sysfs and --path.rootfs.
 */
export type SystemPaths = { readonly procfs: string; readonly sysfs: string; readonly rootfs: string }

export const OWN_SYSTEM: SystemPaths = { procfs: '/proc', sysfs: '/sys', rootfs: '/' }

const isOwn = (procfs: string): boolean => join(procfs, '/') === '/proc/'

/**
 * The folder of the process whose mounts and network are the machine's. /proc/mounts and /proc/net are those of
 * whoever reads: in a container that would be its own, so there the machine's first process is asked.
 */
export const machineProcess = (procfs: string): string => join(procfs, isOwn(procfs) ? 'self' : '1')

/**
 * Whether perfbot lives in the machine's own network: /proc/sys/net answers for the network of the reader, whatever
 * /proc it is read through. Each network has files of its own, which their numbers tell; /proc/1/ns/net would say it
 * outright, but only to who may trace that process. False where it cannot be told.
 */
export function sharesNetwork(procfs: string): boolean {
  if (isOwn(procfs)) return true
  try {
    return statSync(join(procfs, 'self/net/dev')).ino === statSync(join(procfs, '1/net/dev')).ino
  } catch {
    return false
  }
}

/** The number of perfbot's own process as this /proc counts it; null where it is not in it. */
export function ownProcess(procfs: string): number | null {
  if (isOwn(procfs)) return process.pid
  try {
    return Number(readlinkSync(join(procfs, 'self')))
  } catch {
    return null
  }
}
