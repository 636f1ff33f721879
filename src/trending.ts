import { closest } from './model/closest.ts'
import { ratesOf, shownAs } from './model/rates.ts'
import { keywordOf, type Metric } from './model/samples/metric.ts'
import { METRICS } from './model/samples/samples.ts'
import type { Series, Trend } from './model/series.ts'
import { type Seconds, seconds, type Timestamp, timestamp } from './model/units.ts'
import type { Unusual } from './model/unusual.ts'
import type { HistoryStore } from './store/history.ts'
import type { UnusualStore } from './store/unusual.ts'

export type TrendQuestion = {
  /** As people type it: `cpu-busy`, or the metric's own name. */
  readonly metric: string
  /** Only series of which a label holds this. */
  readonly target?: string | undefined
  readonly rangeSeconds: Seconds
  /** About how many points each trend has; by default as many as a chart or a line of bars shows. */
  readonly points?: number
}

export type SeriesTrend = {
  readonly series: Series
  readonly trend: Trend
  /** What of it its past did not explain, the oldest first. */
  readonly unusual: readonly Unusual[]
}

export type TrendAnswer =
  | { readonly kind: 'unknown-metric'; readonly asked: string; readonly suggestions: readonly string[] }
  | { readonly kind: 'no-history'; readonly metric: Metric; readonly others: readonly string[] }
  | {
      readonly kind: 'trends'
      readonly metric: Metric
      readonly from: Timestamp
      readonly to: Timestamp
      /** The series that moved to the highest values first. */
      readonly trends: readonly SeriesTrend[]
      /** How many more series there are than are shown. */
      readonly more: number
    }

const RANGE_SECONDS = { min: 60, h: 3600, d: 86_400, w: 604_800 } as const

/** "30min", "24h", "7d", "4w"; null for anything else. */
export function parseRange(text: string): Seconds | null {
  const match = /^(\d{1,4})(min|h|d|w)$/.exec(text)
  if (!match || Number(match[1]) === 0) return null
  return seconds(Number(match[1]) * RANGE_SECONDS[match[2] as keyof typeof RANGE_SECONDS])
}

/** Shorter beginnings could be anything. */
const LEAST_BEGINNING = 3

const SHOWN = 8
const POINTS = 48

/** What a metric did over a range, one trend for each series of it that matches. */
export async function askTrend(
  { metric: asked, target, rangeSeconds, points = POINTS }: TrendQuestion,
  { store, host, now }: { store: HistoryStore & UnusualStore; host: string; now: Timestamp },
): Promise<TrendAnswer> {
  const kept = await keywordsKept(store, host)
  const metric = metricNamed(asked, kept)
  if (!metric) return { kind: 'unknown-metric', asked, suggestions: suggestionsFor(asked, kept) }
  const from = timestamp(new Date(Date.parse(now) - rangeSeconds * 1000))
  // The end is not in a stretch: this very millisecond should be.
  const to = timestamp(new Date(Date.parse(now) + 1))
  const all = (await store.series({ host, metric: metric.name })).filter((series) => matches(series, target))
  const unusual = Map.groupBy(await store.unusual(host, from, to), ({ series }) => series.id)
  const trends: SeriesTrend[] = []
  for (const series of all) {
    const read = await store.trend({ series: series.id, from, to, points })
    const trend = metric.type === 'counter' ? ratesOf(read) : read
    if (trend.points.length > 0) {
      const found = unusual.get(series.id) ?? []
      trends.push({ series, trend, unusual: found.map((each) => each.unusual) })
    }
  }
  if (trends.length === 0) return { kind: 'no-history', metric, others: kept }
  const highest = ({ trend }: SeriesTrend) => Math.max(...trend.points.map(({ maximum }) => maximum))
  const sorted = trends.toSorted((left, right) => highest(right) - highest(left))
  return {
    kind: 'trends',
    metric: shownAs(metric),
    from,
    to,
    trends: sorted.slice(0, SHOWN),
    more: Math.max(0, sorted.length - SHOWN),
  }
}

/** By its name or keyword, or by the beginning of the one keyword of those kept that it can be. */
function metricNamed(asked: string, kept: readonly string[]): Metric | undefined {
  const word = asked.toLowerCase()
  const exact = METRICS.find((each) => each.name === asked || keywordOf(each) === word)
  if (exact || word.length < LEAST_BEGINNING) return exact
  const [only, ...others] = kept.filter((keyword) => keyword.startsWith(word))
  return only !== undefined && others.length === 0
    ? METRICS.find((each) => keywordOf(each) === only)
    : undefined
}

/** The series of a metric, or of all where none is named. */
export async function seriesOf(
  { metric: asked, target }: { readonly metric?: string | undefined; readonly target?: string | undefined },
  { store, host }: { store: HistoryStore; host: string },
): Promise<
  | { readonly kind: 'series'; readonly series: readonly Series[] }
  | Extract<TrendAnswer, { kind: 'unknown-metric' }>
> {
  const kept = asked === undefined ? [] : await keywordsKept(store, host)
  const metric = asked === undefined ? undefined : metricNamed(asked, kept)
  if (asked !== undefined && !metric) {
    return { kind: 'unknown-metric', asked, suggestions: suggestionsFor(asked, kept) }
  }
  const series = await store.series({ host, ...(metric ? { metric: metric.name } : {}) })
  return { kind: 'series', series: series.filter((each) => matches(each, target)) }
}

const matches = ({ labels }: Series, target: string | undefined): boolean =>
  target === undefined ||
  Object.values(labels).some((value) => value.toLowerCase().includes(target.toLowerCase()))

/** What can be asked for: the metrics that have a history here. */
async function keywordsKept(store: HistoryStore, host: string): Promise<string[]> {
  const names = new Set((await store.series({ host })).map(({ metric }) => metric))
  return METRICS.filter(({ name }) => names.has(name)).map(keywordOf)
}

/** Those that share a word, or the beginning of one, with what was typed; else those that it may be a slip of; else all. */
function suggestionsFor(asked: string, kept: readonly string[]): string[] {
  const words = asked
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1)
  const related = kept.filter((keyword) =>
    words.some((word) => keyword.split('-').some((part) => part.startsWith(word) || word.startsWith(part))),
  )
  if (related.length > 0) return related
  const meant = closest(asked, kept)
  return meant.length > 0 ? meant : [...kept]
}
