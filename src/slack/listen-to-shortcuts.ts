import type { App } from '@slack/bolt'
import { z } from 'zod'
import { mrkdwn, section } from './blocks.ts'
import { deliverReport } from './deliver-report.ts'
import type { Guard } from './guard.ts'
import type { Once } from './once.ts'
import { whyNotPermitted } from './permission.ts'
import { explain } from './platform-errors.ts'
import type { Place } from './poster.ts'
import type { FaceParts } from './subcommand.ts'
import { answerMessage } from './views/answer-message.ts'
import { VIEWS } from './views/buttons.ts'
import { planMessage } from './views/plan-message.ts'
import { AskMetadata, askModal, PLACE, QUESTION, readableText, reportModal } from './views/shortcut-modals.ts'

export const SHORTCUTS = { report: 'performance_report', ask: 'ask_about_message' } as const

const State = z.object({
  values: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ value: z.string().nullish(), selected_conversation: z.string().nullish() }),
    ),
  ),
})

/** What is chosen in Slack's own menus, and the windows that these open. */
export function listenToShortcuts(app: App, parts: FaceParts, guard: Guard, once: Once): void {
  const { client, perfbot, people, poster, threads, logger } = parts
  const tell = (user: string) => (text: string) =>
    poster.post({ channel: user }, { text, blocks: [section(mrkdwn(text))] })

  /** Does it for who may ask; others are told whom to ask instead. */
  const permitted = async (user: string, channel: string, act: () => Promise<unknown>): Promise<unknown> => {
    const refusal = await whyNotPermitted('ask', user, channel, parts)
    if (!refusal) return act()
    return poster.post({ channel: user }, { text: 'You may not do that here', blocks: [section(refusal)] })
  }

  app.shortcut({ type: 'shortcut', callback_id: SHORTCUTS.report }, async ({ ack, shortcut }) => {
    await ack()
    const user = shortcut.user.id
    if (!once(shortcut.trigger_id)) return
    await guard(
      'shortcut for a report',
      () =>
        permitted(user, user, () =>
          client.views.open({ trigger_id: shortcut.trigger_id, view: reportModal(perfbot.config.host) }),
        ),
      tell(user),
    )
  })

  app.view(VIEWS.reportShortcut, async ({ ack, body, view }) => {
    await ack()
    if (!once(view.id)) return
    const user = body.user.id
    const chosen = State.parse(view.state).values[PLACE]?.[PLACE]?.selected_conversation
    const channel = chosen ?? user
    await guard(
      'report by shortcut',
      () => permitted(user, channel, () => deliverReport({ channel }, parts)),
      tell(user),
    )
  })

  app.shortcut({ type: 'message_action', callback_id: SHORTCUTS.ask }, async ({ ack, shortcut }) => {
    await ack()
    if (shortcut.type !== 'message_action' || !once(shortcut.trigger_id)) return
    const { message, channel } = shortcut
    const user = shortcut.user.id
    const thread = typeof message.thread_ts === 'string' ? message.thread_ts : message.ts
    await guard(
      'shortcut for a question',
      () =>
        permitted(user, channel.id, () =>
          client.views.open({
            trigger_id: shortcut.trigger_id,
            view: askModal(readableText(message.text ?? ''), { channel: channel.id, thread }),
          }),
        ),
      tell(user),
    )
  })

  /** In the thread of the message; where perfbot is not, to the person alone. */
  async function answerThere(question: string, place: Place, user: string): Promise<void> {
    const person = await people.personOf(user, place.channel)
    const answered = await perfbot.ask(question, null, person)
    threads.remember(`${place.channel} ${place.thread ?? user}`, answered.understood)
    const messages = [
      answerMessage(question, answered),
      ...answered.plans.map((plan) => planMessage(plan, [], perfbot.policy.approve[plan.risk])),
    ]
    try {
      for (const message of messages) await poster.post(place, message)
    } catch (error) {
      logger.info({ channel: place.channel, reason: explain(error) }, 'an answer goes to the person alone')
      for (const message of messages) await poster.post({ channel: user }, message)
    }
  }

  app.view(VIEWS.askShortcut, async ({ ack, body, view }) => {
    await ack()
    if (!once(view.id)) return
    const user = body.user.id
    const question = State.parse(view.state).values[QUESTION]?.[QUESTION]?.value ?? ''
    const place = AskMetadata.parse(JSON.parse(view.private_metadata))
    await guard(
      'question by shortcut',
      () => permitted(user, place.channel, () => answerThere(question, place, user)),
      tell(user),
    )
  })
}
