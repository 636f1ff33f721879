import type { App } from '@slack/bolt'
import { inMessages, type Message, mrkdwn, notification, section } from './blocks.ts'
import { dispatch } from './commands.ts'
import type { Guard } from './guard.ts'
import type { Onces } from './once.ts'
import type { Place } from './poster.ts'
import type { FaceParts } from './subcommand.ts'

const plain = (text: string): Message => ({ text, blocks: [section(mrkdwn(text))] })

/** "<@U024BE7LH> report" → "report". */
const withoutMention = (text: string): string => text.replace(/^.*?<@\w+(?:\|[^>]*)?>/s, '')

/** What people type: the slash command, a mention, a direct message. All lead to the same subcommands. */
export function listenToWords(app: App, parts: FaceParts, guard: Guard, { once, onceOfAll }: Onces): void {
  const { poster } = parts

  app.command('/perf', async ({ ack, body, respond }) => {
    await ack()
    if (!once(body.trigger_id)) return
    const { user_id: user, channel_id: channel } = body
    const say = (response_type: 'ephemeral' | 'in_channel') => async (message: Message) => {
      for (const part of inMessages(message.text, message.blocks)) {
        await respond({ text: notification(part), blocks: part.blocks, response_type }).catch(async () => {
          // Good for five answers in half an hour: what takes longer, or says more, goes another way.
          await (response_type === 'ephemeral'
            ? poster.whisper({ channel }, user, part)
            : poster.post({ channel }, part))
        })
      }
    }
    const call = {
      ...parts,
      user,
      triggerId: body.trigger_id,
      place: { channel },
      answer: say('ephemeral'),
      answerAll: say('in_channel'),
    }
    await guard(
      `/perf ${body.text}`,
      () => dispatch(body.text, call),
      (text) => call.answer(plain(text)),
    )
  })

  const postIn = (place: Place) => async (message: Message) => {
    await poster.post(place, message)
  }

  app.event('app_mention', async ({ event, body }) => {
    const { user, channel } = event
    if (!user || !(await onceOfAll(body.event_id))) return
    // Slash commands cannot be typed in a thread, so a mention answers in the thread in which it stands.
    const place: Place = { channel, thread: event.thread_ts ?? event.ts }
    const answer = (message: Message) => poster.whisper(place, user, message)
    const call = { ...parts, user, place, answer, answerAll: postIn(place) }
    await guard(
      'mention',
      () => dispatch(withoutMention(event.text), call, true),
      (text) => answer(plain(text)),
    )
  })

  // Threads of direct messages are the assistant's.
  app.message(async ({ message, body }) => {
    if (message.subtype !== undefined || message.channel_type !== 'im' || message.thread_ts !== undefined)
      return
    if (!(await onceOfAll(body.event_id))) return
    const { user, channel, thread_ts: thread } = message
    const place: Place = { channel, thread }
    const answer = postIn(place)
    await guard(
      'direct message',
      () => dispatch(message.text ?? '', { ...parts, user, place, answer, answerAll: answer }, true),
      (text) => answer(plain(text)),
    )
  })
}
