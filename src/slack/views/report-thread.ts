import type { KnownBlock, TableBlock } from '@slack/types'
import { describeEvidence } from '../../model/evidence.ts'
import type { Fix } from '../../model/finding.ts'
import { formatValue } from '../../model/format.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { Cell, Report, Table } from '../../model/report.ts'
import type { OfferedFix } from '../../perfbot.ts'
import { describeAlike, type Told, told } from '../../report/alike.ts'
import { describeCourse } from '../../report/courses.ts'
import { sectionsOf, sourcesOf } from '../../report/narrative-lines.ts'
import {
  context,
  inMessages,
  type Message,
  mrkdwn,
  paragraph,
  preformatted,
  richText,
  section,
  words,
} from '../blocks.ts'
import { LIMITS } from '../limits.ts'
import { fixBlocks, severityWord, shownInParent } from './report-message.ts'

const fixElements = (fix: Fix) =>
  fix.kind === 'command'
    ? [paragraph(words('Fix: ', { bold: true }), words(fix.title))]
    : [paragraph(words('Fix: ', { bold: true }), words(fix.title)), preformatted(fix.change)]

/** No rule gives so many; a bound all the same, since a message has one. */
const EVIDENCE_SHOWN = 12
const FIXES_SHOWN = 3

/** What a model wrote beside its summary, and where its figures were read. */
export function narrativeMessages({ narrative }: Report): Message[] {
  const sections = sectionsOf(narrative)
  const sources = sourcesOf(narrative)
  if (sections.length === 0) return []
  return inMessages('In words', [
    ...sections.map(({ title, text }) =>
      richText(paragraph(words(shortened(oneLine(title), 200), { bold: true })), paragraph(words(text))),
    ),
    ...(sources.length > 0 ? [context(mrkdwn(shortened(`Figures. ${sources.join('; ')}`, 1500)))] : []),
  ])
}

const courseElements = (courses: Report['courses'], id: string) => {
  const course = describeCourse(courses, id)
  return course === null ? [] : [paragraph(words(course, { italic: true }))]
}

const findingDetail = ({ finding, because, alike }: Told, courses: Report['courses']): KnownBlock =>
  richText(
    paragraph(words(`${severityWord(finding)}  `, { bold: true }), words(finding.title, { bold: true })),
    ...courseElements(courses, finding.id),
    ...(because === null
      ? []
      : [
          paragraph(
            words('Follows from the above: ', { bold: true }),
            words(shortened(oneLine(because), 400)),
          ),
        ]),
    ...(alike.length > 0
      ? [paragraph(words('The same holds for: ', { bold: true }), words(describeAlike(alike)))]
      : []),
    paragraph(words('Impact: ', { bold: true }), words(finding.impact)),
    paragraph(words('Root cause: ', { bold: true }), words(finding.rootCause)),
    {
      type: 'rich_text_list',
      style: 'bullet',
      elements: finding.evidence
        .slice(0, EVIDENCE_SHOWN)
        .map((evidence) =>
          paragraph(
            words(shortened(oneLine(describeEvidence(evidence)), 400)),
            words(`  ${evidence.source}`, { italic: true }),
          ),
        ),
    },
    ...finding.fixes.slice(0, FIXES_SHOWN).flatMap(fixElements),
  )

/** A cell may not be empty, and one endless name may not take the room of all the others. */
const cellText = (cell: Cell): string => shortened(oneLine(formatValue(cell.value, cell.unit)) || '–', 200)

/** Rows in portions that fit a table block, each of which repeats the head. */
function portions(table: Table): string[][][] {
  const all = table.rows.map((row) => row.slice(0, LIMITS.tableColumns).map(cellText))
  const size = (row: readonly string[]) => row.reduce((sum, text) => sum + text.length, 0)
  const result: string[][][] = []
  let room = 0
  for (const row of all) {
    const last = result.at(-1)
    if (!last || last.length >= LIMITS.tableRows - 1 || size(row) > room) {
      result.push([row])
      room = LIMITS.tableCharacters - size(table.columns) - size(row)
    } else {
      last.push(row)
      room -= size(row)
    }
  }
  return result
}

function tableBlock(table: Table, rows: readonly string[][]): TableBlock {
  const cells = (texts: readonly string[]) => texts.map((text) => ({ type: 'raw_text' as const, text }))
  const isNumeric = (column: number) => table.rows.every((row) => row[column]?.unit !== 'text')
  const head = table.columns.slice(0, LIMITS.tableColumns)
  return {
    type: 'table',
    column_settings: head.map((_, column) => ({ align: isNumeric(column) ? 'right' : 'left' })),
    rows: [cells(head), ...rows.map(cells)],
  }
}

/** For clients and workspaces that do not know table blocks. */
function tableAsText(columns: readonly string[], rows: readonly string[][]): KnownBlock {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] as number))
      .join('  ')
      .trimEnd()
  return richText(preformatted([line(columns), ...rows.map(line)].join('\n')))
}

/** A table block may stand only once in a message, so each portion is a message of its own. */
export type TableMessage = { readonly message: Message; readonly plain: Message }

/** How many messages one table may fill; a longer one is cut, and the whole report comes as a file. */
const TABLE_MESSAGES = 2

export function tableMessages(table: Table): { messages: TableMessage[]; cut: boolean } {
  const parts = portions(table)
  const messages = parts.slice(0, TABLE_MESSAGES).map((rows, index) => {
    const title = parts.length > 1 ? `${table.title} (${index + 1} of ${parts.length})` : table.title
    const head = section(`*${mrkdwn(title)}*${table.note ? `\n${mrkdwn(table.note)}` : ''}`)
    return {
      message: { text: title, blocks: [head, tableBlock(table, rows)] },
      plain: { text: title, blocks: [head, tableAsText(table.columns, rows)] },
    }
  })
  return { messages, cut: parts.length > TABLE_MESSAGES }
}

/**
 * The findings with all that is known of them. `message` is the report that this is the thread of; what it has no room
 * for has its buttons here.
 */
export function findingMessages(report: Report, fixes: readonly OfferedFix[], message: string): Message[] {
  const shown = new Set(shownInParent(report).map(({ finding }) => finding.id))
  const blocks = told(report).flatMap((each) => [
    findingDetail(each, report.courses),
    ...(shown.has(each.finding.id)
      ? []
      : fixBlocks(
          fixes.filter(({ plan }) => plan.findingId === each.finding.id),
          report.id,
          message,
        )),
  ])
  return inMessages(`Findings on ${report.host} in detail`, blocks)
}

/** What was not read, with the way to have it. */
export function gapMessages(report: Report): Message[] {
  const lines = report.gaps.map(
    (gap) => `*${mrkdwn(gap.missing)}*: ${mrkdwn(gap.reason)}\n${mrkdwn(gap.remedy)}`,
  )
  return inMessages('Not read', lines.map(section))
}
