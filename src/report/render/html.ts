import { describeEvidence } from '../../model/evidence.ts'
import type { Fix } from '../../model/finding.ts'
import { formatSeconds, formatValue } from '../../model/format.ts'
import { plainText } from '../../model/plain-text.ts'
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
import { STYLE } from './html-style.ts'

/** Foreign text, inert: nothing in it is read as markup. */
const inert = (text: string): string =>
  plainText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')

const grid = (columns: readonly string[], numeric: readonly boolean[], rows: readonly string[][]): string => {
  const align = (column: number) => (numeric[column] ? ' class="number"' : '')
  const head = columns.map((text, column) => `<th${align(column)}>${inert(text)}</th>`).join('')
  const body = rows
    .map((cells) => `<tr>${cells.map((text, column) => `<td${align(column)}>${text}</td>`).join('')}</tr>`)
    .join('\n')
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`
}

const renderTable = (table: Table): string =>
  [
    `<h3>${inert(table.title)}</h3>`,
    grid(
      table.columns,
      table.columns.map((_, column) => table.rows.every((row) => row[column]?.unit !== 'text')),
      table.rows.map((cells) => cells.map((cell) => inert(formatValue(cell.value, cell.unit)))),
    ),
    ...(table.note ? [`<p class="note">${inert(table.note)}</p>`] : []),
  ].join('\n')

const renderFix = (fix: Fix): string =>
  fix.kind === 'command'
    ? `<p><b>Fix</b> ${inert(fix.title)} <span class="note">(${inert(fix.command)}, can be approved in Slack)</span></p>`
    : `<p><b>Fix</b> ${inert(fix.title)}</p><pre>${inert(fix.change)}</pre>`

const renderFinding = ({ finding, because, alike }: Told, courses: Report['courses']): string =>
  `<article class="${finding.severity}${because === null ? '' : ' symptom'}" id="${inert(finding.id)}">
<h3><span class="severity">${finding.severity}</span> ${inert(finding.title)}</h3>
<p class="note">${[describeSubject(finding.target), finding.id, describeCourse(courses, finding.id) ?? ''].filter(Boolean).map(inert).join(' · ')}</p>
${because === null ? '' : `<p><b>Follows from the above</b> ${inert(because)}</p>`}
${alike.length > 0 ? `<p><b>The same holds for</b> ${inert(describeAlike(alike))}</p>` : ''}
<p><b>Impact</b> ${inert(finding.impact)}</p>
<p><b>Root cause</b> ${inert(finding.rootCause)}</p>
${finding.symptoms.length > 0 ? `<p><b>Symptoms</b> ${finding.symptoms.map(inert).join('; ')}</p>` : ''}
<ul>${finding.evidence.map((item) => `<li>${inert(describeEvidence(item))} <span class="note">${inert(item.source)}</span></li>`).join('')}</ul>
${finding.fixes.map(renderFix).join('\n')}
</article>`

const renderScoreboard = ({ scoreboard }: Report): string =>
  grid(
    ['Key figure', 'Measured', 'Target', 'Verdict', 'Trend'],
    [false, true, true, false, false],
    scoreboard.map((score) => [
      inert(score.title),
      inert(describeMeasured(score)),
      inert(describeTarget(score)),
      `<span class="${score.verdict}">${score.verdict}</span>`,
      score.trend ?? '–',
    ]),
  )

/** A picture that perfbot drew itself, as SVG, and what it shows in words. */
export type Picture = { readonly svg: string; readonly alt: string }

const renderPicture = ({ svg, alt }: Picture): string =>
  `<figure role="img" aria-label="${inert(alt)}">${svg}<figcaption>${inert(alt)}</figcaption></figure>`

const section = (title: string, ...content: readonly string[]): string[] =>
  content.length > 0 ? [`<section><h2>${title}</h2>`, ...content, '</section>'] : []

const contents = (report: Report, pictures: readonly Picture[]): string[] => {
  const { findings, gaps, changes, snapshot, narrative } = report
  return [
    `<header class="${report.verdict}">`,
    `<h1>${inert(report.headline)}</h1>`,
    `<p class="note">perfbot · ${inert(report.host)} · ${describeTime(report.createdAt)} · read in ${formatSeconds(snapshot.durationSeconds)}</p>`,
    `<p>${inert(narrative.text).replaceAll('\n', '<br>')}</p>`,
    ...sectionsOf(narrative).flatMap(({ title, text }) => [
      `<h3>${inert(title)}</h3>`,
      `<p>${inert(text)}</p>`,
    ]),
    `<p class="note">${inert(describeWriter(narrative))}</p>`,
    ...sourcesOf(narrative).map((source) => `<p class="note">${inert(source)}</p>`),
    ...(changes
      ? [
          `<p class="note">Since ${describeTime(changes.since)}: ${changes.appeared.length} new, ${changes.ongoing.length} ongoing, ${changes.resolved.length} resolved.</p>`,
        ]
      : []),
    '</header>',
    ...section('Scoreboard', renderScoreboard(report)),
    ...section(
      'Findings',
      ...(findings.length > 0
        ? told(report).map((each) => renderFinding(each, report.courses))
        : ['<p>None.</p>']),
    ),
    `<p class="note">${describeChecks(report.checks)} ${describeSilenced(report)}</p>`,
    ...section('The last day', ...pictures.map(renderPicture)),
    ...section('Readings', ...report.tables.map(renderTable)),
    ...section(
      'Not read',
      ...gaps.map(
        (gap) => `<p><b>${inert(gap.missing)}</b> ${inert(gap.reason)}<br>${inert(gap.remedy)}</p>`,
      ),
    ),
  ]
}

/**
 * The whole report as one HTML file that needs no other: no script, no font, no picture from elsewhere, and a policy that
 * forbids the browser to fetch any.
 */
export const renderHtml = (report: Report, pictures: readonly Picture[]): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${inert(report.headline)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${contents(report, pictures).join('\n')}
</main>
</body>
</html>
`
