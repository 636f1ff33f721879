import { loadavg, networkInterfaces } from 'node:os'
import {
  currentLoad,
  disksIO,
  fsSize,
  fsStats,
  processes as listProcesses,
  mem,
  networkStats,
  type Systeminformation,
  time,
} from 'systeminformation'
import type { HostReading } from '../../model/host-reading.ts'
import {
  bytes,
  bytesPerSecond,
  cores,
  perSecond,
  ratio,
  type Seconds,
  seconds,
  timestamp,
} from '../../model/units.ts'
import { isTooOld, untilWindowHolds } from '../deadline.ts'
import { rate } from './counters.ts'
import type { Inventory } from './inventory.ts'
import type { HostSource } from './linux.ts'

/**
 * The machine on any other platform, through systeminformation, which keeps the earlier counters itself.
 * Pressure, OOM kills, page rates and the run queue are Linux's own.
 */
export function hostElsewhere(window: Seconds, inventory: () => Promise<Inventory>): HostSource {
  let kept: Rates | null = null
  const read: HostSource['read'] = async (signal) => {
    const earlier = kept && !isTooOld(kept.readAt) ? kept : await readRates()
    await untilWindowHolds(earlier.readAt, window, signal)
    const [rates, memory, sizes, stock] = await Promise.all([readRates(), mem(), fsSize(), inventory()])
    kept = rates
    const elapsed = seconds((rates.readAt - earlier.readAt) / 1000)
    const { cpuModel, ...operatingSystem } = stock
    const machine: HostReading = {
      operatingSystem,
      bootedAt: timestamp(new Date(Date.now() - time().uptime * 1000)),
      rebootRequired: null,
      windowSeconds: elapsed,
      cpu: cpuOf(earlier, rates, cpuModel),
      memory: memoryOf(memory),
      pressure: null,
      counters: null,
      filesystems: sizes.map(filesystemOf),
      disks: disksOf(rates),
      raids: [],
      network: interfacesOf(earlier.interfaces, rates.interfaces, elapsed),
      tcp: null,
      sockets: null,
      conntrack: null,
      fileDescriptors: null,
      tasks: null,
      zombies: null,
      clock: null,
      temperatures: [],
      kernelSettings: {},
      kernelLog: null,
      topProcesses: topOf(rates.running, rates.load.cpus.length),
    }
    return { machine, gaps: [] }
  }
  return { read, close: () => {} }
}

type Rates = Awaited<ReturnType<typeof readRates>>

async function readRates() {
  const readAt = performance.now()
  const own = process.cpuUsage()
  const [load, throughput, operations, interfaces, running] = await Promise.all([
    currentLoad(),
    fsStats(),
    disksIO(),
    // By name: to find the names, systeminformation starts several processes for each interface that a container has.
    networkStats(Object.keys(networkInterfaces()).join(',')),
    listProcesses(),
  ])
  return { readAt, own, load, throughput, operations, interfaces, running }
}

/** Without what perfbot itself used, of which process.cpuUsage() states microseconds. */
function cpuOf(earlier: Rates, { readAt, own, load }: Rates, model: string): HostReading['cpu'] {
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg()
  const available = (readAt - earlier.readAt) * 1000 * load.cpus.length
  const ownUser = available > 0 ? (own.user - earlier.own.user) / available : 0
  const ownSystem = available > 0 ? (own.system - earlier.own.system) / available : 0
  const without = (percent: number, used: number) => ratio(Math.max(0, percent / 100 - used))
  return {
    model,
    count: load.cpus.length,
    busyRatio: without(load.currentLoad, ownUser + ownSystem),
    userRatio: without(load.currentLoadUser + load.currentLoadNice, ownUser),
    systemRatio: without(load.currentLoadSystem + load.currentLoadIrq, ownSystem),
    iowaitRatio: ratio(0),
    stealRatio: ratio((load.currentLoadSteal ?? 0) / 100),
    modes: null,
    busiestRatio: load.cpus.length > 0 ? ratio(Math.max(...load.cpus.map((each) => each.load)) / 100) : null,
    load1,
    load5,
    load15,
    runnable: null,
    blocked: null,
    contextSwitches: null,
    interrupts: null,
    forks: null,
    governor: null,
    thermalThrottles: null,
  }
}

const memoryOf = (memory: Systeminformation.MemData): HostReading['memory'] => ({
  totalBytes: bytes(memory.total),
  availableBytes: bytes(memory.available),
  usedBytes: bytes(memory.total - memory.available),
  cacheBytes: bytes(memory.buffcache),
  swapTotalBytes: bytes(memory.swaptotal),
  swapUsedBytes: bytes(memory.swapused),
  swapInPages: null,
  swapOutPages: null,
  majorFaults: null,
  allocationStalls: null,
  oomKills: null,
  meminfo: null,
})

const filesystemOf = (size: Systeminformation.FsSizeData): HostReading['filesystems'][number] => ({
  mountPoint: size.mount,
  device: size.fs,
  type: size.type,
  sizeBytes: bytes(size.size),
  availableBytes: bytes(size.available),
  freeBytes: bytes(size.size - size.used),
  inodes: null,
  inodesFree: null,
  readOnly: size.rw === false,
  turnedReadOnly: false,
})

/** One line for all disks together: systeminformation does not tell them apart. None where it knows no waiting. */
function disksOf({ throughput, operations }: Rates): HostReading['disks'] {
  const waiting = operations?.tWaitPercent
  if (!throughput || waiting == null) return []
  return [
    {
      device: 'all',
      model: null,
      rotational: null,
      sizeBytes: null,
      readBytes: known(throughput.rx_sec, bytesPerSecond),
      writtenBytes: known(throughput.wx_sec, bytesPerSecond),
      reads: known(operations.rIO_sec, perSecond),
      writes: known(operations.wIO_sec, perSecond),
      readAwait: null,
      writeAwait: null,
      queueLength: null,
      utilisation: ratio(Math.min(1, waiting / 100)),
      counters: null,
    },
  ]
}

const known = <Value>(value: number | null | undefined, as: (value: number) => Value): Value | null =>
  value == null ? null : as(value)

type Interfaces = readonly Systeminformation.NetworkStatsData[]

const interfacesOf = (earlier: Interfaces, later: Interfaces, elapsed: Seconds): HostReading['network'] =>
  later.map((counters) => {
    const before = earlier.find(({ iface }) => iface === counters.iface)
    const rateOf = (count: (of: Systeminformation.NetworkStatsData) => number) =>
      before ? rate(count(before), count(counters), elapsed) : null
    return {
      interface: counters.iface,
      receivedBytes: known(counters.rx_sec, bytesPerSecond),
      transmittedBytes: known(counters.tx_sec, bytesPerSecond),
      receivedPackets: null,
      transmittedPackets: null,
      errors: rateOf((of) => of.rx_errors + of.tx_errors),
      drops: rateOf((of) => of.rx_dropped + of.tx_dropped),
      speed: null,
      state: counters.operstate || null,
      counters: null,
    }
  })

const TOP = 5

function topOf(running: Systeminformation.ProcessesData, processors: number): HostReading['topProcesses'] {
  const others = running.list.filter(({ pid }) => pid !== process.pid)
  const readings = others.map(({ pid, name, cpu, memRss }) => ({
    pid,
    name,
    // Of all processors together, in percent; memory in KiB.
    cpuCores: cores((cpu / 100) * processors),
    residentBytes: bytes(memRss * 1024),
    threads: null,
    containerId: null,
  }))
  const top = (by: 'cpuCores' | 'residentBytes') =>
    readings.toSorted((left, right) => right[by] - left[by]).slice(0, TOP)
  return [...new Set([...top('cpuCores'), ...top('residentBytes')])]
}
