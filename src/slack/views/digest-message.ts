import type { KnownBlock } from '@slack/types'
import type { DigestExtras } from '../../digesting.ts'
import type { Finding } from '../../model/finding.ts'
import { counted } from '../../model/format.ts'
import { problemsOf } from '../../model/incident.ts'
import { shortened } from '../../model/plain-text.ts'
import type { Report, Score } from '../../model/report.ts'
import type { Trend } from '../../model/series.ts'
import type { Timestamp } from '../../model/units.ts'
import { describeChecks, describeMeasured, describeSilenced, describeTarget } from '../../report/phrases.ts'
import { sparkline } from '../../report/trend-lines.ts'
import {
  actions,
  context,
  fields,
  header,
  type Message,
  mrkdwn,
  paragraph,
  richText,
  section,
  slackDate,
  words,
} from '../blocks.ts'
import { measureAgainButton, wholeReportButton } from './buttons.ts'
import { severityWord } from './report-message.ts'

export type Digest = {
  readonly report: Report
  readonly extras: DigestExtras
  /** The last day of a key figure, by its `kpi`; those without a history have none. */
  readonly trends: ReadonlyMap<string, Trend>
  /** When it should have come, where it comes late. */
  readonly lateSince: Timestamp | null
}

/** Words, and an arrow that says the same: neither colour nor picture alone carries it. */
const ARROWS = { better: '↗ better', worse: '↘ worse', same: '→' } as const

function scoreField(score: Score, trend: Trend | undefined): string {
  const arrow = score.trend === null ? '' : `  ${ARROWS[score.trend]}`
  const missed = score.verdict === 'missed' ? ' *missed*' : ''
  const line = trend && trend.points.length > 2 ? `\n\`${sparkline(trend)}\`` : ''
  return `*${score.title}*\n${describeMeasured(score)} (${describeTarget(score)})${missed}${arrow}${line}`
}

const SHOWN = 5

function listOf(title: string, findings: readonly Pick<Finding, 'title' | 'severity'>[]): KnownBlock[] {
  if (findings.length === 0) return []
  const more = findings.length - SHOWN
  return [
    richText(
      paragraph(words(title, { bold: true })),
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: findings
          .slice(0, SHOWN)
          .map((finding) =>
            paragraph(
              words(`${severityWord(finding)}  `, { bold: true }),
              words(shortened(finding.title, 200)),
            ),
          ),
      },
      ...(more > 0 ? [paragraph(words(`and ${counted(more, 'more')}`))] : []),
    ),
  ]
}

function doneBlocks({ done, waiting }: DigestExtras): KnownBlock[] {
  const lines = done
    .slice(0, SHOWN)
    .map(({ title, outcome, at }) => `• ${mrkdwn(title)}: ${mrkdwn(outcome)}, ${slackDate(at)}`)
  const waits =
    waiting === 0
      ? []
      : [
          `${counted(waiting, 'fix', 'fixes')} ${waiting === 1 ? 'waits' : 'wait'} for an approval: \`/perf fixes\``,
        ]
  const text = [...(lines.length > 0 ? ['*Fixes*', ...lines] : []), ...waits].join('\n')
  return text === '' ? [] : [section(text)]
}

const lateLine = (lateSince: Timestamp | null): string =>
  lateSince === null ? '' : ` It was due ${slackDate(lateSince)}, when perfbot was not running.`

/** A day in which nothing happened is one line. */
export const uneventfulMessage = ({ report, lateSince }: Digest): Message => ({
  text: `${report.host}: nothing changed`,
  blocks: [
    context(
      `*${mrkdwn(report.host)}* is fine and nothing changed since ${slackDate(report.changes?.since ?? report.createdAt)}. ${describeChecks(report.checks)} ${describeSilenced(report)}${lateLine(lateSince)}`,
    ),
  ],
})

/** What is different since the last digest, what still presses, and what was done. */
export function digestMessage({ report, extras, trends, lateSince }: Digest): Message {
  const { changes } = report
  const findings = problemsOf(report)
  const among = (ids: readonly string[] | undefined) => findings.filter(({ id }) => ids?.includes(id))
  const appeared = changes ? among(changes.appeared) : findings
  const worse = among(changes?.worse)
  const still = among(changes?.ongoing).filter(
    (finding) => !worse.includes(finding) && finding.severity !== 'low',
  )
  const measured = report.scoreboard.filter((score) => score.measured !== null)
  const since = changes ? `Compared with ${slackDate(changes.since)}. ` : ''
  return {
    text: `Digest: ${report.headline}`,
    blocks: [
      header(report.headline),
      ...(measured.length > 0
        ? [fields(measured.map((score) => scoreField(score, trends.get(score.kpi))))]
        : []),
      ...listOf('New', appeared),
      ...listOf('Worse', worse),
      ...listOf('Resolved', changes?.resolved ?? []),
      ...listOf('Still there', still),
      ...doneBlocks(extras),
      context(
        `${since}${describeChecks(report.checks)} ${describeSilenced(report)}${lateLine(lateSince)} Read ${slackDate(report.createdAt)}.`,
      ),
      actions([measureAgainButton, wholeReportButton(report.id)]),
    ],
  }
}
