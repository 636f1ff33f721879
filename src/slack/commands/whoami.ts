import { mayApprove } from '../../remediate/policy.ts'
import { section } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'
import { refusalText } from '../views/refusal.ts'

export const whoami: Subcommand = {
  name: 'whoami',
  summary: 'Your Slack user ID, and whether you may approve fixes',
  async run({ perfbot, people, user, answer }) {
    const person = await people.personOf(user)
    const decision = mayApprove(person, perfbot.config.approvers)
    const text = `You are \`${user}\`. ${decision.allowed ? 'You may approve fixes.' : refusalText(decision.reason, perfbot.config.approvers)}`
    await answer({ text: `You are ${user}`, blocks: [section(text)] })
  },
}
