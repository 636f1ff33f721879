import { section } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'
import { executionMessage } from '../views/execution-message.ts'
import { refusalText } from '../views/refusal.ts'

export const undo: Subcommand = {
  name: 'undo',
  summary: 'Take back a fix that was applied',
  usage: ['undo <execution> [reason]'],
  examples: [],
  audience: 'everybody',
  async run({ perfbot, people, poster, user, place, words, answer }) {
    const [executionId = '', ...reason] = words
    const person = await people.personOf(user, place.channel)
    const result = await perfbot.undo({ executionId, person, reason: reason.join(' ') })
    if (result.kind === 'refused') {
      return answer({ text: result.reason, blocks: [section(refusalText(result.reason, result.ask))] })
    }
    await poster.post(place, executionMessage(result.plan, result.execution))
  },
}
