import { auditSince, sinceOf } from '../../auditing.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { mrkdwn, section, sections, slackDate } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'
import { byWhom } from '../views/execution-message.ts'

const SHOWN = 10
const DETAIL_MOST = 200

/** What a person wants to know of an entry; the command line prints all of it. */
const SAID = [
  'title',
  'exact',
  'result',
  'message',
  'from',
  'to',
  'reason',
  'why',
  'stage',
  'execution',
] as const

export const audit: Subcommand = {
  name: 'audit',
  needs: 'see',
  summary: 'Who approved what, and what came of it',
  usage: ['audit [target] [since]'],
  examples: [['audit api 7d', 'what was done to api in a week']],
  audience: 'asker',
  async run({ perfbot, words, answer }) {
    const since = words.map((word) => sinceOf(word, new Date())).find((time) => time !== null) ?? null
    const target = words.find((word) => sinceOf(word, new Date()) === null)
    const entries = await auditSince(perfbot, { target, since, most: SHOWN })
    const lines = entries.toReversed().map((entry) => {
      const detail = SAID.flatMap((name) => entry.detail[name] ?? []).join(', ')
      return `${slackDate(entry.at)}  ${byWhom(entry.actor)}  *${entry.action}*  ${mrkdwn(shortened(oneLine(detail), DETAIL_MOST))}`
    })
    const nothing =
      words.length > 0
        ? 'Nothing of that stands in the audit log.'
        : 'Nothing has been proposed, approved or refused yet.'
    await answer({
      text: 'The audit log, newest first',
      blocks: lines.length > 0 ? sections(lines) : [section(nothing)],
    })
  },
}
