import { counted, formatValue } from '../../model/format.ts'
import type { LogHeadline, LogPattern, LogSeries, LogSummary, LogTie } from '../../model/log-summary.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { Timestamp } from '../../model/units.ts'

const when = (at: Timestamp | null): string =>
  at === null ? 'at an unknown time' : at.replace('T', ' ').replace(/(?:\.\d{3})?Z$/, '')

/** "2026-01-01 14:02:10 – 14:09:00": the date once, when it is the same. */
function window(since: Timestamp | null, until: Timestamp | null): string {
  if (since === null || until === null) return 'without times'
  if (when(since) === when(until)) return when(since)
  return since.slice(0, 10) === until.slice(0, 10)
    ? `${when(since)} – ${when(until).slice(11)}`
    : `${when(since)} – ${when(until)}`
}

const numbered = (count: number): string => count.toLocaleString('en')

/** Counted are errors, clients and surges; a number is read, and that it was often says little. */
const isCounted = ({ kind }: LogHeadline): boolean =>
  kind === 'error' || kind === 'client' || kind === 'surge'

function describeHeadline(headline: LogHeadline, index: number): string[] {
  const { says, source, count, since, until, cause, sample } = headline
  const facts = [
    ...(isCounted(headline) ? [`${numbered(count)}×`] : []),
    window(since, until),
    ...(source === null ? [] : [`in ${source}`]),
  ]
  return [
    `${index + 1}. ${says}`,
    `   ${facts.join(', ')}`,
    ...(cause === null || says.includes(cause) ? [] : [`   cause: ${cause}`]),
    ...(sample === null || sample === cause ? [] : [`   line:  ${sample}`]),
  ]
}

const describeTie = (tie: LogTie): string =>
  `${tie.from ?? 'this log'} → ${tie.to}${tie.port === null ? '' : `:${tie.port}`}: ${tie.class.replaceAll('-', ' ')}, ${numbered(tie.count)}×, ${window(tie.since, tie.until)}`

function describeSeries(series: LogSeries): string[] {
  const show = (value: number): string => formatValue(value, series.unit)
  const { change, saturation, trend } = series
  if (!saturation && !change && trend === 'steady') return []
  const where = series.source === null ? '' : ` in ${series.source}`
  const facts = [
    ...(saturation ? [`at most ${formatValue(saturation.used, 'ratio')} of ${show(saturation.limit)}`] : []),
    ...(change ? [`${show(change.before)} → ${show(change.after)} at ${when(change.to)}`] : []),
    ...(trend === 'steady' ? [] : [`${trend}${series.since ? ` since ${when(series.since)}` : ''}`]),
  ]
  return [
    `${series.name}${where}: ${show(series.minimum)} – ${show(series.maximum)}, last ${show(series.last)}; ${facts.join('; ')}`,
  ]
}

function describePattern(pattern: LogPattern): string {
  const marks = [
    ...(pattern.level ? [pattern.level] : []),
    ...(pattern.isNew ? [`new since ${when(pattern.first)}`] : []),
    ...(pattern.surge ? [`${pattern.surge}× as often since ${when(pattern.surgeSince)}`] : []),
  ]
  return `${numbered(pattern.count).padStart(9)}  ${pattern.template}${marks.length > 0 ? `  [${marks.join(', ')}]` : ''}`
}

const headed = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]

const LONGEST = 300

/** A log in a screen of lines: what happened, since when, how often, why, one sample each. */
export function describeLogs(summary: LogSummary): string[] {
  const { lines, from, to, gaps, headlines, ties, events, patterns, patternCount } = summary
  if (lines === 0) return ['The log is empty.']
  const missing = gaps > 0 ? `; lines are missing in ${counted(gaps, 'place')}` : ''
  return [
    `${numbered(lines)} ${lines === 1 ? 'line' : 'lines'}, ${window(from, to)}; ${counted(patternCount, 'pattern')}${missing}`,
    '',
    ...(headlines.length === 0 ? ['Nothing stands out.'] : headlines.flatMap(describeHeadline)),
    ...headed('Who fails because of whom', ties.map(describeTie)),
    ...headed('Figures', summary.series.flatMap(describeSeries)),
    ...headed(
      'Events',
      events.map(
        ({ at, kind, count, sample }) =>
          `${when(at)}  ${kind.replaceAll('-', ' ')}${count > 1 ? ` (${count}×)` : ''}: ${sample}`,
      ),
    ),
    ...headed('Patterns', patterns.map(describePattern)),
  ].map((line) => shortened(`${/^ */.exec(line)?.[0]}${oneLine(line)}`, LONGEST))
}
