import { loadavg } from 'node:os'
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
import { bytes, bytesPerSecond, cores, ratio, type Seconds, seconds, timestamp } from '../../model/units.ts'
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
  return async (signal) => {
    const earlier = kept && !isTooOld(kept.readAt) ? kept : await readRates()
    await untilWindowHolds(earlier.readAt, window, signal)
    const [rates, memory, sizes, stock] = await Promise.all([readRates(), mem(), fsSize(), inventory()])
    kept = rates
    const elapsed = seconds((rates.readAt - earlier.readAt) / 1000)
    const { cpuModel, ...operatingSystem } = stock
    const machine: HostReading = {
      operatingSystem,
      bootedAt: timestamp(new Date(Date.now() - time().uptime * 1000)),
      windowSeconds: elapsed,
      cpu: cpuOf(earlier, rates, cpuModel),
      memory: memoryOf(memory),
      pressure: null,
      filesystems: sizes.map(filesystemOf),
      disks: disksOf(rates),
      network: interfacesOf(earlier.interfaces, rates.interfaces, elapsed),
      topProcesses: topOf(rates.running, rates.load.cpus.length),
    }
    return { machine, gaps: [] }
  }
}

type Rates = Awaited<ReturnType<typeof readRates>>

async function readRates() {
  const readAt = performance.now()
  const own = process.cpuUsage()
  const [load, throughput, operations, interfaces, running] = await Promise.all([
    currentLoad(),
    fsStats(),
    disksIO(),
    networkStats('*'),
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
    load1,
    load5,
    load15,
    runnable: null,
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
  oomKills: null,
})

const filesystemOf = (size: Systeminformation.FsSizeData): HostReading['filesystems'][number] => ({
  mountPoint: size.mount,
  device: size.fs,
  type: size.type,
  sizeBytes: bytes(size.size),
  availableBytes: bytes(size.available),
  inodes: null,
  inodesFree: null,
  readOnly: size.rw === false,
})

/** One line for all disks together: systeminformation does not tell them apart. None where it knows no waiting. */
function disksOf({ throughput, operations }: Rates): HostReading['disks'] {
  const waiting = operations?.tWaitPercent
  if (!throughput || waiting == null) return []
  return [
    {
      device: 'all',
      readBytes: bytesPerSecond(throughput.rx_sec ?? 0),
      writtenBytes: bytesPerSecond(throughput.wx_sec ?? 0),
      utilisation: ratio(Math.min(1, waiting / 100)),
    },
  ]
}

type Interfaces = readonly Systeminformation.NetworkStatsData[]

const interfacesOf = (earlier: Interfaces, later: Interfaces, elapsed: Seconds): HostReading['network'] =>
  later.map((counters) => {
    const before = earlier.find(({ iface }) => iface === counters.iface) ?? counters
    return {
      interface: counters.iface,
      receivedBytes: bytesPerSecond(counters.rx_sec ?? 0),
      transmittedBytes: bytesPerSecond(counters.tx_sec ?? 0),
      errors: rate(before.rx_errors + before.tx_errors, counters.rx_errors + counters.tx_errors, elapsed),
      drops: rate(before.rx_dropped + before.tx_dropped, counters.rx_dropped + counters.tx_dropped, elapsed),
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
  }))
  const top = (by: 'cpuCores' | 'residentBytes') =>
    readings.toSorted((left, right) => right[by] - left[by]).slice(0, TOP)
  return [...new Set([...top('cpuCores'), ...top('residentBytes')])]
}
