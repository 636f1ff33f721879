import type { DigestSubscription } from '../../model/digest.ts'
import { isTimezone } from '../../model/timezone.ts'
import { seconds, timestamp } from '../../model/units.ts'
import { mrkdwn, section } from '../blocks.ts'
import { postDigest } from '../deliver-digest.ts'
import { DAY_WORDS, whenInWords } from '../digest-words.ts'
import type { Invocation, Subcommand } from '../subcommand.ts'

const DEFAULT_TIME = '09:00'
const DAY = seconds(86_400)

const HELP =
  '`digest on [09:00] [daily|weekdays|weekly] [Europe/Berlin]`, `digest off`, `digest now [weekly]`; alone it says when it comes'

export const digest: Subcommand = {
  name: 'digest',
  needs: 'ask',
  summary: 'What changed, at a time of the day, in this channel; alone it says when it comes',
  usage: [
    'digest',
    'digest on [time] [daily|weekdays|weekly] [time zone]',
    'digest time <time>',
    'digest off',
    'digest now [weekly]',
  ],
  examples: [['digest on 08:30 weekdays Europe/Berlin', 'every morning but at weekends']],
  audience: 'asker',
  async run(invocation) {
    const [verb = '', ...rest] = invocation.words
    const { perfbot, place, user } = invocation
    const common = { channel: place.channel, by: user }
    switch (verb) {
      case '':
        return tell(invocation, describe(await perfbot.digestSubscription(place.channel)))
      case 'now': {
        const period = rest[0] === 'weekly' ? 'week' : 'day'
        const since = timestamp(new Date(Date.now() - (period === 'week' ? 7 : 1) * DAY * 1000))
        return postDigest(place, { since, period, lateSince: null }, invocation)
      }
      case 'off':
        await perfbot.subscribe({ ...common, expression: null, timezone: null })
        return tell(invocation, 'This channel gets no digest any more.')
      case 'time':
      case 'on': {
        const wish = readWish(rest)
        if (typeof wish === 'string') return tell(invocation, wish)
        await perfbot.subscribe({ ...common, ...wish })
        return tell(invocation, describe(await perfbot.digestSubscription(place.channel)))
      }
      default:
        return tell(invocation, `There is no "digest ${verb}". There are ${HELP}.`)
    }
  },
}

const tell = ({ answer }: Invocation, text: string) => answer({ text, blocks: [section(mrkdwn(text))] })

/** The words in any order; a sentence for one that cannot be read. */
export function readWish(
  words: readonly string[],
): Pick<DigestSubscription, 'expression' | 'timezone'> | string {
  let time = DEFAULT_TIME
  let days = 'daily'
  let timezone: string | null = null
  for (const word of words) {
    if (/^([01]?\d|2[0-3]):[0-5]\d$/.test(word)) time = word
    else if (Object.hasOwn(DAY_WORDS, word)) days = word
    else if (isTimezone(word)) timezone = word
    else
      return `"${word}" is neither a time such as 09:00, nor daily, weekdays or weekly, nor a time zone such as Europe/Berlin.`
  }
  const [hour, minute] = time.split(':').map(Number)
  return { expression: `${minute} ${hour} * * ${DAY_WORDS[days]}`, timezone }
}

function describe(subscription: DigestSubscription | null): string {
  if (!subscription || subscription.expression === null) {
    return 'This channel gets no digest. To have one: /perf digest on 09:00'
  }
  const { expression, timezone, by } = subscription
  const zone = timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const origin = by === null ? 'as the configuration says' : 'as somebody here asked'
  return `This channel gets a digest ${whenInWords(expression)} by the clocks of ${zone}, ${origin}.`
}
