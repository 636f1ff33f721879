import { resultMessage } from '../actions/approve-fix.ts'
import { section } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'
import { approvedMessage } from '../views/execution-message.ts'

export const approve: Subcommand = {
  name: 'approve',
  summary: 'Approve a fix as `fix <id>` shows it',
  usage: ['approve <id> [reason]'],
  examples: [
    [
      'approve 4fe5686f-ab69 "before the release"',
      'it is applied, measured, and undone when it did not help',
    ],
  ],
  audience: 'everybody',
  async run({ perfbot, people, poster, user, place, words, answer }) {
    const [id = '', ...reason] = words
    const plan = await perfbot.plan(id)
    if (!plan) {
      const text = 'There is no such fix. `/perf fixes` lists the ones that wait.'
      return answer({ text, blocks: [section(text)] })
    }
    const person = await people.personOf(user, place.channel)
    const isRefused = (await perfbot.whyNot(plan, person)) !== null
    const request = { planId: id, digest: plan.digest, person, reason: reason.join(' ') }
    // A refusal is between perfbot and whoever asked; what is done to the machine is everybody's.
    const posted = isRefused ? null : await poster.post(place, approvedMessage(plan, user, 'Applying …'))
    const message = resultMessage(await perfbot.approve(request), user)
    if (posted) await poster.update(posted, message)
    else await answer(message)
  },
}
