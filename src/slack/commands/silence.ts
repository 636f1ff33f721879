import { type Seconds, seconds } from '../../model/units.ts'
import { parseRange } from '../../trending.ts'
import { type Message, mention, mrkdwn, section, sections, slackDate } from '../blocks.ts'
import type { Invocation, Subcommand } from '../subcommand.ts'
import { silenceMessage } from '../views/silence-message.ts'

const DAY: Seconds = seconds(86_400)

export const snooze: Subcommand = {
  name: 'snooze',
  needs: 'ask',
  summary: 'Hear nothing of a finding for a while; without one, what is silenced',
  usage: ['snooze', 'snooze <finding> [time]'],
  examples: [['snooze disk-space-1a2b 8h', 'no alert of it for eight hours']],
  audience: 'everybody',
  async run(invocation) {
    const [finding, range] = invocation.words
    if (!finding) return invocation.answer(await listMessage(invocation))
    const span = range === undefined ? DAY : parseRange(range)
    if (span === null) {
      const text = `${range} is no time: write it as 30min, 8h, 2d or 1w.`
      return invocation.answer({ text, blocks: [section(mrkdwn(text))] })
    }
    await keepQuiet(invocation, finding, span)
  },
}

export const mute: Subcommand = {
  name: 'mute',
  needs: 'ask',
  summary: 'Hear nothing of a finding until somebody unmutes it',
  usage: ['mute <finding>'],
  examples: [],
  audience: 'everybody',
  run: (invocation) => keepQuiet(invocation, invocation.words[0] ?? '', null),
}

export const unmute: Subcommand = {
  name: 'unmute',
  needs: 'ask',
  summary: 'Hear of a finding again',
  usage: ['unmute <finding>'],
  examples: [],
  audience: 'asker',
  async run({ perfbot, answer, user, words: [finding = ''] }) {
    const text = (await perfbot.endSilence(finding, user))
      ? `${finding} is heard of again.`
      : `Nothing is silenced by the name "${finding}". /perf snooze lists what is.`
    await answer({ text, blocks: [section(mrkdwn(text))] })
  },
}

/** In the channel where it works, since it concerns all who read there; a mistake is for the person alone. */
async function keepQuiet(invocation: Invocation, finding: string, span: Seconds | null): Promise<void> {
  const { perfbot, poster, place, answer, user } = invocation
  const result = await perfbot.silence({ finding, span, by: user })
  if (result.kind === 'unknown') await answer(silenceMessage(result))
  else await poster.post(place, silenceMessage(result))
}

async function listMessage({ perfbot }: Invocation): Promise<Message> {
  const lines = (await perfbot.silences()).map(({ findingId, until, by, at }) => {
    const span = until === null ? 'muted' : `snoozed until ${slackDate(until)}`
    return `\`${mrkdwn(findingId)}\`  ${span}, by ${mention(by)} ${slackDate(at)}`
  })
  const text = lines.length > 0 ? 'What is snoozed or muted' : 'Nothing is snoozed or muted.'
  return { text, blocks: lines.length > 0 ? sections(lines) : [section(text)] }
}
