import type { HostReading } from '../../model/host-reading.ts'
import { bytesPerSecond, ratio } from '../../model/units.ts'
import { growth, rate } from './counters.ts'

export type DiskCounters = {
  device: string
  sectorsRead: number
  sectorsWritten: number
  ioMilliseconds: number
}

/** A sector of these counters is 512 bytes whatever the device's own is. */
const SECTOR_BYTES = 512

/** Loops, RAM disks and optical drives; what is built of other disks would be counted twice. */
const NOT_A_DISK = /^(loop|ram|zram|sr|fd|dm-|md)/

/** /proc/diskstats (kernel, Documentation/admin-guide/iostats.rst), whole disks that have been used since boot. */
export const parseDiskCounters = (text: string, wholeDevices: ReadonlySet<string>): DiskCounters[] =>
  text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , device = '']) => wholeDevices.has(device) && !NOT_A_DISK.test(device))
    .map((fields) => ({
      device: fields[2] as string,
      sectorsRead: Number(fields[5]),
      sectorsWritten: Number(fields[9]),
      ioMilliseconds: Number(fields[12]),
    }))
    .filter((disk) => disk.sectorsRead + disk.sectorsWritten > 0)

export const diskRates = (
  earlier: readonly DiskCounters[],
  later: readonly DiskCounters[],
  elapsedSeconds: number,
): HostReading['disks'] =>
  later.map((disk) => {
    // A disk that appeared meanwhile has no rate yet.
    const before = earlier.find(({ device }) => device === disk.device) ?? disk
    const sectors = (kind: 'sectorsRead' | 'sectorsWritten') =>
      bytesPerSecond(rate(before[kind], disk[kind], elapsedSeconds) * SECTOR_BYTES)
    const busySeconds = growth(before.ioMilliseconds, disk.ioMilliseconds) / 1000
    return {
      device: disk.device,
      readBytes: sectors('sectorsRead'),
      writtenBytes: sectors('sectorsWritten'),
      utilisation: ratio(elapsedSeconds > 0 ? Math.min(1, busySeconds / elapsedSeconds) : 0),
    }
  })
