import type { Point } from '../../model/series.ts'
import type { Minute } from './blocks.ts'
import { addSketch, addValue, emptySketch, type Sketch } from './sketch.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS)

/** All that is kept for long of some stretch of a series; two of them add up to that of both. */
export type Summary = {
  count: number
  minimum: number
  maximum: number
  total: number
  /** Null where only the means of minutes are known: those have no percentiles. */
  sketch: Sketch | null
}

export const emptySummary = (): Summary => ({
  count: 0,
  minimum: Number.POSITIVE_INFINITY,
  maximum: Number.NEGATIVE_INFINITY,
  total: 0,
  sketch: emptySketch(),
})

export function addPoint(summary: Summary, value: number): void {
  summary.count += 1
  summary.minimum = Math.min(summary.minimum, value)
  summary.maximum = Math.max(summary.maximum, value)
  summary.total += value
  if (summary.sketch) addValue(summary.sketch, value)
}

export function addSummary(summary: Summary, other: Summary): void {
  summary.count += other.count
  summary.minimum = Math.min(summary.minimum, other.minimum)
  summary.maximum = Math.max(summary.maximum, other.maximum)
  summary.total += other.total
  if (summary.sketch && other.sketch) addSketch(summary.sketch, other.sketch)
  else summary.sketch = null
}

export function summaryOf(points: readonly Point[]): Summary {
  const summary = emptySummary()
  for (const { value } of points) addPoint(summary, value)
  return summary
}

/** The points of each minute in which there are any; points and minutes in order of time. */
export function minutesOf(points: readonly Point[]): Minute[] {
  const groups = Map.groupBy(points, ({ at }) => Math.floor(at / MINUTE_MS) * MINUTE_MS)
  return [...groups].map(([at, group]) => {
    const { count, minimum, maximum, total } = summaryOf(group)
    return { at, count, minimum, maximum, mean: total / count }
  })
}

export const summaryOfMinute = ({ count, minimum, maximum, mean }: Minute): Summary => ({
  count,
  minimum,
  maximum,
  total: mean * count,
  sketch: null,
})
