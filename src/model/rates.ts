import type { Metric } from './samples/metric.ts'
import type { Trend, TrendPoint } from './series.ts'
import type { NumericUnit } from './units.ts'

const PER_SECOND: Partial<Record<NumericUnit, NumericUnit>> = {
  count: 'per_second',
  bytes: 'bytes_per_second',
  // Seconds in a second.
  seconds: 'ratio',
}

/** What people look at of a metric: of a counter how fast it grows. */
export const shownAs = <Shown extends Pick<Metric, 'type' | 'unit' | 'help'>>(metric: Shown): Shown =>
  metric.type === 'counter'
    ? { ...metric, unit: PER_SECOND[metric.unit] ?? metric.unit, help: `Per second. ${metric.help}` }
    : metric

/**
 * How fast a counter grew from each step to the next. One that stands lower than before began anew, at nought: what
 * it shows then is the least that was counted.
 */
export function ratesOf({ points, ...trend }: Trend): Trend {
  const rates = points.flatMap((point, index): TrendPoint[] => {
    const before = points[index - 1]
    if (!before) return []
    const isAnew = point.minimum < before.maximum
    const grown = isAnew ? point.maximum : point.maximum - before.maximum
    const rate = grown / ((point.at - before.at) / 1000)
    return [
      {
        at: point.at,
        count: point.count,
        minimum: rate,
        maximum: rate,
        mean: rate,
        p50: null,
        p95: null,
        p99: null,
      },
    ]
  })
  return { ...trend, points: rates }
}
