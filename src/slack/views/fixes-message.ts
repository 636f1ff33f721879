import type { Execution } from '../../model/execution.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { actions, context, type Message, mrkdwn, section, slackDate } from '../blocks.ts'
import { reviewFixButton } from './buttons.ts'

/** Two blocks each, within the fifty of a message. */
const MOST_SHOWN = 20
const TITLE_MOST = 300

export type Ended = { readonly execution: Execution; readonly title: string }

function endedLine({ execution: { id, outcome, finishedAt }, title }: Ended): string {
  const undo = outcome === 'verified' || outcome === 'kept' ? `, \`/perf undo ${id}\`` : ''
  return `${slackDate(finishedAt)}  ${mrkdwn(shortened(oneLine(title), TITLE_MOST))}: ${outcome}${undo}`
}

/** The fixes that wait, each with its button, and the last that ended. */
export function fixesMessage(plans: readonly FixPlan[], ended: readonly Ended[]): Message {
  const last = ended.length > 0 ? [context(ended.map(endedLine).join('\n'))] : []
  const shown = plans.slice(0, MOST_SHOWN)
  if (shown.length === 0) {
    const text = 'No fix waits for an approval. /perf report looks for new ones.'
    return { text, blocks: [section(text), ...last] }
  }
  const more = plans.length - shown.length
  return {
    text: `${plans.length} fixes wait for an approval`,
    blocks: [
      ...shown.flatMap((plan) => [
        section(
          `*${mrkdwn(shortened(oneLine(plan.title), TITLE_MOST))}*\n\`${plan.id}\`, ${plan.risk} risk, valid until ${slackDate(plan.expiresAt)}`,
        ),
        actions([reviewFixButton(plan, plan.reportId, '')]),
      ]),
      ...(more > 0 ? [context(`${more} more are not shown.`)] : []),
      ...last,
    ],
  }
}
