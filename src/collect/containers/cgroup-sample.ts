import { join } from 'node:path'
import type { ContainerPressure, ContainerTotals } from '../../model/container-reading.ts'
import { bytes, ratio, seconds } from '../../model/units.ts'
import type { CgroupLocation } from './cgroup-location.ts'
import { keyedNumber, readKernelFile, wholeNumber } from './kernel-files.ts'
import type { ContainerSample } from './sample.ts'

type CgroupCounters = Pick<ContainerSample, 'source' | 'memory' | 'oomKills' | 'pids' | 'pressure'> & {
  readonly totals: Omit<ContainerTotals, 'network'>
}

/** Null when the cgroup is gone, or its files are not for this user: then the API has to tell. */
export const readCgroup = (location: CgroupLocation): CgroupCounters | null =>
  location.version === 'v2' ? readV2(location.directory) : readV1(location)

function readV2(directory: string): CgroupCounters | null {
  const read = (file: string) => readKernelFile(join(directory, file))
  const cpu = read('cpu.stat')
  const cpuMicroseconds = keyedNumber(cpu, 'usage_usec')
  const usage = wholeNumber(read('memory.current'))
  const memory = read('memory.stat')
  if (cpuMicroseconds === null || usage === null || memory === null) return null
  return {
    source: 'cgroup-v2',
    memory: {
      usage,
      inactiveFile: keyedNumber(memory, 'inactive_file') ?? 0,
      cache: keyedNumber(memory, 'file'),
      swap: wholeNumber(read('memory.swap.current')),
    },
    oomKills: keyedNumber(read('memory.events'), 'oom_kill'),
    pids: wholeNumber(read('pids.current')),
    pressure: readPressure(directory),
    totals: {
      cpuSeconds: seconds(cpuMicroseconds / 1e6),
      cpuUserSeconds: scaled(keyedNumber(cpu, 'user_usec'), 1e6),
      cpuSystemSeconds: scaled(keyedNumber(cpu, 'system_usec'), 1e6),
      cpuPeriods: keyedNumber(cpu, 'nr_periods'),
      throttledPeriods: keyedNumber(cpu, 'nr_throttled'),
      throttledSeconds: scaled(keyedNumber(cpu, 'throttled_usec'), 1e6),
      io: readIoStat(read('io.stat')),
    },
  }
}

/** `8:0 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0`, a line for each device. */
function readIoStat(text: string | null): ContainerTotals['io'] {
  if (text === null) return null
  const sum = (key: string) =>
    [...text.matchAll(new RegExp(` ${key}=(\\d+)`, 'g'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    )
  return {
    readBytes: bytes(sum('rbytes')),
    writtenBytes: bytes(sum('wbytes')),
    reads: sum('rios'),
    writes: sum('wios'),
  }
}

/** USER_HZ is 100 on every architecture that Docker runs on; runc counts with the same constant. */
const TICKS_PER_SECOND = 100

function readV1({ directories, unified }: Extract<CgroupLocation, { version: 'v1' }>): CgroupCounters | null {
  const read = (controller: keyof typeof directories, file: string) => {
    const directory = directories[controller]
    return directory === undefined ? null : readKernelFile(join(directory, file))
  }
  const cpuNanoseconds = wholeNumber(read('cpuacct', 'cpuacct.usage'))
  const usage = wholeNumber(read('memory', 'memory.usage_in_bytes'))
  const memory = read('memory', 'memory.stat')
  if (cpuNanoseconds === null || usage === null || memory === null) return null
  const ticks = read('cpuacct', 'cpuacct.stat')
  const cpu = read('cpu', 'cpu.stat')
  return {
    source: 'cgroup-v1',
    memory: {
      usage,
      // total_*: with what the cgroups below have, which `usage` counts too.
      inactiveFile: keyedNumber(memory, 'total_inactive_file') ?? 0,
      cache: keyedNumber(memory, 'total_cache'),
      swap: keyedNumber(memory, 'total_swap'),
    },
    oomKills: keyedNumber(read('memory', 'memory.oom_control'), 'oom_kill'),
    pids: wholeNumber(read('pids', 'pids.current')),
    pressure: unified === null ? null : readPressure(unified),
    totals: {
      cpuSeconds: seconds(cpuNanoseconds / 1e9),
      cpuUserSeconds: scaled(keyedNumber(ticks, 'user'), TICKS_PER_SECOND),
      cpuSystemSeconds: scaled(keyedNumber(ticks, 'system'), TICKS_PER_SECOND),
      cpuPeriods: keyedNumber(cpu, 'nr_periods'),
      throttledPeriods: keyedNumber(cpu, 'nr_throttled'),
      throttledSeconds: scaled(keyedNumber(cpu, 'throttled_time'), 1e9),
      io: readBlkio(
        read('blkio', 'blkio.throttle.io_service_bytes_recursive') ??
          read('blkio', 'blkio.throttle.io_service_bytes'),
        read('blkio', 'blkio.throttle.io_serviced_recursive') ?? read('blkio', 'blkio.throttle.io_serviced'),
      ),
    },
  }
}

/**
 * `8:0 Read 4096` and so on, for each device; the throttling layer sees all requests, while the counters of a
 * scheduler (blkio.bfq.*) stay empty on devices that do not use it.
 */
function readBlkio(transferred: string | null, served: string | null): ContainerTotals['io'] {
  if (transferred === null) return null
  const sum = (text: string, operation: string) =>
    [...text.matchAll(new RegExp(`^\\d+:\\d+ ${operation} (\\d+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    )
  return {
    readBytes: bytes(sum(transferred, 'Read')),
    writtenBytes: bytes(sum(transferred, 'Write')),
    reads: served === null ? null : sum(served, 'Read'),
    writes: served === null ? null : sum(served, 'Write'),
  }
}

function readPressure(directory: string): CgroupCounters['pressure'] {
  const cpu = pressureOf(readKernelFile(join(directory, 'cpu.pressure')))
  if (cpu === null) return null
  const memory = pressureOf(readKernelFile(join(directory, 'memory.pressure')))
  const io = pressureOf(readKernelFile(join(directory, 'io.pressure')))
  return memory === null || io === null ? null : { cpu, memory, io }
}

const PRESSURE_LINE = /^(some|full) avg10=([\d.]+) avg60=([\d.]+) avg300=([\d.]+) total=(\d+)$/gm

/** In percent and microseconds, as the kernel writes it. Reading fails where PSI is switched off for the cgroup. */
function pressureOf(text: string | null): ContainerPressure | null {
  const lines = new Map(
    [...(text ?? '').matchAll(PRESSURE_LINE)].map((match) => [match[1], match.slice(2).map(Number)]),
  )
  const [someAvg10, someAvg60, someAvg300, someTotal] = lines.get('some') ?? []
  if (someAvg10 === undefined || someAvg60 === undefined || someAvg300 === undefined) return null
  const [fullAvg10, fullAvg60, fullAvg300, fullTotal] = lines.get('full') ?? []
  const share = (percent: number | undefined) => (percent === undefined ? null : ratio(percent / 100))
  return {
    someAvg10: ratio(someAvg10 / 100),
    someAvg60: ratio(someAvg60 / 100),
    someAvg300: ratio(someAvg300 / 100),
    someSeconds: seconds((someTotal ?? 0) / 1e6),
    fullAvg10: share(fullAvg10),
    fullAvg60: share(fullAvg60),
    fullAvg300: share(fullAvg300),
    fullSeconds: scaled(fullTotal ?? null, 1e6),
  }
}

const scaled = (value: number | null, perSecond: number) =>
  value === null ? null : seconds(value / perSecond)
