import { styleText } from 'node:util'
import { describeEvidence } from '../../model/evidence.ts'
import type { Severity } from '../../model/finding.ts'
import { formatSeconds, formatValue } from '../../model/format.ts'
import { oneLine, plainText, shortened } from '../../model/plain-text.ts'
import type { Report, Score, Table } from '../../model/report.ts'
import type { Trend } from '../../model/series.ts'
import { describeAlike, type Told, told } from '../alike.ts'
import { describeCourse } from '../courses.ts'
import { sectionsOf, sourcesOf } from '../narrative-lines.ts'
import {
  describeChecks,
  describeMeasured,
  describeSilenced,
  describeTarget,
  describeTime,
  describeWriter,
} from '../phrases.ts'
import { sparkline } from '../trend-lines.ts'

export type TerminalOptions = {
  /** Columns to fill, at most. */
  readonly width: number
  readonly colour: boolean
  /** The last day of a key figure, by its `kpi`; those without a history have none. */
  readonly trends?: ReadonlyMap<string, Trend>
}

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const SEVERITY_STYLE: Record<Severity, Style> = {
  critical: ['bold', 'red'],
  high: ['red'],
  medium: ['yellow'],
  low: ['dim'],
}

const VERDICT_STYLE: Record<Report['verdict'], Style> = {
  critical: ['bold', 'red'],
  attention: ['bold', 'yellow'],
  healthy: ['bold', 'green'],
  unknown: ['bold', 'dim'],
}

const SCORE_STYLE: Record<Score['verdict'], Style> = { met: 'green', missed: 'red', unknown: 'dim' }

/** Breaks at spaces; a word longer than the line stays whole, so that it can be copied. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** Columns padded to their widest cell; numbers and their units stand to the right. */
function alignColumns(rows: readonly (readonly string[])[], right: readonly boolean[]): string[][] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row.map((cell, column) =>
      right[column] ? cell.padStart(widths[column] as number) : cell.padEnd(widths[column] as number),
    ),
  )
}

function renderTable(table: Table, paint: Paint): string[] {
  const right = table.columns.map((_, column) => table.rows.every((row) => row[column]?.unit !== 'text'))
  const cells = table.rows.map((row) =>
    row.map((cell) => shortened(oneLine(formatValue(cell.value, cell.unit)), 48)),
  )
  const [head = [], ...body] = alignColumns([table.columns, ...cells], right)
  return [
    paint('bold', table.title),
    `  ${paint('dim', head.join('  ').trimEnd())}`,
    ...body.map((row) => `  ${row.join('  ').trimEnd()}`),
    ...(table.note ? [`  ${paint('dim', table.note)}`] : []),
    '',
  ]
}

/** Its last day as a line of bars. */
function dayOf({ kpi }: Score, trends: ReadonlyMap<string, Trend>): string {
  const trend = trends.get(kpi)
  return trend && trend.points.length > 2 ? `   ${sparkline(trend)}` : ''
}

function renderScoreboard(report: Report, trends: ReadonlyMap<string, Trend>, paint: Paint): string[] {
  const measured = report.scoreboard.filter((score) => score.measured !== null)
  if (measured.length === 0) return []
  const rows = measured.map((score) => [score.title, describeMeasured(score), describeTarget(score)])
  const aligned = alignColumns(rows, [false, true, false])
  return [
    paint('bold', 'Scoreboard'),
    ...measured.map((score, index) => {
      const trend = score.trend === 'better' || score.trend === 'worse' ? `, ${score.trend}` : ''
      return `  ${(aligned[index] as string[]).join('   ')}   ${paint(SCORE_STYLE[score.verdict], score.verdict)}${trend}${dayOf(score, trends)}`
    }),
    '',
  ]
}

/** "  Impact   text", wrapped under itself. */
function labelled(label: string, text: string, width: number, paint: Paint): string[] {
  const indent = 5
  const column = 10
  return plainText(text)
    .split('\n')
    .flatMap((line) => wrap(line, width - indent - column))
    .map(
      (line, index) =>
        `${' '.repeat(indent)}${index === 0 ? paint('dim', label.padEnd(column)) : ' '.repeat(column)}${line}`,
    )
}

/** A symptom stands under its root, marked and without a number. */
function renderFinding(
  { finding, number, because, alike }: Told,
  { courses }: Report,
  width: number,
  paint: Paint,
): string[] {
  const course = describeCourse(courses, finding.id)
  const evidence = finding.evidence.map((item) => oneLine(describeEvidence(item))).join(' · ')
  return [
    ...wrap(oneLine(finding.title), width - 18).map((line, row) =>
      row === 0
        ? `${(number === null ? '↳' : String(number)).padStart(3)}  ${paint(SEVERITY_STYLE[finding.severity], finding.severity.padEnd(8))}  ${paint('bold', line)}`
        : `${' '.repeat(15)}${paint('bold', line)}`,
    ),
    ...(alike.length > 0 ? labelled('Also', describeAlike(alike), width, paint) : []),
    ...(course === null ? [] : labelled('Course', course, width, paint)),
    ...labelled('Impact', finding.impact, width, paint),
    ...(because === null ? [] : labelled('Follows', because, width, paint)),
    ...labelled('Cause', finding.rootCause, width, paint),
    ...(finding.symptoms.length > 0 ? labelled('Symptoms', finding.symptoms.join('\n'), width, paint) : []),
    ...labelled('Evidence', evidence, width, paint),
    ...finding.fixes.flatMap((fix) =>
      fix.kind === 'command'
        ? labelled('Fix', `${fix.title} (approve it in Slack)`, width, paint)
        : labelled('Fix', `${fix.title}\n${fix.change}`, width, paint),
    ),
    '',
  ]
}

function renderGaps(report: Report, width: number, paint: Paint): string[] {
  if (report.gaps.length === 0) return []
  return [
    paint('bold', 'Not read'),
    ...report.gaps.flatMap((gap) => [
      ...wrap(`${gap.missing}: ${oneLine(gap.reason)}`, width - 2).map((line) => `  ${line}`),
      ...wrap(oneLine(gap.remedy), width - 4).map((line) => `    ${paint('dim', line)}`),
    ]),
    '',
  ]
}

/** The whole report for a terminal, ending in a line feed. */
export function renderTerminal(
  report: Report,
  { width, colour, trends = new Map() }: TerminalOptions,
): string {
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text)
  const lines = [
    paint(
      'dim',
      `perfbot · ${report.host} · ${describeTime(report.createdAt)} · read in ${formatSeconds(report.snapshot.durationSeconds)}`,
    ),
    ...wrap(oneLine(report.headline), width).map((line) => paint(VERDICT_STYLE[report.verdict], line)),
    '',
    ...plainText(report.narrative.text)
      .split('\n')
      .flatMap((line) => wrap(line, width)),
    ...sectionsOf(report.narrative).flatMap(({ title, text }) => [
      '',
      paint('bold', oneLine(title)),
      ...wrap(plainText(text), width),
    ]),
    ...[describeWriter(report.narrative), ...sourcesOf(report.narrative)]
      .flatMap((line) => wrap(oneLine(line), width))
      .map((line) => paint('dim', line)),
    '',
    ...renderScoreboard(report, trends, paint),
    ...(report.findings.length > 0 ? [paint('bold', 'Findings')] : []),
    ...told(report).flatMap((each) => renderFinding(each, report, width, paint)),
    ...report.tables.flatMap((table) => renderTable(table, paint)),
    ...renderGaps(report, width, paint),
    [describeChecks(report.checks), describeSilenced(report)].filter(Boolean).join(' '),
  ]
  return `${lines.join('\n')}\n`
}
