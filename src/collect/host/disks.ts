import type { DiskReading } from '../../model/host-devices.ts'
import { bytes, bytesPerSecond, ratio, type Seconds, seconds } from '../../model/units.ts'
import { growth, rate, wrappingGrowth } from './counters.ts'
import { kernelFile, numberIn } from './kernel-file.ts'

/** As /proc/diskstats counts: sectors, operations and milliseconds. */
export type DiskCounters = {
  device: string
  reads: number
  readsMerged: number
  sectorsRead: number
  readMilliseconds: number
  writes: number
  writesMerged: number
  sectorsWritten: number
  writeMilliseconds: number
  inProgress: number
  ioMilliseconds: number
  weightedMilliseconds: number
}

/** A sector of these counters is 512 bytes whatever the device's own is. */
const SECTOR_BYTES = 512

/** Loops, RAM disks and optical drives; what is built of other disks would be counted twice. */
const NOT_A_DISK = /^(loop|ram|zram|sr|fd|dm-|md)/

/** /proc/diskstats (kernel, Documentation/admin-guide/iostats.rst), whole disks that have been used since boot. */
export const parseDiskCounters = (text: string, isWhole: (device: string) => boolean): DiskCounters[] =>
  text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , device = '', ...counters]) => counters.length >= 11 && !NOT_A_DISK.test(device))
    .map((fields) => {
      const [reads, readsMerged, sectorsRead, readMilliseconds, writes, writesMerged, ...rest] = fields
        .slice(3)
        .map(Number) as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      const [sectorsWritten, writeMilliseconds, inProgress, ioMilliseconds, weightedMilliseconds] = rest
      return {
        device: fields[2] as string,
        ...{ reads, readsMerged, sectorsRead, readMilliseconds },
        ...{ writes, writesMerged, sectorsWritten, writeMilliseconds },
        ...{ inProgress, ioMilliseconds, weightedMilliseconds },
      }
    })
    .filter((disk) => disk.sectorsRead + disk.sectorsWritten > 0 && isWhole(disk.device))

export type DiskTraits = Pick<DiskReading, 'model' | 'rotational' | 'sizeBytes'>

/** What a disk is, from /sys/block/DEVICE, asked once for each: it does not change. Null: not a whole disk. */
export function diskTraits(sysfs: string): (device: string) => DiskTraits | null {
  const known = new Map<string, DiskTraits | null>()
  const read = (device: string): DiskTraits | null => {
    // The kernel writes the `/` in a device's name as `!` in /sys.
    const folder = `${sysfs}/block/${device.replaceAll('/', '!')}`
    const sectors = numberIn(`${folder}/size`)
    if (sectors === null) return null
    const rotational = numberIn(`${folder}/queue/rotational`)
    return {
      model: kernelFile(`${folder}/device/model`)?.trim() || null,
      rotational: rotational === null ? null : rotational === 1,
      sizeBytes: bytes(sectors * SECTOR_BYTES),
    }
  }
  return (device) => {
    const traits = known.get(device) ?? read(device)
    // A name without a folder is asked again: the disk may have been plugged in since.
    if (traits) known.set(device, traits)
    return traits
  }
}

const UNKNOWN: DiskTraits = { model: null, rotational: null, sizeBytes: null }
const NO_RATES = {
  readBytes: null,
  writtenBytes: null,
  reads: null,
  writes: null,
  readAwait: null,
  writeAwait: null,
  queueLength: null,
  utilisation: null,
}

export const diskReadings = (
  earlier: readonly DiskCounters[],
  later: readonly DiskCounters[],
  elapsedSeconds: number,
  traitsOf: (device: string) => DiskTraits | null,
): DiskReading[] =>
  later.map((disk) => {
    const before = earlier.find(({ device }) => device === disk.device)
    // One that appeared meanwhile has no rate yet, and one that was plugged in again counts anew.
    const known = before && elapsedSeconds > 0 && !wasReset(before, disk)
    return {
      device: disk.device,
      ...(traitsOf(disk.device) ?? UNKNOWN),
      ...(known ? ratesOf(before, disk, elapsedSeconds) : NO_RATES),
      counters: countersOf(disk),
    }
  })

const wasReset = (before: DiskCounters, disk: DiskCounters): boolean =>
  disk.reads < before.reads ||
  disk.writes < before.writes ||
  disk.sectorsRead < before.sectorsRead ||
  disk.sectorsWritten < before.sectorsWritten

function ratesOf(before: DiskCounters, disk: DiskCounters, elapsedSeconds: number) {
  const operations = (kind: 'reads' | 'writes') => rate(before[kind], disk[kind], elapsedSeconds)
  const throughput = (kind: 'sectorsRead' | 'sectorsWritten') =>
    bytesPerSecond((growth(before[kind], disk[kind]) * SECTOR_BYTES) / elapsedSeconds)
  // The times are kept in 32 bits; the counts, in 64, have told that it is no reset.
  const time = (
    kind: 'readMilliseconds' | 'writeMilliseconds' | 'ioMilliseconds' | 'weightedMilliseconds',
  ) => {
    const grown = wrappingGrowth(before[kind], disk[kind])
    return grown === null ? null : grown / 1000
  }
  const meanTime = (spent: number | null, count: number): Seconds | null =>
    spent !== null && count > 0 ? seconds(spent / count) : null
  const busy = time('ioMilliseconds')
  const queued = time('weightedMilliseconds')
  return {
    readBytes: throughput('sectorsRead'),
    writtenBytes: throughput('sectorsWritten'),
    reads: operations('reads'),
    writes: operations('writes'),
    readAwait: meanTime(time('readMilliseconds'), growth(before.reads, disk.reads)),
    writeAwait: meanTime(time('writeMilliseconds'), growth(before.writes, disk.writes)),
    queueLength: queued === null ? null : queued / elapsedSeconds,
    utilisation: busy === null ? null : ratio(Math.min(1, busy / elapsedSeconds)),
  }
}

const countersOf = (disk: DiskCounters): DiskReading['counters'] => ({
  readsCompleted: disk.reads,
  readsMerged: disk.readsMerged,
  readBytes: bytes(disk.sectorsRead * SECTOR_BYTES),
  readTime: seconds(disk.readMilliseconds / 1000),
  writesCompleted: disk.writes,
  writesMerged: disk.writesMerged,
  writtenBytes: bytes(disk.sectorsWritten * SECTOR_BYTES),
  writeTime: seconds(disk.writeMilliseconds / 1000),
  inProgress: disk.inProgress,
  ioTime: seconds(disk.ioMilliseconds / 1000),
  ioTimeWeighted: seconds(disk.weightedMilliseconds / 1000),
})
