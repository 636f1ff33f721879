import type { ContainerTotals, ContainerUsage } from '../../model/container-reading.ts'
import {
  bytes,
  bytesPerSecond,
  type Cores,
  cores,
  perSecond,
  type Ratio,
  ratio,
  type Seconds,
  seconds,
} from '../../model/units.ts'
import type { ContainerSample } from './sample.ts'

/** Two clocks that run alike differ by less, even while the engine is slow to answer. */
const CLOCK_STEPPED_SECONDS = 3

/** Null when nothing lies between the samples, or the counters began anew without a new run. */
export function usageBetween(
  earlier: ContainerSample,
  later: ContainerSample,
  quota: Cores | null,
): ContainerUsage | null {
  const window = windowBetween(earlier, later)
  const cpuTime = later.totals.cpuSeconds - earlier.totals.cpuSeconds
  if (!(window > 0) || cpuTime < 0) return null
  const { memory, totals } = later
  return {
    windowSeconds: window,
    source: later.source,
    cpuCores: cores(cpuTime / window),
    cpuOfQuota: quota === null ? null : ratio(cpuTime / window / quota),
    throttledRatio: quota === null ? null : throttledPeriods(earlier.totals, totals),
    throttledTimeRatio: quota === null ? null : throttledTime(earlier.totals, totals, window),
    memoryWorkingSetBytes: bytes(workingSetOf(memory)),
    memoryUsageBytes: bytes(memory.usage),
    memoryCacheBytes: memory.cache === null ? null : bytes(memory.cache),
    swapBytes: memory.swap === null ? null : bytes(memory.swap),
    oomKills: later.oomKills,
    pids: later.pids,
    io: ioBetween(earlier.totals.io, totals.io, window),
    network: networkBetween(earlier.totals.network, totals.network, window),
    pressure: later.pressure,
    totals,
  }
}

/**
 * By the clock of the engine where it took both samples itself: it may take one long before it answers. That clock
 * can be set, though; then the time between the answers is nearer to the truth.
 */
function windowBetween(earlier: ContainerSample, later: ContainerSample): Seconds {
  const measured = (later.readAt - earlier.readAt) / 1000
  if (earlier.statedAt === null || later.statedAt === null) return seconds(measured)
  const stated = (later.statedAt - earlier.statedAt) / 1000
  return seconds(Math.abs(stated - measured) > CLOCK_STEPPED_SECONDS ? measured : stated)
}

/** usage − inactive file cache, as `docker stats` counts it (docker/cli, calculateMemUsageUnixNoCache). */
export const workingSetOf = ({ usage, inactiveFile }: ContainerSample['memory']): number =>
  inactiveFile < usage ? usage - inactiveFile : usage

function throttledPeriods(earlier: ContainerTotals, later: ContainerTotals): Ratio | null {
  const periods = growth(earlier.cpuPeriods, later.cpuPeriods)
  const throttled = growth(earlier.throttledPeriods, later.throttledPeriods)
  return periods === null || periods === 0 || throttled === null ? null : ratio(throttled / periods)
}

function throttledTime(earlier: ContainerTotals, later: ContainerTotals, window: Seconds): Ratio | null {
  const throttled = growth(earlier.throttledSeconds, later.throttledSeconds)
  return throttled === null ? null : ratio(throttled / window)
}

/** Null when either is not known, or the counter began anew. */
const growth = (earlier: number | null, later: number | null): number | null =>
  earlier === null || later === null || later < earlier ? null : later - earlier

function ioBetween(
  earlier: ContainerTotals['io'],
  later: ContainerTotals['io'],
  window: Seconds,
): ContainerUsage['io'] {
  if (earlier === null || later === null) return null
  const read = growth(earlier.readBytes, later.readBytes)
  const written = growth(earlier.writtenBytes, later.writtenBytes)
  if (read === null || written === null) return null
  const rate = (amount: number | null) => (amount === null ? null : perSecond(amount / window))
  return {
    readBytes: bytesPerSecond(read / window),
    writtenBytes: bytesPerSecond(written / window),
    reads: rate(growth(earlier.reads, later.reads)),
    writes: rate(growth(earlier.writes, later.writes)),
  }
}

type Interface = NonNullable<ContainerTotals['network']>[number]

/** An interface that came or went within the window has no rate: the container was put into another network. */
function networkBetween(
  earlier: ContainerTotals['network'],
  later: ContainerTotals['network'],
  window: Seconds,
): ContainerUsage['network'] {
  if (earlier === null || later === null) return null
  const names = (interfaces: readonly Interface[]) =>
    interfaces
      .map((one) => one.interface)
      .toSorted()
      .join()
  if (names(earlier) !== names(later)) return null
  const grown = (...keys: Exclude<keyof Interface, 'interface'>[]): number | null =>
    growth(sumOf(earlier, keys), sumOf(later, keys))
  const received = grown('receivedBytes')
  const transmitted = grown('transmittedBytes')
  if (received === null || transmitted === null) return null
  const rate = (amount: number | null) => perSecond((amount ?? 0) / window)
  return {
    receivedBytes: bytesPerSecond(received / window),
    transmittedBytes: bytesPerSecond(transmitted / window),
    receivedPackets: rate(grown('receivedPackets')),
    transmittedPackets: rate(grown('transmittedPackets')),
    errors: rate(grown('receiveErrors', 'transmitErrors')),
    drops: rate(grown('receiveDrops', 'transmitDrops')),
  }
}

const sumOf = (
  interfaces: readonly Interface[],
  keys: readonly Exclude<keyof Interface, 'interface'>[],
): number => interfaces.reduce((sum, one) => keys.reduce((part, key) => part + one[key], sum), 0)
