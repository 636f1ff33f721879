import { mrkdwn, section } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'
import { byWhom } from '../views/execution-message.ts'
import { refusalText } from '../views/refusal.ts'

export const reject: Subcommand = {
  name: 'reject',
  summary: 'Close a fix for everybody',
  usage: ['reject <id> <reason>'],
  examples: [],
  audience: 'everybody',
  async run({ perfbot, people, poster, user, place, words, answer }) {
    const [planId = '', ...rest] = words
    const reason = rest.join(' ')
    if (reason === '') {
      const text = 'Say why, for whoever comes to it next: `/perf reject <id> <reason>`.'
      return answer({ text, blocks: [section(text)] })
    }
    const person = await people.personOf(user, place.channel)
    const result = await perfbot.reject({ planId, person, reason })
    if (result.kind === 'refused') {
      return answer({ text: result.reason, blocks: [section(refusalText(result.reason, result.ask))] })
    }
    const { title } = result.plan
    await poster.post(place, {
      text: `Rejected: ${title}`,
      blocks: [section(`*${mrkdwn(title)}*\nRejected by ${byWhom(user)}: ${mrkdwn(reason)}`)],
    })
  },
}
