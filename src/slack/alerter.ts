import { type Alert, type AlertChange, type AlertPlace, isFlapping } from '../model/alert.ts'
import { context } from './blocks.ts'
import type { Channel } from './channels.ts'
import { explain } from './platform-errors.ts'
import { isQuiet } from './quiet-hours.ts'
import type { FaceParts } from './subcommand.ts'
import { alertMessage, alertNews } from './views/alert-message.ts'

/** Tells channels of alerts: one message each, edited through its whole life. */
export type Alerter = { follow(changes: readonly AlertChange[], channels: readonly Channel[]): Promise<void> }

const HOUR_MILLISECONDS = 3_600_000

export function createAlerter({ perfbot, poster, logger }: FaceParts, clock = () => new Date()): Alerter {
  const { alerts: policy } = perfbot.config.slack
  /** What each message says, so that only what is new is edited. */
  const said = new Map<string, string>()
  let posted: number[] = []
  let overflowSaidAt = Number.NEGATIVE_INFINITY

  /** What failed in one channel must not keep the others, or the next alert, from being told. */
  async function attempt<Result>(what: string, act: () => Promise<Result>): Promise<Result | null> {
    try {
      return await act()
    } catch (error) {
      logger.error({ what, reason: explain(error) }, 'an alert could not be told')
      return null
    }
  }

  async function postNew(alert: Alert, channels: readonly Channel[]): Promise<void> {
    const now = clock().getTime()
    posted = posted.filter((at) => now - at < HOUR_MILLISECONDS)
    if (posted.length >= policy.atMostPerHour) return sayOverflow(now, channels)
    posted.push(now)
    const message = alertMessage(alert)
    const places: AlertPlace[] = []
    for (const { id, name } of channels) {
      const place = await attempt(`alert in #${name}`, () => poster.post({ channel: id }, message))
      if (place) places.push({ channel: place.channel, ts: place.ts })
    }
    said.set(alert.findingId, JSON.stringify(message))
    // Before anything else can go wrong: a message that nobody remembers would be posted again.
    await perfbot.saveAlert({ ...alert, places })
  }

  /** It stays unposted, and is posted when there is room, if it still lasts. */
  async function sayOverflow(now: number, channels: readonly Channel[]): Promise<void> {
    if (now - overflowSaidAt < HOUR_MILLISECONDS) return
    overflowSaidAt = now
    const text = `More is wrong than the ${policy.atMostPerHour} alerts an hour may say: \`/perf report\` has it all.`
    for (const { id, name } of channels) {
      await attempt(`alert in #${name}`, () =>
        poster.post({ channel: id }, { text, blocks: [context(text)] }),
      )
    }
  }

  async function edit({ alert, news: change }: AlertChange): Promise<void> {
    const message = alertMessage(alert)
    const text = JSON.stringify(message)
    if (said.get(alert.findingId) === text) return
    said.set(alert.findingId, text)
    // What comes and goes is told by the message itself.
    const news = change !== null && !isFlapping(alert) ? alertNews(alert) : null
    for (const { channel, ts } of alert.places) {
      await attempt('alert', () => poster.update({ channel, ts }, message))
      if (news) await attempt('alert', () => poster.post({ channel, thread: ts }, news))
    }
    if (alert.resolvedAt !== null) said.delete(alert.findingId)
  }

  return {
    async follow(changes, channels) {
      const quiet = isQuiet(policy.quietHours, clock())
      for (const change of changes) {
        const { alert } = change
        if (alert.places.length > 0) await edit(change)
        else if (alert.state === 'firing' && !quiet && channels.length > 0) await postNew(alert, channels)
      }
    },
  }
}
