import { type Comparison, compareStretches, LEAST_VALUES, news } from './diagnose/comparison.ts'
import { ratesOf, shownAs } from './model/rates.ts'
import type { Metric } from './model/samples/metric.ts'
import { METRICS } from './model/samples/samples.ts'
import { hasLabels, type Series } from './model/series.ts'
import type { Snapshot } from './model/snapshot.ts'
import { earlierBy, type Seconds, seconds, secondsBetween, type Timestamp, timestamp } from './model/units.ts'
import type { HistoryStore } from './store/history.ts'
import { parseRange, seriesOf } from './trending.ts'

export type CompareQuestion = {
  /** How long a stretch is, up to now … */
  readonly lengthSeconds: Seconds
  /** … and how long before now the one ended that it is compared with: whole days keep the hours the same. */
  readonly agoSeconds: Seconds
  /** Every metric, where none is named. */
  readonly metric?: string | undefined
  /** Only series of which a label holds this. */
  readonly target?: string | undefined
  /** Only series with all labels of one of these. */
  readonly labels?: readonly Readonly<Record<string, string>>[]
}

export type SeriesComparison = {
  readonly metric: Metric
  readonly series: Series
  readonly comparison: Comparison
}

export type CompareAnswer =
  | { readonly kind: 'unknown-metric'; readonly asked: string; readonly suggestions: readonly string[] }
  | {
      readonly kind: 'compared'
      readonly from: Timestamp
      readonly to: Timestamp
      readonly earlierFrom: Timestamp
      readonly earlierTo: Timestamp
      /** What changed beyond chance, the clearest first. */
      readonly changes: readonly SeriesComparison[]
      /** How many series had enough values in both stretches. */
      readonly compared: number
      readonly tooShort: number
    }

/** "1d 7d": the last day against the one that ended seven days ago; null where the two would overlap. */
export function parseStretches(
  length: string,
  ago: string,
): Pick<CompareQuestion, 'lengthSeconds' | 'agoSeconds'> | null {
  const [lengthSeconds, agoSeconds] = [parseRange(length), parseRange(ago)]
  if (lengthSeconds === null || agoSeconds === null || agoSeconds < lengthSeconds) return null
  return { lengthSeconds, agoSeconds }
}

const DAY = 86_400
const WEEK = 7 * DAY

export type SinceStartAnswer =
  | CompareAnswer
  | { readonly kind: 'no-container'; readonly asked: string; readonly running: readonly string[] }

/**
 * What of a container is other since it was started, by a deployment or by hand: against the same hours of the days
 * before, or, where nothing is known of those, against as long a time just before. Its series go on over a container
 * that was made anew under its name.
 */
export async function askSinceStart(
  name: string,
  snapshot: Snapshot,
  ports: { store: HistoryStore; host: string; now: Timestamp },
): Promise<SinceStartAnswer> {
  const running = snapshot.containers.filter(({ state }) => state === 'running')
  const container = running.find((each) => each.name === name)
  if (!container?.startedAt) {
    return { kind: 'no-container', asked: name, running: running.map((each) => each.name) }
  }
  return compareSince(container.startedAt, [{ name, engine: container.engine }], ports)
}

/** The same of whatever has these labels, since any instant; of what is longer ago than a week, that week. */
export async function compareSince(
  instant: Timestamp,
  labels: readonly Readonly<Record<string, string>>[],
  ports: { store: HistoryStore; host: string; now: Timestamp },
): Promise<CompareAnswer> {
  const length = Math.min(WEEK, Math.max(1, secondsBetween(instant, ports.now)))
  const question = { lengthSeconds: seconds(length), labels }
  const sameHours = seconds(Math.ceil(length / DAY) * DAY)
  const answer = await askComparison({ ...question, agoSeconds: sameHours }, ports)
  const nothing = answer.kind === 'compared' && answer.compared === 0
  return nothing ? askComparison({ ...question, agoSeconds: question.lengthSeconds }, ports) : answer
}

/** Values of a stretch: enough for a rank test, few enough to be more than one reading repeated. */
const POINTS = 48

/** The last stretch of a series against others as long, each of which ended so long ago; null where values are too few. */
export async function readComparisons(
  { series, metric }: { readonly series: number; readonly metric: Pick<Metric, 'type'> },
  length: Seconds,
  agos: readonly Seconds[],
  { store, now }: { store: HistoryStore; now: Timestamp },
): Promise<(Comparison | null)[]> {
  const means = async (ago: number) => {
    const stretch = { from: earlierBy(now, seconds(ago + length)), to: earlierBy(now, seconds(ago)) }
    const trend = await store.trend({ series, ...stretch, points: POINTS })
    return (metric.type === 'counter' ? ratesOf(trend) : trend).points.map(({ mean }) => mean)
  }
  const last = await means(0)
  const comparisons: (Comparison | null)[] = []
  // Without values of late there is nothing to compare, and nothing need be read.
  for (const ago of agos) {
    comparisons.push(last.length < LEAST_VALUES ? null : compareStretches(await means(ago), last))
  }
  return comparisons
}

/** What is other than it was, a stretch against an earlier one. Of counters how fast they grow: what merely grows is always other. */
export async function askComparison(
  { lengthSeconds, agoSeconds, metric: asked, target, labels = [{}] }: CompareQuestion,
  { store, host, now }: { store: HistoryStore; host: string; now: Timestamp },
): Promise<CompareAnswer> {
  const found = await seriesOf({ metric: asked, target }, { store, host })
  if (found.kind === 'unknown-metric') return found
  const before = (seconds: number) => timestamp(new Date(Date.parse(now) - seconds * 1000))
  const [from, earlierTo] = [before(lengthSeconds), before(agoSeconds)]
  const earlierFrom = before(agoSeconds + lengthSeconds)
  const all: SeriesComparison[] = []
  let tooShort = 0
  for (const series of found.series) {
    const metric = METRICS.find(({ name }) => name === series.metric)
    if (!metric || !labels.some((wanted) => hasLabels(series, wanted))) continue
    const [comparison] = await readComparisons({ series: series.id, metric }, lengthSeconds, [agoSeconds], {
      store,
      now,
    })
    if (comparison) all.push({ metric: shownAs(metric), series, comparison })
    else tooShort += 1
  }
  return {
    kind: 'compared',
    from,
    to: now,
    earlierFrom,
    earlierTo,
    changes: news(all),
    compared: all.length,
    tooShort,
  }
}
