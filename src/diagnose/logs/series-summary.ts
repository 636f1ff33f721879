import type { LogEvent, LogSeries } from '../../model/log-summary.ts'
import { ratio, type Timestamp } from '../../model/units.ts'
import { changeIn, type Point, pointsOf } from './buckets.ts'
import { NEAR_LIMIT, type Series } from './series.ts'
import { stamp } from './stamp.ts'

/** Kendall's idea without its cost: how the steps between bucket means point, on means of up to 24 groups. */
function trendOf(points: readonly Point[]): { trend: LogSeries['trend']; since: number } {
  const steady = { trend: 'steady', since: Number.NaN } as const
  if (points.length < 6) return steady
  const size = Math.ceil(points.length / 24)
  const means: Point[] = []
  for (let index = 0; index < points.length; index += size) {
    const group = points.slice(index, index + size)
    means.push({
      at: (group[0] as Point).at,
      mean: group.reduce((sum, { mean }) => sum + mean, 0) / group.length,
      count: 1,
    })
  }
  let score = 0
  for (let early = 0; early < means.length; early += 1) {
    for (let late = early + 1; late < means.length; late += 1) {
      score += Math.sign((means[late] as Point).mean - (means[early] as Point).mean)
    }
  }
  const tau = score / ((means.length * (means.length - 1)) / 2)
  const values = means.map(({ mean }) => mean)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  if (Math.abs(tau) < 0.5 || high < 1.3 * Math.max(low, 0)) return steady
  const rising = tau > 0
  const start = rising ? low + 0.1 * (high - low) : high - 0.1 * (high - low)
  // The climb begins where the value last was near its beginning.
  let from = points.findLastIndex(({ mean }) => (rising ? mean <= start : mean >= start))
  const climbs = (index: number): boolean =>
    Math.sign((points[index] as Point).mean - (points[index - 1] as Point).mean) === (rising ? 1 : -1)
  while (from > 0 && climbs(from)) from -= 1
  return { trend: rising ? 'rising' : 'falling', since: points[from]?.at ?? Number.NaN }
}

/** Share of the scatter that one step explains, from which on it is a jump. */
const JUMP = 0.85

function eventBefore(events: readonly LogEvent[], from: number, to: number, width: number): LogEvent | null {
  const slack = Math.max(120_000, 2 * width)
  const near = events.filter((event) => {
    const at = event.at === null ? Number.NaN : Date.parse(event.at)
    return at >= from - slack && at <= to + width
  })
  // What changes settings explains more than a start or a stop does; of several, the one nearest to the change.
  const telling = near.filter(({ kind }) => kind !== 'started' && kind !== 'stopped')
  return telling.at(-1) ?? near[0] ?? null
}

/** A bucket begins up to its width before what happened in it: an event within says when it was. */
const beganAt = (after: number, event: LogEvent | null, width: number): number => {
  const at = event?.at ? Date.parse(event.at) : Number.NaN
  return at >= after && at < after + width ? at : after
}

const LIMIT_NAMES = /^(?:max|limit|capacity)_(.+)$|^(.+)_(?:max|limit|capacity)$/

/** max_connections = 100 limits active_connections and connections. */
function limitElsewhere(series: Series, all: readonly Series[]): number | null {
  for (const other of all) {
    if (other === series || other.unit !== series.unit || other.source !== series.source) continue
    const match = LIMIT_NAMES.exec(other.name)
    const base = match?.[1] ?? match?.[2]
    if (base && !LIMIT_NAMES.test(series.name) && (series.name === base || series.name.endsWith(`_${base}`)))
      return other.last
  }
  return null
}

export function summariseSeries(
  series: Series,
  all: readonly Series[],
  events: readonly LogEvent[],
): LogSeries {
  const points = pointsOf(series.buckets)
  const step = changeIn(points)
  const course = trendOf(points)
  // One step explains three quarters of an even climb, and nearly all of a jump: it is told as one of the two.
  const jumped = step !== null && (course.trend === 'steady' || step.explained >= JUMP)
  const change = jumped ? step : null
  const { trend, since } = jumped ? { trend: 'steady' as const, since: Number.NaN } : course
  const limit = series.limit ?? limitElsewhere(series, all)
  const used = limit ? Math.max(series.used, series.limit === null ? series.maximum / limit : 0) : 0
  const near =
    limit === null || !(limit > 0) ? undefined : points.find(({ mean }) => mean >= NEAR_LIMIT * limit)
  const nearSince = Number.isNaN(series.nearLimitSince) ? (near?.at ?? Number.NaN) : series.nearLimitSince
  const before = change ? (points[change.at - 1] as Point).at : 0
  const after = change ? (points[change.at] as Point).at : 0
  const { width } = series.buckets
  const event = change === null ? null : eventBefore(events, before, after, width)
  return {
    name: series.name,
    unit: series.unit,
    source: series.source,
    count: series.count,
    first: series.first,
    last: series.last,
    minimum: series.minimum,
    maximum: series.maximum,
    trend,
    since: stamp(since),
    change:
      change === null
        ? null
        : {
            from: stamp(before) as Timestamp,
            to: stamp(beganAt(after, event, width)) as Timestamp,
            before: change.before,
            after: change.after,
            event: event?.sample ?? null,
          },
    saturation: limit && used > 0.5 ? { limit, used: ratio(used), since: stamp(nearSince) } : null,
  }
}

/** What stands out comes first: near its limit, changed, climbing, then whatever moves. */
export const weightOf = ({ saturation, change, trend, minimum, maximum }: LogSeries): number =>
  ((saturation?.used ?? 0) >= NEAR_LIMIT ? 8 : 0) +
  (change ? 4 : 0) +
  (trend === 'steady' ? 0 : 2) +
  (maximum > minimum ? 1 : 0)
