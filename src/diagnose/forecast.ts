import type { TrendPoint } from '../model/series.ts'
import { type Seconds, seconds } from '../model/units.ts'
import { ascending, dependence, median } from './statistics.ts'

/** When a number gets to where it may not go, if it goes on as it did. */
export type Forecast = {
  /** By how much it changes. */
  readonly perSecond: number
  /** From the last point on; the two others bound it with a confidence of 95 %. */
  readonly inSeconds: Seconds
  readonly earliest: Seconds
  readonly latest: Seconds
  /** Where it stands now, and what the forecast rests on. */
  readonly level: number
  readonly over: Seconds
}

/** Fewer points, or a shorter time, make a line of anything. */
const LEAST_POINTS = 12
/** Nobody can say more about the future than about this many times the past. */
const REACH = 3
const HORIZON = 30 * 86_400
const CONFIDENCE_95 = 1.96
/** What it changed by must stand out of how it scatters around the line. */
const SIGNAL_TO_SCATTER = 3
/** The last half must go on as the whole did, at this share of its pace at least: what stopped, does not arrive. */
const GOES_ON = 1 / 3
/** "Between two days and two months" is no forecast. */
const WIDEST = 4

/**
 * Theil–Sen: the median of the slopes between all points, which a few outliers do not bend, with Sen's interval, made
 * wider by how much the residuals depend on each other (von Storch). Null where no line is worth stating, or where it
 * leads away from `limit`.
 */
export function forecast(points: readonly TrendPoint[], limit: number): Forecast | null {
  const first = points[0]
  const last = points.at(-1)
  if (points.length < LEAST_POINTS || !first || !last) return null
  const over = (last.at - first.at) / 1000
  const slopes = sortedSlopes(points)
  const slope = median(slopes)
  const residuals = points.map(({ at, mean }) => mean - slope * ((at - first.at) / 1000))
  const intercept = median(residuals.toSorted(ascending))
  const scatter = residuals.map((residual) => residual - intercept)
  const [low, high] = interval(slopes, points.length, scatter)

  const isRising = slope > 0
  if (slope === 0 || low > 0 !== isRising || high > 0 !== isRising) return null
  const deviation = median(scatter.map(Math.abs).toSorted(ascending))
  if (Math.abs(slope) * over < SIGNAL_TO_SCATTER * deviation) return null
  const lately = median(sortedSlopes(points.slice(Math.floor(points.length / 2))))
  if (lately / slope < GOES_ON) return null

  const level = median(
    points
      .slice(-3)
      .map(({ at, mean }) => mean + slope * ((last.at - at) / 1000))
      .toSorted(ascending),
  )
  const inSeconds = (limit - level) / slope
  const ends = [(limit - level) / low, (limit - level) / high].toSorted(ascending)
  const [earliest, latest] = ends as [number, number]
  if (inSeconds < 0 || inSeconds > Math.min(HORIZON, REACH * over) || latest > WIDEST * earliest) return null
  return {
    perSecond: slope,
    inSeconds: seconds(inSeconds),
    earliest: seconds(earliest),
    latest: seconds(latest),
    level,
    over: seconds(over),
  }
}

function sortedSlopes(points: readonly TrendPoint[]): number[] {
  const slopes: number[] = []
  for (const [index, from] of points.entries()) {
    for (const to of points.slice(index + 1)) slopes.push((to.mean - from.mean) / ((to.at - from.at) / 1000))
  }
  return slopes.sort(ascending)
}

/** Sen's interval of the slope: so many ranks around the median as Kendall's S varies by chance. */
function interval(slopes: readonly number[], count: number, scatter: readonly number[]): [number, number] {
  const variance = ((count * (count - 1) * (2 * count + 5)) / 18) * dependence(scatter)
  const ranks = CONFIDENCE_95 * Math.sqrt(variance)
  const within = (rank: number) => Math.max(0, Math.min(slopes.length - 1, Math.round(rank)))
  const low = slopes[within((slopes.length - ranks) / 2)] as number
  const high = slopes[within((slopes.length + ranks) / 2)] as number
  return [low, high]
}
