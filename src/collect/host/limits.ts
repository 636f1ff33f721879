import type { HostReading } from '../../model/host-reading.ts'
import { kernelFile, numberIn } from './kernel-file.ts'

/** /proc/sys/fs/file-nr: allocated, unused (always 0 since Linux 2.6), and the most there may be. */
export function readFileDescriptors(procfs: string): HostReading['fileDescriptors'] {
  const match = /^(\d+)\s+\d+\s+(\d+)/.exec(kernelFile(`${procfs}/sys/fs/file-nr`) ?? '')
  return match && { allocated: Number(match[1]), maximum: Number(match[2]) }
}

/** What threads there may be on the machine: each needs a number. */
export function threadLimit(procfs: string): number | null {
  const limits = ['pid_max', 'threads-max'].map((name) => numberIn(`${procfs}/sys/kernel/${name}`))
  const known = limits.filter((limit) => limit !== null)
  return known.length > 0 ? Math.min(...known) : null
}
