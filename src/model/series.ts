import type { Timestamp } from './units.ts'

/** Which number over time: a metric name with labels, by the Prometheus conventions. */
export type SeriesKey = {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
}

/**
 * Tells the series of one reader apart, for maps in memory: cheap, since each collection asks it of every number. Labels
 * in another order have another text, so it is nothing to keep; canonicalJson is.
 */
export const seriesText = ({ metric, labels }: SeriesKey): string => `${metric}\n${JSON.stringify(labels)}`

/** Whether a series has at least these labels. */
export const hasLabels = (
  { labels }: Pick<SeriesKey, 'labels'>,
  wanted: Readonly<Record<string, string>>,
): boolean => Object.entries(wanted).every(([name, value]) => labels[name] === value)

/** A series that has a history, on one host. */
export type Series = SeriesKey & { readonly id: number; readonly host: string }

/** One number of one series; when it was read stands with the collection that brought it. */
export type SeriesValue = SeriesKey & { readonly value: number }

/** A number at an instant, in milliseconds since 1970 (UTC). */
export type Point = { readonly at: number; readonly value: number }

/** How finely a stretch of the past is still known. */
export type Resolution = 'raw' | 'minute' | 'hour'

/**
 * What a series did from `at` (milliseconds since 1970) until `at` + the trend's step. Percentiles come from the
 * values themselves or from a mergeable sketch of them, never from other percentiles: null where neither is kept.
 */
export type TrendPoint = {
  readonly at: number
  readonly count: number
  readonly minimum: number
  readonly maximum: number
  readonly mean: number
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

/** The past of one series in equal steps; a step without a sample has no point. */
export type Trend = {
  readonly resolution: Resolution
  readonly stepSeconds: number
  readonly points: readonly TrendPoint[]
}

export type TrendRequest = {
  readonly series: number
  /** From here on, up to but without `to`. */
  readonly from: Timestamp
  readonly to: Timestamp
  /** About how many points are wanted (at least 1); steps are whole minutes or hours where details are gone. */
  readonly points: number
}
