import type { Evidence } from '../../model/evidence.ts'
import type { Execution, FixPlan } from '../../model/fix-plan.ts'
import { formatValue } from '../../model/format.ts'
import { oneLine } from '../../model/plain-text.ts'
import {
  context,
  type Message,
  mention,
  mrkdwn,
  paragraph,
  preformatted,
  richText,
  section,
  slackDate,
  words,
} from '../blocks.ts'

const OUTCOME_TITLES: Record<Execution['outcome'], string> = {
  verified: 'Applied and verified',
  undone: 'Did not do what was expected, and was undone',
  refused: 'Not applied',
  failed: 'Failed',
}

/** "memory limit: 256 MiB → 512 MiB" for each reading that was taken before and after. */
function measuredLines(before: readonly Evidence[], after: readonly Evidence[]): string[] {
  const shown = (evidence: Evidence | undefined) =>
    evidence ? oneLine(formatValue(evidence.value, evidence.unit)) : 'not read'
  const labels = [...new Set([...before, ...after].map((evidence) => evidence.label))]
  return labels.map((label) => {
    const was = before.find((evidence) => evidence.label === label)
    const is = after.find((evidence) => evidence.label === label)
    return `${label}: ${shown(was)} → ${shown(is)}`
  })
}

export const approvedMessage = (plan: FixPlan, person: string, step: string): Message => ({
  text: `${plan.title}: ${step}`,
  blocks: [section(`*${mrkdwn(plan.title)}*\nApproved by ${mention(person)}. ${mrkdwn(step)}`)],
})

/** What came of a fix: said in the thread, measured before and after. */
export function executionMessage(plan: FixPlan, execution: Execution): Message {
  const title = `${OUTCOME_TITLES[execution.outcome]}: ${plan.title}`
  const lines = measuredLines(execution.before, execution.after)
  return {
    text: title,
    blocks: [
      richText(paragraph(words(plan.title, { bold: true })), paragraph(words(execution.message))),
      ...(lines.length > 0
        ? [
            richText(
              paragraph(words('Measured before → after', { bold: true })),
              preformatted(lines.join('\n')),
            ),
          ]
        : []),
      context(
        `Approved by ${mention(execution.person)}. ${slackDate(execution.finishedAt)}. Execution ${execution.id} in the audit log.`,
      ),
    ],
  }
}
