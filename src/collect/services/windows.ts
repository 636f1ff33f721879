import type { ResponseTimes, ServiceReading } from '../../model/service-reading.ts'
import { ratio, type Seconds, seconds } from '../../model/units.ts'
import type { ProbeFailure } from './failure.ts'

/** One probe, as much as statistics need. */
export type ProbeSample = {
  /** On the clock of performance.now(), which no change of the time of day moves. */
  readonly at: number
  /** Null when no answer came. */
  readonly status: number | null
  /** Null when it succeeded. */
  readonly failure: ProbeFailure | null
  readonly responseTime: Seconds | null
}

export const RECENT_SECONDS = seconds(600)
export const TAIL_SECONDS = seconds(3600)

/** So few samples cannot have one beyond the percentile. */
const LEAST_SAMPLES = { p50: 1, p90: 10, p95: 20, p99: 100 } as const

/** For P95, which targets are about. */
export const ENOUGH_SAMPLES = LEAST_SAMPLES.p95

/** The smallest of the sorted values that at least `share` of them do not exceed. */
const nearestRank = (sorted: readonly number[], share: number): number =>
  // A share such as 0.95 is a little more than itself in binary: 0.95 × 20 must be 19.
  sorted[Math.max(1, Math.ceil(share * sorted.length - 1e-9)) - 1] as number

const percentile = (sorted: readonly number[], share: number, least: number): Seconds | null =>
  sorted.length < least ? null : seconds(nearestRank(sorted, share))

function timesOf(samples: readonly ProbeSample[]): number[] {
  const times = samples.flatMap(({ failure, responseTime }) =>
    failure === null && responseTime !== null ? [responseTime as number] : [],
  )
  return times.sort((left, right) => left - right)
}

export function responseTimes(sorted: readonly number[]): ResponseTimes | null {
  const maximum = sorted.at(-1)
  if (maximum === undefined) return null
  return {
    mean: seconds(sorted.reduce((sum, time) => sum + time, 0) / sorted.length),
    maximum: seconds(maximum),
    p50: percentile(sorted, 0.5, LEAST_SAMPLES.p50),
    p90: percentile(sorted, 0.9, LEAST_SAMPLES.p90),
    p95: percentile(sorted, 0.95, LEAST_SAMPLES.p95),
    p99: percentile(sorted, 0.99, LEAST_SAMPLES.p99),
  }
}

const within = (samples: readonly ProbeSample[], window: Seconds, now: number): ProbeSample[] =>
  samples.filter(({ at }) => now - at <= window * 1000)

export function recentOf(all: readonly ProbeSample[], now: number): ServiceReading['recent'] {
  const samples = within(all, RECENT_SECONDS, now)
  const succeeded = samples.filter(({ failure }) => failure === null).length
  const failures = samples.flatMap(({ failure }) => failure ?? [])
  return {
    windowSeconds: RECENT_SECONDS,
    samples: samples.length,
    succeeded,
    successRatio: ratio(samples.length > 0 ? succeeded / samples.length : 0),
    responseTimes: responseTimes(timesOf(samples)),
    statuses: [...Map.groupBy(samples, ({ status }) => status)].flatMap(([status, group]) =>
      status === null ? [] : [{ status, count: group.length }],
    ),
    failures: [...Map.groupBy(failures, ({ kind }) => kind)].map(([kind, group]) => ({
      kind,
      count: group.length,
      reason: group.at(-1)?.reason ?? '',
    })),
  }
}

export function tailOf(all: readonly ProbeSample[], now: number): ServiceReading['tail'] {
  const sorted = timesOf(within(all, TAIL_SECONDS, now))
  const p99 = percentile(sorted, 0.99, LEAST_SAMPLES.p99)
  return p99 === null ? null : { windowSeconds: TAIL_SECONDS, samples: sorted.length, p99 }
}

/** Those that a later reading will still look at. */
export const stillWanted = (samples: readonly ProbeSample[], now: number): ProbeSample[] =>
  within(samples, TAIL_SECONDS, now)
