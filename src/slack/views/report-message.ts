import type { KnownBlock } from '@slack/types'
import type { Execution } from '../../model/execution.ts'
import type { Finding } from '../../model/finding.ts'
import { counted } from '../../model/format.ts'
import { problemsOf, symptomsOf } from '../../model/incident.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { Report, Score } from '../../model/report.ts'
import type { OfferedFix } from '../../perfbot.ts'
import { describeAlike, type Told, told } from '../../report/alike.ts'
import {
  describeChecks,
  describeMeasured,
  describeSilenced,
  describeTarget,
  describeWriter,
} from '../../report/phrases.ts'
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
import { measureAgainButton, reviewFixButton, wholeReportButton } from './buttons.ts'
import { feedbackBlock } from './feedback.ts'

/** What the parent message shows of the worst; the rest stands in the thread, so that it fits a phone's screen. */
const WORST_SHOWN = 3
const SYMPTOMS_SHOWN = 4

/** The worst problems. What only follows from one stands under it. */
export const shownInParent = (report: Report): Told[] =>
  told(report)
    .filter(({ because }) => because === null)
    .slice(0, WORST_SHOWN)

export const severityWord = (finding: Pick<Finding, 'severity'>): string =>
  finding.severity.replace(/^./, (letter) => letter.toUpperCase())

function scoreField(score: Score): string {
  const trend = score.trend === 'better' || score.trend === 'worse' ? `, ${score.trend} than before` : ''
  return `*${score.title}*\n${describeMeasured(score)} (${describeTarget(score)}) ${score.verdict === 'missed' ? '*missed*' : 'met'}${trend}`
}

const OUTCOME_WORDS: Record<Execution['outcome'], string> = {
  verified: 'Applied and verified',
  kept: 'Applied without effect, kept',
  undone: 'Applied, did not help, undone',
  refused: 'Not applied',
  failed: 'Failed',
}

/** Buttons for what can still be approved, a line for what was already done. */
export function fixBlocks(fixes: readonly OfferedFix[], reportId: string, message?: string): KnownBlock[] {
  const open = fixes.filter((fix) => fix.execution === null)
  const done = fixes.filter((fix) => fix.execution !== null)
  return [
    ...(open.length > 0 ? [actions(open.map(({ plan }) => reviewFixButton(plan, reportId, message)))] : []),
    ...done.map(({ plan, execution }) =>
      context(
        `${mrkdwn(plan.title)}: ${OUTCOME_WORDS[(execution as Execution).outcome]}, ${slackDate((execution as Execution).finishedAt)}`,
      ),
    ),
  ]
}

/** The root cause, or where the title says that already, what it means; and what to do where no button does it. */
function explanation(finding: Finding, hasButton: boolean): string {
  const cause = finding.rootCause.replace(/\.$/, '')
  const why = finding.title.includes(cause) ? finding.impact : finding.rootCause
  const [fix] = finding.fixes
  return fix && !hasButton ? `${why} To do: ${fix.title}.` : why
}

function symptomElements(finding: Finding, report: Report) {
  const symptoms = symptomsOf(finding, report.incidents)
  if (symptoms.length === 0) return []
  const more = symptoms.length - SYMPTOMS_SHOWN
  return [
    paragraph(words('What follows from it:', { italic: true })),
    {
      type: 'rich_text_list' as const,
      style: 'bullet' as const,
      elements: [
        ...symptoms.slice(0, SYMPTOMS_SHOWN).map((because) => shortened(oneLine(because), 200)),
        ...(more > 0 ? [`and ${more} more`] : []),
      ].map((text) => paragraph(words(text))),
    },
  ]
}

function findingBlocks({ finding, alike }: Told, fixes: readonly OfferedFix[], report: Report): KnownBlock[] {
  const own = fixes.filter(({ plan }) => plan.findingId === finding.id)
  return [
    richText(
      paragraph(
        words(`${severityWord(finding)}  `, { bold: true }),
        words(shortened(finding.title, 200), { bold: true }),
      ),
      paragraph(words(shortened(explanation(finding, own.length > 0), 400))),
      ...(alike.length > 0 ? [paragraph(words(`The same holds for ${describeAlike(alike)}`))] : []),
      ...symptomElements(finding, report),
    ),
    ...fixBlocks(own, report.id),
  ]
}

function changesLine(report: Report): string {
  const { changes } = report
  if (!changes) return ''
  const parts = [
    changes.appeared.length > 0 ? `${changes.appeared.length} new` : '',
    changes.resolved.length > 0 ? `${changes.resolved.length} resolved` : '',
    changes.ongoing.length > 0 ? `${changes.ongoing.length} ongoing` : '',
  ].filter(Boolean)
  return parts.length > 0 ? `Since ${slackDate(changes.since)}: ${parts.join(', ')}. ` : ''
}

/** What could not be read, said once: what is absent in a line, what failed with its reason. */
function gapLines(report: Report): string[] {
  const absent = report.gaps.filter((gap) => gap.kind === 'absent').map((gap) => gap.missing)
  const failed = report.gaps.filter((gap) => gap.kind === 'failed')
  return [
    ...failed.map((gap) => `Could not read ${mrkdwn(gap.missing)}: ${mrkdwn(gap.reason)}`),
    ...(absent.length > 0 ? [`Not here: ${mrkdwn(absent.join(', '))}. The thread says how to add it.`] : []),
  ]
}

/** Who wrote the summary; that there is no Ollama is not said twice. */
function writerLine(report: Report, writing: boolean): string {
  if (writing)
    return report.narrative.writer === 'model'
      ? `${mrkdwn(report.narrative.model)} is writing; what stands here is verified.`
      : 'A model is writing the summary; until then it is computed.'
  const noOllama = report.gaps.some((gap) => gap.kind === 'absent' && gap.source.startsWith('ollama'))
  if (report.narrative.writer === 'computed' && noOllama) return 'Summary computed from the findings.'
  return mrkdwn(describeWriter(report.narrative))
}

/** The parent message: is it fine, and if not, what to do. `writing` names a model that still writes. */
export function reportMessage(report: Report, fixes: readonly OfferedFix[], writing = false): Message {
  const measured = report.scoreboard.filter((score) => score.measured !== null)
  const shown = shownInParent(report)
  const rest = problemsOf(report).length - shown.reduce((sum, { alike }) => sum + 1 + alike.length, 0)
  const footer = [
    [`${changesLine(report)}${describeChecks(report.checks)}`, describeSilenced(report)]
      .filter(Boolean)
      .join(' '),
    ...(rest > 0 ? [`${counted(rest, 'more finding')} in the thread.`] : []),
    ...gapLines(report).slice(0, 4),
    `${writerLine(report, writing)} Read ${slackDate(report.createdAt)}.`,
  ]
  return {
    text: report.headline,
    blocks: [
      header(report.headline),
      richText(paragraph(words(report.narrative.text))),
      ...(measured.length > 0 ? [fields(measured.map(scoreField))] : []),
      ...shown.flatMap((each) => findingBlocks(each, fixes, report)),
      context(footer.join('\n')),
      actions([measureAgainButton, wholeReportButton(report.id)]),
      ...(report.narrative.writer === 'computed' || writing
        ? []
        : [
            feedbackBlock({
              of: 'summary',
              about: report.id,
              model: report.narrative.model,
              text: report.narrative.text,
            }),
          ]),
    ],
  }
}

/** While it is being measured: what the same message says before it becomes the report. */
export const progressMessage = (host: string, step: string): Message => ({
  text: `${host}: ${step}`,
  blocks: [section(`*${mrkdwn(host)}*\n${mrkdwn(step)}`)],
})
