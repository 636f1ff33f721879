import { readdir, readFile } from 'node:fs/promises'
import type { Gap } from '../../model/gap.ts'
import type { HostReading, Pressure } from '../../model/host-reading.ts'
import { type Seconds, seconds, timestamp } from '../../model/units.ts'
import { errorCode } from '../collector.ts'
import { isTooOld, untilWindowHolds } from '../deadline.ts'
import { rate } from './counters.ts'
import { type DiskCounters, diskRates, parseDiskCounters } from './disks.ts'
import { filesystemReader } from './filesystems.ts'
import type { Inventory } from './inventory.ts'
import { parseMemory, parseVmCounters, type VmCounters } from './memory.ts'
import { type InterfaceCounters, networkRates, parseInterfaceCounters } from './network.ts'
import { pageSize } from './page-size.ts'
import { parsePressure } from './pressure.ts'
import { cpuRatios, type OwnCpuTime, type ProcStat, parseLoadAverages, parseProcStat } from './proc-stat.ts'
import { type ProcessCounters, readProcesses, topProcesses } from './processes.ts'

export type HostSource = (signal: AbortSignal) => Promise<{ machine: HostReading; gaps: Gap[] }>

/** Everything that counts since boot, read at one instant; two of them give the rates. */
type Counters = {
  /** On the clock of performance.now(). */
  readAt: number
  /** What perfbot itself has used, in microseconds. */
  own: OwnCpuTime
  stat: ProcStat
  vm: VmCounters
  disks: DiskCounters[]
  interfaces: InterfaceCounters[]
  processes: ProcessCounters[]
}

/** The machine as /proc states it. Rates are measured from the reading before, or over a window of their own. */
export function linuxHost(window: Seconds, inventory: () => Promise<Inventory>): HostSource {
  const readFilesystems = filesystemReader()
  let kept: Counters | null = null
  return async (signal) => {
    const earlier = kept && !isTooOld(kept.readAt) ? kept : await readCounters()
    await untilWindowHolds(earlier.readAt, window, signal)
    const later = await readCounters()
    kept = later
    const [{ filesystems, gaps }, gauges, stock, pageBytes] = await Promise.all([
      readFilesystems(),
      readGauges(),
      inventory(),
      pageSize(),
    ])
    const elapsed = (later.readAt - earlier.readAt) / 1000
    const { cpuModel, ...operatingSystem } = stock
    const machine: HostReading = {
      operatingSystem,
      bootedAt: timestamp(new Date(later.stat.bootedAtSeconds * 1000)),
      windowSeconds: seconds(elapsed),
      cpu: {
        model: cpuModel,
        count: later.stat.processors,
        ...cpuRatios(earlier.stat.cpu, later.stat.cpu, ownBetween(earlier.own, later.own)),
        ...gauges.load,
        runnable: Math.max(0, later.stat.runningTasks - 1),
      },
      memory: { ...gauges.memory, ...swapRates(earlier.vm, later.vm, elapsed), oomKills: later.vm.oomKills },
      pressure: gauges.pressure,
      filesystems,
      disks: diskRates(earlier.disks, later.disks, elapsed),
      network: networkRates(earlier.interfaces, later.interfaces, elapsed),
      topProcesses: topProcesses(earlier.processes, later.processes, elapsed, pageBytes),
    }
    return { machine, gaps }
  }
}

async function readCounters(): Promise<Counters> {
  const readAt = performance.now()
  // Before all else, and alone: our own readers would count as running tasks.
  const stat = parseProcStat(await readFile('/proc/stat', 'utf8'))
  const own = process.cpuUsage()
  const [vm, disks, wholeDevices, interfaces, processes] = await Promise.all([
    readFile('/proc/vmstat', 'utf8'),
    readFile('/proc/diskstats', 'utf8'),
    readdir('/sys/block'),
    readFile('/proc/net/dev', 'utf8'),
    readProcesses(),
  ])
  return {
    readAt,
    own,
    stat,
    vm: parseVmCounters(vm),
    // The kernel writes the `/` in a device's name as `!` in /sys.
    disks: parseDiskCounters(disks, new Set(wholeDevices.map((name) => name.replaceAll('!', '/')))),
    interfaces: parseInterfaceCounters(interfaces),
    processes,
  }
}

const ownBetween = (earlier: OwnCpuTime, later: OwnCpuTime): OwnCpuTime => ({
  user: later.user - earlier.user,
  system: later.system - earlier.system,
})

function swapRates(earlier: VmCounters, later: VmCounters, elapsed: number) {
  const pages = (before: number | null, after: number | null) =>
    before === null || after === null ? null : rate(before, after, elapsed)
  return {
    swapInPages: pages(earlier.swapIn, later.swapIn),
    swapOutPages: pages(earlier.swapOut, later.swapOut),
  }
}

async function readGauges() {
  const [meminfo, loadavg, pressure] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/loadavg', 'utf8'),
    readPressure(),
  ])
  return { memory: parseMemory(meminfo), load: parseLoadAverages(loadavg), pressure }
}

async function readPressure(): Promise<HostReading['pressure']> {
  const read = async (resource: string): Promise<Pressure> =>
    parsePressure(await readFile(`/proc/pressure/${resource}`, 'utf8'))
  try {
    const [cpu, memory, io] = await Promise.all([read('cpu'), read('memory'), read('io')])
    return { cpu, memory, io }
  } catch (error) {
    // A kernel without PSI has no files; one that was booted with psi=0 has files that cannot be read.
    if (['ENOENT', 'EOPNOTSUPP', 'ENOTSUP'].includes(errorCode(error) ?? '')) return null
    throw error
  }
}
