import { formatRatio, formatValue } from '../../model/format.ts'
import type { LogHeadline, LogSeries } from '../../model/log-summary.ts'
import { surgeIn } from './buckets.ts'
import { type Clients, clientHeadlines } from './clients.ts'
import { type ClockWatch, clockHeadlines } from './clock-watch.ts'
import type { RankedError } from './error-groups.ts'
import { isAtLeast } from './levels.ts'
import { type Pattern, type Span, templateOf } from './patterns.ts'
import { safeLine } from './safe-text.ts'
import { NEAR_LIMIT } from './series.ts'
import { stamp } from './stamp.ts'
import { sayError } from './wording.ts'

type Weighed = { readonly headline: LogHeadline; readonly weight: number }

/** Below it an error is not worth a headline beside others; alone it still is. */
const FAINT = 20
const MOST = 8

/** Without its unit, which the figures have. */
const words = (name: string): string =>
  name
    .replace(/_(?:ms|millis|us|s|secs?|seconds|bytes|kb|mb|gb|mib|gib|percent|pct)$/, '')
    .replaceAll('_', ' ')
const IS_A_LEVEL =
  /latency|duration|took|elapsed|time|lag|delay|wait|queue|backlog|pending|depth|heap|rss|mem|used|usage|load|connections?|clients|sessions|active|in_use|goroutines|threads|workers|open|fds?|size|cpu|temp|buffer|inflight|handles/
const IS_SURELY_A_LEVEL =
  /connection|queue|backlog|pending|waiting|heap|rss|mem|goroutines|threads|lag|depth|latency|duration/
/** Less of it is worse. */
const FALLING_IS_BAD = /hit_?(?:ratio|rate)|success|avail|free|remain|throughput|_per_s|rps|qps|headroom/
/** Numbers that may be either what there is or what there was so far. */
const IS_AMBIGUOUS = /error|fail|retries|evict|miss|reject|timeout|drop/
/** Grows by itself as long as a program runs. */
const IS_COUNTER =
  /uptime|total|offset|processed|served|handled|sent|received|seq|position|progress|count$|id$|age$|iteration|step$|epoch|lines$|requests$/
/** What stands for all there is, so that it can be nearly used up. */
const IS_A_SHARE = /us(?:ed|age)|util|full|disk|mem|heap|pool|fill|quota/

/** Of a disk or a pool, without any other limit named. */
const NEARLY_ALL = 0.95

/** "12 times", "3.4 times" */
const times = (factor: number): string => `${factor >= 10 ? Math.round(factor) : factor.toPrecision(2)} times`

function ofError({ error, weight }: RankedError): Weighed {
  return {
    weight,
    headline: {
      kind: 'error',
      class: error.class,
      fields: error.fields,
      says: safeLine(sayError(error), 300),
      source: error.source,
      count: error.count,
      since: error.since,
      until: error.until,
      cause: error.cause,
      sample: error.sample,
    },
  }
}

function ofSeries(series: LogSeries, to: number): Weighed[] {
  const { name, unit, saturation, change, trend } = series
  const show = (value: number): string => formatValue(value, unit)
  const label = words(name)
  const subject = `${label.charAt(0).toUpperCase()}${label.slice(1)}`
  const base = {
    class: null,
    fields: {},
    source: series.source,
    count: series.count,
    until: stamp(to),
    cause: null,
    sample: null,
  } as const
  if (
    unit === 'ratio' &&
    saturation === null &&
    IS_A_SHARE.test(name) &&
    series.last >= NEARLY_ALL &&
    series.maximum <= 1.001
  ) {
    return [
      {
        weight: 74,
        headline: {
          ...base,
          kind: 'saturation',
          says: `${subject} reached ${show(series.maximum)}; it was ${show(series.first)} at first`,
          since: series.since ?? change?.to ?? null,
        },
      },
    ]
  }
  if (saturation && saturation.used >= NEAR_LIMIT) {
    return [
      {
        weight: 76 + Math.min(8, 40 * (saturation.used - NEAR_LIMIT)),
        headline: {
          ...base,
          kind: 'saturation',
          says: `${subject} reached ${show(series.maximum)} of ${show(saturation.limit)} (${formatRatio(saturation.used)}); it was ${show(series.first)} at first`,
          since: saturation.since,
        },
      },
    ]
  }
  if (![IS_A_LEVEL, IS_AMBIGUOUS, FALLING_IS_BAD].some((names) => names.test(name)) && unit === 'count')
    return []
  if (change) {
    const grew = change.after > change.before
    // A fall is good news more often than not; after an event it is still worth a line.
    const isWorse = grew !== FALLING_IS_BAD.test(name)
    if (!isWorse && change.event === null) return []
    return [
      {
        weight: (change.event === null ? 50 : 64) + (isWorse ? 0 : -30),
        headline: {
          ...base,
          kind: 'change',
          says: `${subject} went from ${show(change.before)} to ${show(change.after)} on average${change.event === null ? '' : `, after: ${change.event}`}`,
          since: change.to,
          cause: change.event,
        },
      },
    ]
  }
  const isBad = FALLING_IS_BAD.test(name)
    ? trend === 'falling'
    : trend === 'rising' &&
      (IS_SURELY_A_LEVEL.test(name) ||
        (!IS_COUNTER.test(name) && (unit !== 'count' || IS_A_LEVEL.test(name))))
  if (!isBad) return []
  return [
    {
      weight: 42 + (unit === 'bytes' ? 6 : 0),
      headline: {
        ...base,
        kind: 'trend',
        says:
          trend === 'rising'
            ? `${subject} keeps rising, from ${show(series.minimum)} to ${show(series.maximum)}`
            : `${subject} keeps falling, from ${show(series.maximum)} to ${show(series.minimum)}`,
        since: series.since,
      },
    },
  ]
}

/** A kind of line that is no error, and yet came far more often than before. */
function ofPattern(pattern: Pattern, { from, to }: Span): Weighed[] {
  // Errors have their own headlines; requests and new kinds of debug lines say little by their number.
  if (pattern.count < 30 || isAtLeast(pattern.level, 'error')) return []
  if (isAtLeast(pattern.level, 'trace') && !isAtLeast(pattern.level, 'info')) return []
  const surge = surgeIn(pattern.buckets, from, to)
  if (surge === null || surge.factor < 5) return []
  const warns = isAtLeast(pattern.level, 'warning')
  return [
    {
      weight: (warns ? 40 : 30) + Math.min(6, Math.log10(pattern.count) * 2),
      headline: {
        kind: 'surge',
        class: null,
        fields: {},
        says: safeLine(`${times(surge.factor)} as often as before: ${templateOf(pattern)}`, 240),
        source: pattern.source,
        count: pattern.count,
        since: stamp(surge.since),
        until: stamp(pattern.last),
        cause: null,
        sample: safeLine(pattern.sample, 220),
      },
    },
  ]
}

export type Material = {
  readonly errors: readonly RankedError[]
  readonly series: readonly LogSeries[]
  readonly patterns: Iterable<Pattern>
  /** Patterns that errors or requests account for already. */
  readonly told: ReadonlySet<Pattern>
  readonly clients: Clients
  readonly sources: Iterable<{ readonly name: string | null; readonly clock: ClockWatch }>
  readonly span: Span
  readonly lines: number
}

/** What stands out, the most telling first. */
export function headlinesOf({
  errors,
  series,
  patterns,
  told,
  clients,
  sources,
  span,
  lines,
}: Material): LogHeadline[] {
  const weighed: Weighed[] = [
    ...errors.map(ofError),
    ...series.flatMap((one) => ofSeries(one, span.to)),
    ...[...patterns].filter((pattern) => !told.has(pattern)).flatMap((pattern) => ofPattern(pattern, span)),
    ...clientHeadlines(clients, span.from, span.to, lines).map((headline) => ({ headline, weight: 66 })),
    ...clockHeadlines(sources).map((headline) => ({ headline, weight: 24 })),
  ].toSorted((left, right) => right.weight - left.weight)
  const loud = weighed.filter(({ weight }) => weight >= FAINT)
  return (loud.length > 0 ? loud : weighed).slice(0, MOST).map(({ headline }) => headline)
}
