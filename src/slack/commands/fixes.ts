import type { Execution } from '../../model/execution.ts'
import { actions, context, mrkdwn, section, slackDate } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'
import { reviewFixButton } from '../views/buttons.ts'

/** Two blocks each, within the fifty of a message. */
const MOST_SHOWN = 20
const LATEST_SHOWN = 5

export const fixes: Subcommand = {
  name: 'fixes',
  needs: 'see',
  summary: 'Fixes that wait for an approval, and the last that were applied',
  usage: ['fixes'],
  examples: [],
  audience: 'asker',
  async run({ perfbot, answer }) {
    const plans = await perfbot.openFixes()
    const latest = await latestLines(await perfbot.executions(LATEST_SHOWN), perfbot)
    const last = latest.length > 0 ? [context(latest.join('\n'))] : []
    const shown = plans.slice(0, MOST_SHOWN)
    if (shown.length === 0) {
      const text = 'No fix waits for an approval. /perf report looks for new ones.'
      return answer({ text, blocks: [section(text), ...last] })
    }
    await answer({
      text: `${plans.length} fixes wait for an approval`,
      blocks: [
        ...shown.flatMap((plan) => [
          section(
            `*${mrkdwn(plan.title)}*\n\`${plan.id}\`, ${plan.risk} risk, valid until ${slackDate(plan.expiresAt)}`,
          ),
          actions([reviewFixButton(plan, plan.reportId, '')]),
        ]),
        ...(plans.length > shown.length
          ? [context(`${plans.length - shown.length} more are not shown.`)]
          : []),
        ...last,
      ],
    })
  },
}

const latestLines = (
  executions: readonly Execution[],
  perfbot: Parameters<Subcommand['run']>[0]['perfbot'],
): Promise<string[]> =>
  Promise.all(
    executions.map(async ({ id, planId, outcome, finishedAt }) => {
      const title = (await perfbot.plan(planId))?.title ?? planId
      const undo = outcome === 'verified' || outcome === 'kept' ? `, \`/perf undo ${id}\`` : ''
      return `${slackDate(finishedAt)}  ${mrkdwn(title)}: ${outcome}${undo}`
    }),
  )
