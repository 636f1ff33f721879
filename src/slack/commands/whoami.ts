import { Risk } from '../../model/fix-plan.ts'
import { mayApprove } from '../../remediate/policy.ts'
import { section } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'
import { refusalText } from '../views/refusal.ts'

export const whoami: Subcommand = {
  name: 'whoami',
  summary: 'Your Slack user ID, and whether you may approve fixes',
  usage: ['whoami'],
  examples: [],
  audience: 'asker',
  async run({ perfbot, people, user, place, answer }) {
    const person = await people.personOf(user, place.channel)
    const decisions = Risk.options.map((risk) => ({ risk, ...mayApprove(person, risk, perfbot.policy) }))
    const may = decisions.filter(({ allowed }) => allowed).map(({ risk }) => risk)
    const [first] = decisions
    const refusal = first?.allowed === false ? refusalText(first.reason, first.ask) : ''
    const text = `You are \`${user}\`. ${may.length > 0 ? `You may approve fixes of ${may.join(', ')} risk.` : refusal}`
    await answer({ text: `You are ${user}`, blocks: [section(text)] })
  },
}
