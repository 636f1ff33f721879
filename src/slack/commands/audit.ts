import { oneLine } from '../../model/plain-text.ts'
import { mention, mrkdwn, section, slackDate } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'

const SHOWN = 10

export const audit: Subcommand = {
  name: 'audit',
  summary: 'Who approved what, and what came of it',
  async run({ perfbot, answer }) {
    const entries = await perfbot.audit(SHOWN)
    const lines = entries.map((entry) => {
      const detail = Object.values(entry.detail)
        .filter((value) => value !== null)
        .join(', ')
      return `${slackDate(entry.at)}  ${mention(entry.actor)}  *${entry.action}*  ${mrkdwn(oneLine(detail))}`
    })
    const text = lines.length > 0 ? lines.join('\n') : 'Nothing has been approved or refused yet.'
    await answer({ text: 'The audit log, newest first', blocks: [section(text)] })
  },
}
