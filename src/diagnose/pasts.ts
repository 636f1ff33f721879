import { hasLabels, type Trend, type TrendPoint } from '../model/series.ts'
import { type Seconds, seconds } from '../model/units.ts'
import type { Context } from './rule.ts'

/** Whose past rules look at beyond the last half hour, and how far back. */
export const PAST_METRICS = [
  'node_filesystem_avail_bytes',
  'container_memory_working_set_bytes',
  'perfbot_container_cpu_cores',
  'perfbot_postgres_connections_used',
  'perfbot_postgres_xid_age',
] as const
export const PAST: Seconds = seconds(7 * 86_400)

/** What can run out within hours: of these the last hours are looked at as well, at every collection. */
export const URGENT_METRICS = ['node_filesystem_avail_bytes'] as const
export const URGENT_PAST: Seconds = seconds(6 * 3600)

export type Asked = { readonly metric: string; readonly labels: Readonly<Record<string, string>> }

/** Of a few hours, where it is urgent, and of a week. */
export const pastsOf = ({ history }: Context, { metric, labels }: Asked): Trend[] =>
  history.trends
    .filter(({ series }) => series.metric === metric && hasLabels(series, labels))
    .map(({ trend }) => trend)

export const pastOf = (context: Context, asked: Asked): Trend | null => pastsOf(context, asked)[0] ?? null

/** What a number needed over its past. */
export type Needed = {
  /** In 99 of 100 steps of the past its own P99 stayed at or below this. */
  readonly p99: number
  readonly maximum: number
  readonly over: Seconds
  readonly readings: number
}

/**
 * Percentiles of percentiles are none, so this is no P99 of the week: it is what covers all but the busiest hundredth
 * of its hours, each by its own P99, and therefore never less than the true one. Null for a past that is too short.
 */
export function neededOver({ points, stepSeconds }: Trend, least: Seconds): Needed | null {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return null
  const over = seconds((last.at - first.at) / 1000 + stepSeconds)
  if (over < least) return null
  const highest = ({ p99, maximum }: TrendPoint): number => p99 ?? maximum
  const sorted = points.map(highest).toSorted((left, right) => left - right)
  return {
    p99: sorted[Math.ceil(sorted.length * 0.99) - 1] as number,
    maximum: Math.max(...points.map(({ maximum }) => maximum)),
    over,
    readings: points.reduce((sum, { count }) => sum + count, 0),
  }
}
