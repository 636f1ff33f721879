import type { Subcommand } from '../subcommand.ts'
import { statusMessage } from '../views/status-message.ts'

export const status: Subcommand = {
  name: 'status',
  needs: 'see',
  summary: 'How it stands in a few lines',
  usage: ['status'],
  examples: [['status --here', 'for everybody in this channel']],
  audience: 'asker',
  async run({ perfbot, answer }) {
    await answer(statusMessage(await perfbot.takeReport({ inPassing: true })))
  },
}
