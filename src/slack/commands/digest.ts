import type { DigestSubscription } from '../../model/digest.ts'
import { isTimezone } from '../../model/timezone.ts'
import { seconds, timestamp } from '../../model/units.ts'
import { mrkdwn, section } from '../blocks.ts'
import { postDigest } from '../deliver-digest.ts'
import type { Invocation, Subcommand } from '../subcommand.ts'

const DAYS: Readonly<Record<string, string>> = { daily: '*', weekdays: '1-5', weekly: '1' }
const DEFAULT_TIME = '09:00'
const DAY = seconds(86_400)

const HELP =
  '`digest on [09:00] [daily|weekdays|weekly] [Europe/Berlin]`, `digest off`, `digest now`; alone it says when it comes'

export const digest: Subcommand = {
  name: 'digest',
  needs: 'ask',
  summary: `What changed, at a time of the day, in this channel: ${HELP}`,
  async run(invocation) {
    const [verb = '', ...rest] = invocation.words
    const { perfbot, place, user } = invocation
    const common = { channel: place.channel, by: user }
    switch (verb) {
      case '':
        return tell(invocation, describe(await perfbot.digestSubscription(place.channel)))
      case 'now': {
        const dayAgo = timestamp(new Date(Date.now() - DAY * 1000))
        return postDigest(place, { since: dayAgo, lateSince: null }, invocation)
      }
      case 'off':
        await perfbot.subscribe({ ...common, expression: null, timezone: null })
        return tell(invocation, 'This channel gets no digest any more.')
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
    else if (Object.hasOwn(DAYS, word)) days = word
    else if (isTimezone(word)) timezone = word
    else
      return `"${word}" is neither a time such as 09:00, nor daily, weekdays or weekly, nor a time zone such as Europe/Berlin.`
  }
  const [hour, minute] = time.split(':').map(Number)
  return { expression: `${minute} ${hour} * * ${DAYS[days]}`, timezone }
}

function describe(subscription: DigestSubscription | null): string {
  if (!subscription || subscription.expression === null) {
    return 'This channel gets no digest. To have one: /perf digest on 09:00'
  }
  const { expression, timezone, by } = subscription
  const zone = timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const origin = by === null ? 'as the configuration says' : 'as somebody here asked'
  return `This channel gets a digest ${inWords(expression)} by the clocks of ${zone}, ${origin}.`
}

/** What `digest on` makes, as it was asked for; an operator's own expression as it stands. */
function inWords(expression: string): string {
  const [, minute = '', hour = '', weekdays = ''] = /^(\d+) (\d+) \* \* (\S+)$/.exec(expression) ?? []
  const [days] = Object.entries(DAYS).find(([, field]) => field === weekdays) ?? []
  if (!days) return `at "${expression}" (minute, hour, day, month, weekday)`
  return `${days === 'weekly' ? 'on Mondays' : days} at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
}
