import { actions, context, mrkdwn, section, slackDate } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'
import { reviewFixButton } from '../views/buttons.ts'

/** Two blocks each, within the fifty of a message. */
const MOST_SHOWN = 20

export const fixes: Subcommand = {
  name: 'fixes',
  summary: 'Fixes that wait for an approval',
  async run({ perfbot, answer }) {
    const plans = await perfbot.openFixes()
    const shown = plans.slice(0, MOST_SHOWN)
    if (shown.length === 0) {
      const text = 'No fix waits for an approval. /perf report looks for new ones.'
      return answer({ text, blocks: [section(text)] })
    }
    await answer({
      text: `${plans.length} fixes wait for an approval`,
      blocks: [
        ...shown.flatMap((plan) => [
          section(`*${mrkdwn(plan.title)}*\n${plan.risk} risk, valid until ${slackDate(plan.expiresAt)}`),
          actions([reviewFixButton(plan, plan.reportId, '')]),
        ]),
        ...(plans.length > shown.length
          ? [context(`${plans.length - shown.length} more are not shown.`)]
          : []),
      ],
    })
  },
}
