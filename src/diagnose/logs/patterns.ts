import type { LogLevel, LogPattern } from '../../model/log-summary.ts'
import { perSecond } from '../../model/units.ts'
import { addTo, type Buckets, createBuckets, surgeIn } from './buckets.ts'
import { isAtLeast } from './levels.ts'
import { safeLine, safeText } from './safe-text.ts'
import { stamp } from './stamp.ts'
import { createTemplateMiner, type Template } from './templates.ts'

export type Pattern = {
  readonly template: Template
  readonly level: LogLevel | null
  readonly source: string | null
  readonly sample: string
  count: number
  first: number
  last: number
  readonly buckets: Buckets
  /** It had to give way: shapes that point to it have to look again. */
  isForgotten: boolean
}

export type Patterns = {
  find(message: string, level: LogLevel | null, source: string | null, sample: () => string): Pattern
  readonly all: ReadonlyMap<number, Pattern>
}

export function createPatterns(most: number): Patterns {
  const all = new Map<number, Pattern>()
  const miner = createTemplateMiner(most, ({ serial }) => {
    const pattern = all.get(serial)
    if (pattern) pattern.isForgotten = true
    all.delete(serial)
  })
  return {
    all,
    find(message, level, source, sample) {
      const template = miner.find(message, level ?? '')
      let pattern = all.get(template.serial)
      if (!pattern) {
        pattern = {
          template,
          level,
          source,
          sample: sample(),
          count: 0,
          first: Number.NaN,
          last: Number.NaN,
          buckets: createBuckets(false),
          isForgotten: false,
        }
        all.set(template.serial, pattern)
      }
      return pattern
    },
  }
}

export function countPattern(pattern: Pattern, ms: number, widest: number): void {
  pattern.count += 1
  pattern.template.count += 1
  if (!Number.isNaN(ms)) {
    if (!(ms >= pattern.first)) pattern.first = ms
    if (!(ms <= pattern.last)) pattern.last = ms
  }
  addTo(pattern.buckets, ms, 1, widest)
}

export type Span = { readonly from: number; readonly to: number; readonly windowStart: number | null }

export const templateOf = ({ template }: Pattern): string => safeLine(safeText(template.words.join(' ')), 160)

function summarised(pattern: Pattern, { from, to, windowStart }: Span): LogPattern {
  const lasted = pattern.last - pattern.first
  const surge = surgeIn(pattern.buckets, from, to)
  return {
    template: templateOf(pattern),
    level: pattern.level,
    count: pattern.count,
    first: stamp(pattern.first),
    last: stamp(pattern.last),
    ratePerSecond:
      pattern.count > 1 && lasted > 0
        ? perSecond(Number((pattern.count / (lasted / 1000)).toPrecision(3)))
        : null,
    isNew:
      windowStart === null
        ? to - from >= 60_000 && pattern.first > from + 0.2 * (to - from)
        : pattern.first >= windowStart && from < windowStart,
    surge: surge ? Number(surge.factor.toPrecision(3)) : null,
    surgeSince: surge ? stamp(surge.since) : null,
    sample: safeLine(pattern.sample, 200),
  }
}

const weightOf = ({ level, surge, isNew }: LogPattern): number =>
  (isAtLeast(level, 'error') ? 4 : isAtLeast(level, 'warning') ? 2 : 0) + (surge ? 2 : 0) + (isNew ? 1 : 0)

const MOST_LISTED = 12

/** The commonest tell what the log is, the remarkable what happened. */
export function listedPatterns(patterns: Iterable<Pattern>, span: Span): LogPattern[] {
  const listed = [...patterns].filter(({ count }) => count > 0).map((pattern) => summarised(pattern, span))
  const frequent = listed.toSorted((left, right) => right.count - left.count)
  const remarkable = listed
    .filter((pattern) => weightOf(pattern) > 0)
    .toSorted((left, right) => weightOf(right) - weightOf(left) || right.count - left.count)
  return [
    ...new Set([...frequent.slice(0, 6), ...remarkable.slice(0, 6), ...frequent.slice(6, MOST_LISTED)]),
  ].slice(0, MOST_LISTED)
}
