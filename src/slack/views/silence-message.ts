import type { SilenceAnswer } from '../../alerting.ts'
import { type Message, mention, mrkdwn, section, slackDate } from '../blocks.ts'

/** What became of the wish to hear nothing of a finding. */
export function silenceMessage(answer: SilenceAnswer): Message {
  if (answer.kind === 'unknown') {
    const asked = answer.asked === '' ? 'Which finding?' : `No one finding is "${answer.asked}".`
    const known =
      answer.known.length > 0
        ? `There are ${answer.known
            .slice(0, 20)
            .map((id) => `\`${mrkdwn(id)}\``)
            .join(', ')}.`
        : 'Nothing is found at present.'
    return { text: asked, blocks: [section(`${mrkdwn(asked)} ${known}`)] }
  }
  const { finding, silence } = answer
  const until =
    silence.until === null
      ? `is muted until \`/perf unmute ${mrkdwn(finding.id)}\``
      : `is snoozed until ${slackDate(silence.until)}`
  return {
    text: `Silenced: ${finding.title}`,
    blocks: [section(`*${mrkdwn(finding.title)}* ${until}, by ${mention(silence.by)}. Reports count it.`)],
  }
}
