import type { KnownBlock } from '@slack/types'
import type { DigestExtras, DoneFix } from '../../digesting.ts'
import type { Finding } from '../../model/finding.ts'
import { counted } from '../../model/format.ts'
import { problemsOf } from '../../model/incident.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { Report, Score } from '../../model/report.ts'
import type { Trend } from '../../model/series.ts'
import type { Timestamp } from '../../model/units.ts'
import { describeChange } from '../../report/comparison-lines.ts'
import { describeEffect } from '../../report/deployment-lines.ts'
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
const LINE_LENGTH = 160

type Line = { readonly strong?: string; readonly text: string }

/** A title, up to five lines of any text, and how many more there are. */
function listOf(title: string, lines: readonly Line[]): KnownBlock[] {
  if (lines.length === 0) return []
  const more = lines.length - SHOWN
  return [
    richText(
      paragraph(words(title, { bold: true })),
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: lines.slice(0, SHOWN).map(({ strong, text }) => {
          const told = words(shortened(oneLine(text), LINE_LENGTH))
          return strong === undefined
            ? paragraph(told)
            : paragraph(words(`${strong}  `, { bold: true }), told)
        }),
      },
      ...(more > 0 ? [paragraph(words(`and ${more} more`))] : []),
    ),
  ]
}

const ofFindings = (findings: readonly Pick<Finding, 'title' | 'severity'>[]): Line[] =>
  findings.map((finding) => ({ strong: severityWord(finding), text: finding.title }))

const describeDone = ({ title, outcome, brought }: DoneFix): string =>
  [`${title}: ${outcome}`, ...brought].join('; ')

/** Who has to decide finds the way to it here. */
const waitingBlocks = ({ waiting }: DigestExtras): KnownBlock[] => [
  ...listOf(
    'Waiting for an approval',
    waiting.map(({ title, risk }) => ({ text: `${title} (${risk} risk)` })),
  ),
  ...(waiting.length > 0 ? [section('`/perf fixes` has the buttons.')] : []),
]

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

type Sorted = Record<'appeared' | 'worse' | 'still' | 'forecasts', readonly Finding[]>

/** Each problem in one list: when something runs out is no matter of today. */
function sorted({ report, extras }: Digest): Sorted {
  const { changes } = report
  const isForecast = ({ id }: Finding) => extras.forecasts.includes(id)
  const problems = problemsOf(report)
  const findings = problems.filter((finding) => !isForecast(finding))
  const among = (ids: readonly string[] | undefined) => findings.filter(({ id }) => ids?.includes(id))
  const worse = among(changes?.worse)
  return {
    appeared: changes ? among(changes.appeared) : findings,
    worse,
    still: among(changes?.ongoing).filter(
      (finding) => !worse.includes(finding) && finding.severity !== 'low',
    ),
    forecasts: problems.filter(isForecast),
  }
}

/** For notifications and screen readers: what there is, and the first of what is new. */
function inOneSentence(digest: Digest): string {
  const { report, extras } = digest
  const { appeared, worse, forecasts } = sorted(digest)
  const parts = [
    counted(appeared.length, 'new finding'),
    counted(worse.length, 'worse', 'worse'),
    counted(report.changes?.resolved.length ?? 0, 'resolved', 'resolved'),
    counted(extras.regressions.worse.length, 'regression'),
    counted(forecasts.length, 'forecast'),
    counted(report.deployments.length, 'deployment'),
    counted(extras.done.length, 'fix done', 'fixes done'),
    counted(extras.waiting.length, 'waits for an approval', 'wait for an approval'),
  ].filter((part) => !part.startsWith('0 '))
  const first = [...appeared, ...worse, ...forecasts][0]
  return [
    `Digest${extras.period === 'week' ? ' of the week' : ''}: ${report.headline}`,
    ...(parts.length > 0 ? [`${parts.join(', ')}.`] : []),
    ...(first ? [`${severityWord(first)}: ${shortened(oneLine(first.title), LINE_LENGTH)}`] : []),
  ].join(' ')
}

/** What is different since the last digest, what still presses, what will, and what was done. */
export function digestMessage(digest: Digest): Message {
  const { report, extras, trends, lateSince } = digest
  const { changes } = report
  const { appeared, worse, still, forecasts } = sorted(digest)
  const measured = report.scoreboard.filter((score) => score.measured !== null)
  const since = changes ? `Compared with ${slackDate(changes.since)}. ` : ''
  const { regressions } = extras
  const against = extras.period === 'week' ? 'the week before' : 'the day before and last week'
  return {
    text: inOneSentence(digest),
    blocks: [
      header(report.headline),
      ...(measured.length > 0
        ? [fields(measured.map((score) => scoreField(score, trends.get(score.kpi))))]
        : []),
      ...listOf('New', ofFindings(appeared)),
      ...listOf('Worse', ofFindings(worse)),
      ...listOf('Resolved', ofFindings(changes?.resolved ?? [])),
      ...listOf('Still there', ofFindings(still)),
      ...listOf(
        `Worse than ${against}, beyond chance`,
        regressions.worse.map(({ title, unit, ...change }) => ({
          text: `${title} ${describeChange(change, unit)}`,
        })),
      ),
      ...listOf('Will run out', ofFindings(forecasts)),
      ...listOf(
        'Deployments',
        report.deployments.map((deployment) => ({
          text: `${shortened(oneLine(deployment.title), LINE_LENGTH / 2)}. Since then: ${describeEffect(deployment)}`,
        })),
      ),
      ...listOf(
        'Fixes done',
        extras.done.map((fix) => ({ text: describeDone(fix) })),
      ),
      ...waitingBlocks(extras),
      context(
        `${since}${describeChecks(report.checks)} ${describeSilenced(report)}${betterLine(digest)}${lateLine(lateSince)} Read ${slackDate(report.createdAt)}.`,
      ),
      actions([measureAgainButton, wholeReportButton(report.id)]),
    ],
  }
}

const betterLine = ({ extras: { regressions } }: Digest): string =>
  regressions.better === 0
    ? ''
    : ` ${counted(regressions.better, 'number is', 'numbers are')} better than before.`
