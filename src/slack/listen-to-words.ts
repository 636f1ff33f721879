import type { App } from '@slack/bolt'
import { type Message, mrkdwn, section } from './blocks.ts'
import { dispatch } from './commands.ts'
import type { Guard } from './guard.ts'
import type { Once } from './once.ts'
import type { Place } from './poster.ts'
import type { FaceParts } from './subcommand.ts'

const plain = (text: string): Message => ({ text, blocks: [section(mrkdwn(text))] })

/** "<@U024BE7LH> report" → "report". */
const withoutMention = (text: string): string => text.replace(/^.*?<@\w+(?:\|[^>]*)?>/s, '')

/** What people type: the slash command, a mention, a direct message. All lead to the same subcommands. */
export function listenToWords(app: App, parts: FaceParts, guard: Guard, once: Once): void {
  const { poster } = parts

  app.command('/perf', async ({ ack, body, respond }) => {
    await ack()
    if (!once(body.trigger_id)) return
    const answer = async ({ text, blocks }: Message) => {
      await respond({ text, blocks, response_type: 'ephemeral' })
    }
    await guard(
      `/perf ${body.text}`,
      () =>
        dispatch(body.text, { ...parts, user: body.user_id, place: { channel: body.channel_id }, answer }),
      (text) => answer(plain(text)),
    )
  })

  app.event('app_mention', async ({ event, body }) => {
    const { user, channel } = event
    if (!user || !once(body.event_id)) return
    // Slash commands cannot be typed in a thread, so a mention answers in the thread in which it stands.
    const place: Place = { channel, thread: event.thread_ts ?? event.ts }
    const answer = (message: Message) => poster.whisper(place, user, message)
    await guard(
      'mention',
      () => dispatch(withoutMention(event.text), { ...parts, user, place, answer }, true),
      (text) => answer(plain(text)),
    )
  })

  app.message(async ({ message, body }) => {
    if (message.subtype !== undefined || message.channel_type !== 'im' || !once(body.event_id)) return
    const { user, channel, thread_ts: thread } = message
    const place: Place = { channel, thread }
    const answer = async (reply: Message) => {
      await poster.post(place, reply)
    }
    await guard(
      'direct message',
      () => dispatch(message.text ?? '', { ...parts, user, place, answer }, true),
      (text) => answer(plain(text)),
    )
  })
}
