import type { Subcommand } from '../subcommand.ts'
import { fixesMessage } from '../views/fixes-message.ts'

const LATEST_SHOWN = 5

export const fixes: Subcommand = {
  name: 'fixes',
  needs: 'see',
  summary: 'Fixes that wait for an approval, and the last that were applied',
  usage: ['fixes'],
  examples: [],
  audience: 'asker',
  async run({ perfbot, answer }) {
    const [plans, executions] = await Promise.all([perfbot.openFixes(), perfbot.executions(LATEST_SHOWN)])
    const ended = await Promise.all(
      executions.map(async (execution) => ({
        execution,
        title: (await perfbot.plan(execution.planId))?.title ?? execution.planId,
      })),
    )
    await answer(fixesMessage(plans, ended))
  },
}
