import type { LogLine, LogSink } from '../../model/log-sink.ts'
import type { LogLevel, LogSummary } from '../../model/log-summary.ts'
import { seconds, type Timestamp } from '../../model/units.ts'
import { countRefused, createClients } from './clients.ts'
import { watchClock } from './clock-watch.ts'
import { type Envelope, unwrapped } from './envelope.ts'
import { createErrorCauses, isError, isWorthCounting } from './error-causes.ts'
import { createErrorGroups, rankErrors, tiesOf } from './error-groups.ts'
import { type Happened, remember, toldEvents } from './events.ts'
import { fitted, LARGEST_SUMMARY_BYTES } from './fitted.ts'
import { continues, gather, gatheredFrom, resumes } from './follow.ts'
import { headlinesOf } from './headlines.ts'
import { instantOf } from './instants.ts'
import { createJournalExport } from './journal-export.ts'
import { countPattern, createPatterns, listedPatterns, type Pattern, templateOf } from './patterns.ts'
import { safeLine, safeText } from './safe-text.ts'
import { createSeriesKeeper, readNumbers } from './series.ts'
import { summariseSeries, weightOf } from './series-summary.ts'
import { ends, shapeOf, starts } from './shape.ts'
import { endsKey, learn, type Shape, tellingOf } from './shapes.ts'
import { createSources, type Pending, type Source } from './sources.ts'
import { stamp } from './stamp.ts'

export type LogDigestOptions = {
  /** What "recent" means for a log that is watched; null looks at the whole. */
  readonly windowSeconds?: number | null
  /** Gives times without a year, or without a day, theirs. */
  readonly reference?: Date
  readonly mostPatterns?: number
  /** Lines before it are left out. */
  readonly since?: Date
  readonly largestSummaryBytes?: number
}

/** Takes lines for as long as there are any, and can be asked at any time. */
export type LogDigest = Omit<LogSink, 'line'> & {
  /** `stream` keeps apart what is written side by side: stdout and stderr, or the name of a file or container. */
  line(line: Pick<LogLine, 'text' | 'at'> & { readonly stream: string }): void
  skipped(): void
  /** `now` ends the window that counts as recent; without it the last line does. */
  summary(now?: Timestamp): LogSummary
}

const LONGEST_LINE = 8192
const MOST_SHAPES = 20_000
/** Lines that may stand in the midst of a trace. */
const PATIENCE = 6
/** A key in base64 has fewer lines. */
const LONGEST_KEY = 100

/** The line as it is looked at: bounded, without colours and the end of a Windows line. */
function cleaned(raw: string): string {
  let text = raw.length > LONGEST_LINE ? raw.slice(0, LONGEST_LINE) : raw
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
  if (text.includes('\u001b')) text = text.replace(/\u001b\[[0-9;]{0,20}[A-Za-z]/g, '')
  return text.charCodeAt(text.length - 1) === 13 ? text.slice(0, -1) : text
}

/**
 * Gathers what a log says while its lines go by; bounded however long that lasts. Pure: the lines come in, a small
 * summary comes out, and every text in it is redacted.
 */
export function createLogDigest(options: LogDigestOptions = {}): LogDigest {
  const windowMs = options.windowSeconds == null ? null : options.windowSeconds * 1000
  // A watched log keeps its last hours by the minute; a file is looked at as a whole.
  const widest = windowMs === null ? Number.POSITIVE_INFINITY : 60_000
  let reference = options.reference?.getTime() ?? Number.NaN
  const since = options.since?.getTime() ?? Number.NEGATIVE_INFINITY
  let total = 0
  let gaps = 0
  let from = Number.NaN
  let to = Number.NaN
  const patterns = createPatterns(options.mostPatterns ?? 300)
  const series = createSeriesKeeper()
  const sources = createSources()
  const clients = createClients()
  const groups = createErrorGroups()
  const told = new Set<Pattern>()
  const events: Happened[] = []
  const formats: Record<string, number> = {}
  const levels: Partial<Record<LogLevel, number>> = {}
  const now = (): number => (Number.isNaN(reference) ? Date.UTC(2000, 0, 1) : reference)
  const causes = createErrorCauses(now)
  const shapes = new Map<number, Shape>()
  const journal = createJournalExport()

  /** An error is complete: its cause is known only now, after all that follows its first line. */
  function settle(pending: Pending | null): void {
    if (pending === null || pending.isCounted || !isError(pending)) return
    pending.isCounted = true
    const cause = causes.of(pending)
    if (!isWorthCounting(pending, cause)) return
    const { shape, ms } = pending
    const classified = cause.classified ?? { class: 'other' as const, fields: {}, words: '' }
    const source = shape.pattern.source
    told.add(shape.pattern)
    if (told.size > MOST_SHAPES) told.clear()
    groups.count(
      classified,
      source,
      shape.pattern.template.serial,
      () => ({
        cause: cause.text,
        template: templateOf(shape.pattern),
        sample:
          shape.sample === '' ? safeLine(safeText(pending.gathered.head.slice(0, 2000)), 400) : shape.sample,
        level: shape.parts.level,
      }),
      ms,
      widest,
      shape.parts.format === 'access' ? shape.message.replace(/ answered-\d{3}$/, '') : null,
    )
  }

  function line({ text: raw, at, stream }: Pick<LogLine, 'text' | 'at'> & { readonly stream: string }): void {
    total += 1
    const text = cleaned(raw)
    const exported = journal.take(text)
    if (exported === null) entry(text, unwrapped(text, now()), at, stream)
    else if (exported.entry !== null) entry(exported.entry.body, exported.entry, at, stream)
  }

  function entry(text: string, envelope: Envelope | null, at: Timestamp | null, stream: string): void {
    const body = envelope === null ? text : envelope.body
    const source = sources.of(envelope?.source ?? null, stream)
    if (source.inKey > 0) {
      source.inKey = endsKey(body) ? 0 : source.inKey - 1
      return
    }
    if (goesOn(source, body)) return
    if (body.trim() !== '')
      count(body, at === null ? (envelope?.ms ?? Number.NaN) : Date.parse(at), source, envelope)
  }

  /** Whether the line belongs to what its source said before. */
  function goesOn(source: Source, body: string): boolean {
    const { pending, interrupted } = source
    const isBetween =
      pending === null || (!pending.shape.isTrouble && pending.gathered.followers.length === 0)
    if (interrupted !== null && isBetween && resumes(body, interrupted.gathered)) {
      gather(interrupted.gathered, body)
      source.patience = PATIENCE
      return true
    }
    if (pending !== null && continues(body, pending.gathered)) {
      gather(pending.gathered, body)
      return true
    }
    return false
  }

  /** Another entry begins; a trace may still come back to its frames. */
  function makeRoom(source: Source): void {
    const { pending } = source
    source.pending = null
    if (pending !== null && (pending.gathered.awaitsException || pending.gathered.isTrace)) {
      settle(source.interrupted)
      source.interrupted = pending
      source.patience = PATIENCE
      return
    }
    settle(pending)
    if (source.interrupted === null) return
    source.patience -= 1
    if (source.patience > 0) return
    settle(source.interrupted)
    source.interrupted = null
  }

  function shapeFor(body: string, source: Source, envelope: Envelope | null): Shape {
    const priority = envelope?.priority ?? null
    const key = shapeOf(body, 0, source.seed ^ (priority === null ? 0 : priority + 1))
    const known = shapes.get(key)
    if (known && !known.pattern.isForgotten) return known
    if (shapes.size >= MOST_SHAPES) shapes.clear()
    const shape = learn(body, { patterns, series, source: source.name, priority, reference: now() })
    shapes.set(key, shape)
    return shape
  }

  function count(body: string, given: number, source: Source, envelope: Envelope | null): void {
    const shape = shapeFor(body, source, envelope)
    let ms = given
    if (Number.isNaN(ms) && shape.time !== null) {
      const start = (starts[shape.time.index] as number) - shape.time.back
      ms = instantOf(shape.time.form, body, start, now())
    } else if (Number.isNaN(reference)) reference = ms
    if (Number.isNaN(ms)) ms = source.ms
    else {
      source.ms = ms
      watchClock(source.clock, ms)
    }
    if (ms < since) {
      total -= 1
      return
    }
    if (shape.parts.detail === null || source.pending === null) makeRoom(source)
    if (!Number.isNaN(ms)) {
      if (!(ms >= from)) from = ms
      if (!(ms <= to)) to = ms
    }
    const { pattern, parts } = shape
    countPattern(pattern, ms, widest)
    formats[parts.format] = (formats[parts.format] ?? 0) + 1
    if (parts.level) levels[parts.level] = (levels[parts.level] ?? 0) + 1
    if (shape.readers.length > 0) readNumbers(shape.readers, body, ms, widest)
    if (shape.isRefusal) {
      const client = shape.client < 0 ? '' : body.slice(starts[shape.client], ends[shape.client])
      countRefused(clients, parts.status as number, client, ms, widest, shape.sample)
    }
    if (shape.event) remember(events, shape.event, ms, shape.message)
    if (shape.beginsKey) source.inKey = LONGEST_KEY
    if (parts.detail !== null && source.pending !== null) {
      // Statements hold values; what PostgreSQL says of them is enough.
      if (parts.detail !== 'STATEMENT' && parts.detail !== 'QUERY')
        gather(source.pending.gathered, `${parts.detail}: ${shape.message}`)
      return
    }
    // A trace may follow a line that says nothing itself, so every line waits for the next one.
    source.pending = {
      shape,
      ms,
      telling: tellingOf(shape, body),
      gathered: gatheredFrom(body),
      isCounted: false,
    }
  }

  function settleAll(): void {
    for (const source of sources.all.values()) {
      for (const pending of [source.interrupted, source.pending]) {
        // Of a log that is watched the exception is still to come.
        if (windowMs === null || !pending?.gathered.awaitsException) settle(pending)
      }
    }
  }

  function summary(end?: Timestamp): LogSummary {
    settleAll()
    const last = end === undefined ? to : Date.parse(end)
    const windowStart = windowMs === null || Number.isNaN(last) ? null : last - windowMs
    const span = { from, to, windowStart }
    const happened = toldEvents(events)
    const ranked = rankErrors(groups.all.values(), from, to, windowStart)
    const errors = ranked.map(({ error }) => error)
    const measured = [...series.all.values()].filter(({ count: times }) => times > 0)
    const figures = measured
      .map((one) => summariseSeries(one, measured, happened))
      .toSorted((left, right) => weightOf(right) - weightOf(left) || right.count - left.count)
    const summed: LogSummary = {
      lines: total,
      gaps,
      from: stamp(from),
      to: stamp(to),
      windowSeconds: windowMs === null ? null : seconds(windowMs / 1000),
      headlines: headlinesOf({
        errors: ranked,
        series: figures,
        patterns: patterns.all.values(),
        told,
        clients,
        sources: sources.all.values(),
        span,
        lines: total,
      }),
      formats,
      levels,
      sources: [...new Set([...sources.all.values()].flatMap(({ name }) => name ?? []))].slice(0, 20),
      patternCount: patterns.all.size,
      patterns: listedPatterns(patterns.all.values(), span),
      errors: errors.slice(0, 8),
      series: figures.slice(0, 8),
      events: happened.slice(-8),
      ties: tiesOf(errors).slice(0, 8),
    }
    return fitted(summed, options.largestSummaryBytes ?? LARGEST_SUMMARY_BYTES)
  }

  return {
    line,
    skipped: () => {
      gaps += 1
    },
    summary,
  }
}
