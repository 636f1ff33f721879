import { type App, Assistant } from '@slack/bolt'
import { oneLine, shortened } from '../model/plain-text.ts'
import { mrkdwn, section } from './blocks.ts'
import { dispatch } from './commands.ts'
import type { Guard } from './guard.ts'
import type { Onces } from './once.ts'
import { explain } from './platform-errors.ts'
import type { Place } from './poster.ts'
import type { FaceParts } from './subcommand.ts'

/** What the pane offers to begin with; Slack shows four at most. */
const PROMPTS = [
  { title: 'How does it stand?', message: 'status' },
  { title: 'Which container uses most memory?', message: 'Which container uses most memory?' },
  { title: 'What changed since yesterday?', message: 'What changed since yesterday?' },
  { title: 'Which fixes wait for an approval?', message: 'fixes' },
] as const

const TITLE_MOST = 60

/**
 * The assistant's pane, and every other thread of a direct message: Slack tells of both in the same way. What was asked
 * before in a thread is remembered with it, as everywhere.
 */
export function listenToAssistant(app: App, parts: FaceParts, guard: Guard, { onceOfAll }: Onces): void {
  const { client, perfbot, poster, logger } = parts

  /** Only a pane has a status and a title; in other threads Slack refuses both, and nothing is missing. */
  const inPane = async (act: () => Promise<unknown>): Promise<void> => {
    await act().catch((error: unknown) =>
      logger.debug({ reason: explain(error) }, 'a thread is no pane of the assistant'),
    )
  }

  app.assistant(
    new Assistant({
      // What somebody looks at beside the pane makes no difference to what is answered.
      threadContextStore: { get: async () => ({}), save: async () => {} },

      threadStarted: async ({ event, body }) => {
        const { channel_id, thread_ts, user_id } = event.assistant_thread
        if (!(await onceOfAll(body.event_id))) return
        const place: Place = { channel: channel_id, thread: thread_ts }
        const text = `Ask about ${perfbot.config.host}, or type a command such as status.`
        await guard(
          'assistant',
          async () => {
            await poster.post(place, { text, blocks: [section(mrkdwn(text))] })
            await client.assistant.threads.setSuggestedPrompts({
              channel_id,
              thread_ts,
              title: 'To begin with',
              prompts: [...PROMPTS],
            })
          },
          async (reason) =>
            poster.post({ channel: user_id }, { text: reason, blocks: [section(mrkdwn(reason))] }),
        )
      },

      userMessage: async ({ message, body }) => {
        if (message.subtype !== undefined || !('thread_ts' in message)) return
        const { user, channel, thread_ts = message.ts, text = '' } = message
        if (!(await onceOfAll(body.event_id))) return
        const place: Place = { channel, thread: thread_ts }
        const thread = { channel_id: channel, thread_ts }
        const answer = async (reply: Parameters<typeof poster.post>[1]) => {
          await poster.post(place, reply)
        }
        await guard(
          'assistant',
          async () => {
            await inPane(() =>
              client.assistant.threads.setStatus({ ...thread, status: 'is looking at the machine …' }),
            )
            if (parts.threads.before(`${channel} ${thread_ts}`) === null && oneLine(text) !== '') {
              await inPane(() =>
                client.assistant.threads.setTitle({ ...thread, title: shortened(oneLine(text), TITLE_MOST) }),
              )
            }
            const call = { ...parts, user, place, answer, answerAll: answer, showsStatus: true }
            await dispatch(text, call, true)
          },
          (reason) => answer({ text: reason, blocks: [section(mrkdwn(reason))] }),
        )
      },
    }),
  )
}
