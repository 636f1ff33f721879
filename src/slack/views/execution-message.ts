import type { Execution } from '../../model/execution.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import { counted } from '../../model/format.ts'
import type { Members } from '../../remediate/policy.ts'
import { describeMeasures } from '../../report/execution-lines.ts'
import {
  actions,
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
import { reviewFixButton } from './buttons.ts'
import { mentions } from './refusal.ts'

const OUTCOME_TITLES: Record<Execution['outcome'], string> = {
  verified: 'Applied and verified',
  kept: 'Applied without effect, and kept',
  undone: 'Did not do what was expected, and was undone',
  refused: 'Not applied',
  failed: 'Failed: somebody has to look',
}

export const approvedMessage = (plan: FixPlan, person: string, step: string): Message => ({
  text: `${plan.title}: ${step}`,
  blocks: [section(`*${mrkdwn(plan.title)}*\nApproved by ${byWhom(person)}. ${mrkdwn(step)}`)],
})

/** By whom: a person of Slack's, an account of the machine, or perfbot itself. */
export const byWhom = (person: string): string =>
  /^[UW][A-Z0-9]+$/.test(person) ? mention(person) : mrkdwn(person)

/** One yes of several. */
export const waitingMessage = (plan: FixPlan, person: string, missing: number, ask: Members): Message => ({
  text: `${plan.title}: approved by one, waits for another`,
  blocks: [
    section(
      `*${mrkdwn(plan.title)}*\nApproved by ${byWhom(person)}. Its risk is ${plan.risk}: ${counted(missing, 'more person')} of ${mentions(ask)} has to approve it. \`/perf fix ${plan.id}\``,
    ),
    actions([reviewFixButton(plan, plan.reportId, '')]),
  ],
})

/** What came of a fix that nobody watched: one that was cut off, or that perfbot applied by itself. */
export function recoveredMessage(plan: FixPlan, execution: Execution, why: string): Message {
  const { text, blocks } = executionMessage(plan, execution)
  return { text, blocks: [section(`*${mrkdwn(why)}*`), ...blocks] }
}

/** What came of a fix: said in the thread, measured before and after. */
export function executionMessage(
  plan: FixPlan,
  execution: Execution,
  replacement: FixPlan | null = null,
): Message {
  const title = `${OUTCOME_TITLES[execution.outcome]}: ${plan.title}`
  const lines = describeMeasures(execution)
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
      ...(replacement
        ? [
            richText(
              paragraph(words('As things are now it would be', { bold: true })),
              preformatted(replacement.steps.map(({ exact }) => exact).join('\n')),
            ),
            actions([reviewFixButton(replacement, replacement.reportId, '')]),
          ]
        : []),
      context(
        `Approved by ${byWhom(execution.person)}. ${slackDate(execution.finishedAt)}. Execution ${execution.id} in the audit log.`,
      ),
    ],
  }
}
