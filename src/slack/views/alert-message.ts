import type { Alert } from '../../model/alert.ts'
import { counted, formatSeconds } from '../../model/format.ts'
import { shortened } from '../../model/plain-text.ts'
import { secondsBetween } from '../../model/units.ts'
import { actions, context, type Message, mrkdwn, paragraph, richText, slackDate, words } from '../blocks.ts'
import { measureAgainButton, silenceButtons } from './buttons.ts'

/** "Came 3 times since …": how an alert lived so far. */
function lifeOf(alert: Alert): string {
  const { openedAt, resolvedAt, times } = alert
  const came =
    times > 1 ? `Came ${counted(times, 'time')} since ${slackDate(openedAt)}` : `Since ${slackDate(openedAt)}`
  if (alert.state !== 'resolved' || resolvedAt === null) return `${came}.`
  return `${came}; gone since ${slackDate(alert.lastSeenAt)}, after ${formatSeconds(secondsBetween(openedAt, alert.lastSeenAt))}.`
}

/** One message for the whole life of an alert: it is edited as that goes on. */
export function alertMessage(alert: Alert): Message {
  const over = alert.resolvedAt !== null
  const severity = alert.severity.replace(/^./, (letter) => letter.toUpperCase())
  const word = { resolved: 'Resolved', silenced: 'Silenced', firing: severity, pending: severity }[
    alert.state
  ]
  const title = shortened(alert.title, 200)
  return {
    text: `${word} on ${alert.host}: ${title}`,
    blocks: [
      richText(
        paragraph(words(`${word} on ${alert.host}  `, { bold: true }), words(title)),
        ...(over || alert.advice === null
          ? []
          : [paragraph(words(`To do: ${shortened(alert.advice, 300)}`))]),
      ),
      context(`${lifeOf(alert)} \`${mrkdwn(alert.findingId)}\``),
      ...(over ? [] : [actions([measureAgainButton, ...silenceButtons(alert.findingId)])]),
    ],
  }
}

/** A line for the thread, which tells those who follow it. */
export const alertNews = (alert: Alert): Message => {
  const text =
    alert.state === 'resolved'
      ? `Resolved: it has not been found since ${slackDate(alert.lastSeenAt)}.`
      : `It is back, for the ${ordinal(alert.times)} time.`
  return { text, blocks: [context(text)] }
}

const ordinal = (count: number): string => {
  const rules = new Intl.PluralRules('en', { type: 'ordinal' })
  return `${count}${{ one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }[rules.select(count)]}`
}
