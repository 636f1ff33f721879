import { describeEvidence } from '../../model/evidence.ts'
import type { Fix } from '../../model/finding.ts'
import { formatSeconds, formatValue } from '../../model/format.ts'
import { oneLine, plainText } from '../../model/plain-text.ts'
import type { Report, Table } from '../../model/report.ts'
import { describeTarget as describeSubject } from '../../model/target.ts'
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

/** Foreign text on one line, inert: nothing in it is read as Markdown or HTML. */
const inert = (text: string): string => oneLine(text).replace(/[\\`*_{}[\]<>|#~]/g, '\\$&')

/** A fence longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${plainText(text)}\n${fence}`
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const grid = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(columns), row(columns.map(() => '---')), ...rows.map(row)].join('\n')

const renderTable = (table: Table): string =>
  [
    `### ${table.title}`,
    grid(
      table.columns,
      table.rows.map((cells) => cells.map((cell) => inert(formatValue(cell.value, cell.unit)))),
    ),
    ...(table.note ? [table.note] : []),
  ].join('\n\n')

const renderFix = (fix: Fix): string =>
  fix.kind === 'command'
    ? `- ${inert(fix.title)} (\`${fix.command}\`, can be approved in Slack)`
    : `- ${inert(fix.title)}\n\n${fenced(fix.change)}`

const renderFinding = ({ finding, number, because, alike }: Told, courses: Report['courses']): string =>
  [
    number === null ? `#### ↳ ${inert(finding.title)}` : `### ${number}. ${inert(finding.title)}`,
    [
      `**${finding.severity}**`,
      inert(describeSubject(finding.target)),
      `\`${finding.id}\``,
      describeCourse(courses, finding.id),
    ]
      .filter(Boolean)
      .join(' · '),
    ...(because === null ? [] : [`**Follows from the above:** ${inert(because)}`]),
    ...(alike.length > 0 ? [`**The same holds for ${inert(describeAlike(alike))}**`] : []),
    `**Impact:** ${inert(finding.impact)}`,
    `**Root cause:** ${inert(finding.rootCause)}`,
    ...(finding.symptoms.length > 0 ? [`**Symptoms:** ${finding.symptoms.map(inert).join('; ')}`] : []),
    `**Evidence:**\n\n${finding.evidence.map((item) => `- ${inert(describeEvidence(item))} (${inert(item.source)})`).join('\n')}`,
    `**Fix:**\n\n${finding.fixes.map(renderFix).join('\n')}`,
  ].join('\n\n')

const renderScoreboard = ({ scoreboard }: Report): string =>
  grid(
    ['Key figure', 'Measured', 'Target', 'Verdict', 'Trend'],
    scoreboard.map((score) => [
      score.title,
      describeMeasured(score),
      describeTarget(score),
      score.verdict,
      score.trend ?? '–',
    ]),
  )

/** Where the figures of the words were read. */
const sourceLines = ({ narrative }: Report): string[] => {
  const sources = sourcesOf(narrative)
  return sources.length > 0 ? [`Figures:\n\n${sources.map((source) => `- ${inert(source)}`).join('\n')}`] : []
}

/** The whole report as one Markdown document. */
export function renderMarkdown(report: Report): string {
  const { findings, gaps, changes } = report
  const sections = [
    `# Performance report: ${inert(report.host)}`,
    `${describeTime(report.createdAt)} · read in ${formatSeconds(report.snapshot.durationSeconds)}`,
    `**${inert(report.headline)}**`,
    inert(report.narrative.text),
    ...sectionsOf(report.narrative).flatMap(({ title, text }) => [`### ${inert(title)}`, inert(text)]),
    `*${inert(describeWriter(report.narrative))}*`,
    ...sourceLines(report),
    '## Scoreboard',
    renderScoreboard(report),
    '## Findings',
    findings.length > 0
      ? told(report)
          .map((each) => renderFinding(each, report.courses))
          .join('\n\n')
      : 'None.',
    [describeChecks(report.checks), describeSilenced(report)].filter(Boolean).join(' '),
  ]
  if (changes) {
    sections.push(
      '## Since the report before',
      `${describeTime(changes.since)}: ${changes.appeared.length} new, ${changes.ongoing.length} ongoing, ${changes.resolved.length} resolved.`,
    )
  }
  sections.push('## Readings', ...report.tables.map(renderTable))
  if (gaps.length > 0) {
    sections.push(
      '## Not read',
      gaps.map((gap) => `- ${inert(gap.missing)}: ${inert(gap.reason)} ${inert(gap.remedy)}`).join('\n'),
    )
  }
  return `${sections.join('\n\n')}\n`
}
