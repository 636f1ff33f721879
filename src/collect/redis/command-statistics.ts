import { oneLine, shortened } from '../../model/plain-text.ts'
import type { RedisCommand, RedisReading } from '../../model/redis-reading.ts'
import { type PerSecond, perSecond, ratio, type Seconds, seconds } from '../../model/units.ts'
import { areComparable, type Sample, secondsOf } from './counters.ts'
import { parsePacked } from './info-fields.ts'

const MICROSECONDS = 1e-6

/** Of each kind: who took most time since the start, and who does now. */
const COMMANDS_KEPT = 25
const ERRORS_KEPT = 20

type Totals = { readonly calls: number; readonly microseconds: number }

function totalsIn({ info }: Sample, command: string): Totals {
  const part = parsePacked(info.text(`cmdstat_${command}`) ?? '')
  return { calls: part('calls') ?? 0, microseconds: part('usec') ?? 0 }
}

/** INFO commandstats, with the percentiles of latencystats. */
export function commandsBetween(earlier: Sample, later: Sample): RedisCommand[] {
  const elapsed = secondsOf(earlier, later)
  const comparable = areComparable(earlier, later) && elapsed > 0
  const commands = later.info.beginningWith('cmdstat_').map(([command, value]): RedisCommand => {
    const now = totalsIn(later, command)
    const before = totalsIn(earlier, command)
    const calls = now.calls - before.calls
    const time = (now.microseconds - before.microseconds) * MICROSECONDS
    const isKnown = comparable && calls >= 0 && time >= 0
    const part = parsePacked(value)
    return {
      command,
      calls: now.calls,
      time: seconds(now.microseconds * MICROSECONDS),
      rejectedCalls: part('rejected_calls'),
      failedCalls: part('failed_calls'),
      callsPerSecond: isKnown ? perSecond(calls / elapsed) : null,
      timePerCall: isKnown && calls > 0 ? seconds(time / calls) : null,
      busyRatio: isKnown ? ratio(time / elapsed) : null,
      ...percentilesOf(later, command),
    }
  })
  const most = (weight: (command: RedisCommand) => number) =>
    commands.toSorted((left, right) => weight(right) - weight(left)).slice(0, COMMANDS_KEPT)
  return [...new Set([...most(({ busyRatio }) => busyRatio ?? 0), ...most(({ time }) => time)])]
}

/** `latency_percentiles_usec_get:p50=1.003,p99=2.007,p99.9=3.007`; which ones is a setting of the server. */
function percentilesOf({ info }: Sample, command: string): Pick<RedisCommand, 'p50' | 'p99' | 'p999'> {
  const part = parsePacked(info.text(`latency_percentiles_usec_${command}`) ?? '')
  const inSeconds = (name: string): Seconds | null => {
    const value = part(name)
    return value === null ? null : seconds(value * MICROSECONDS)
  }
  return { p50: inSeconds('p50'), p99: inSeconds('p99'), p999: inSeconds('p99.9') }
}

/** INFO errorstats: `errorstat_ERR:count=3`. */
export function errorsBetween(earlier: Sample, later: Sample): RedisReading['errors'] {
  const elapsed = secondsOf(earlier, later)
  const comparable = areComparable(earlier, later) && elapsed > 0
  const countOf = (value: string | null): number => parsePacked(value ?? '')('count') ?? 0
  return later.info
    .beginningWith('errorstat_')
    .map(([error, value]) => {
      const count = countOf(value)
      const growth = count - countOf(earlier.info.text(`errorstat_${error}`))
      const rate: PerSecond | null = comparable && growth >= 0 ? perSecond(growth / elapsed) : null
      // A script can make up errors of its own.
      return { error: shortened(oneLine(error), 60), count, perSecond: rate }
    })
    .toSorted((left, right) => right.count - left.count)
    .slice(0, ERRORS_KEPT)
}
