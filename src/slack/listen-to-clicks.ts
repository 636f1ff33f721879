import type { App } from '@slack/bolt'
import { z } from 'zod'
import { seconds } from '../model/units.ts'
import { approveFix } from './actions/approve-fix.ts'
import { reviewFix } from './actions/review-fix.ts'
import { attachWholeReport } from './actions/whole-report.ts'
import { mrkdwn, section } from './blocks.ts'
import { deliverReport } from './deliver-report.ts'
import type { Guard } from './guard.ts'
import type { Once } from './once.ts'
import { whyNotPermitted } from './permission.ts'
import type { Place } from './poster.ts'
import type { FaceParts } from './subcommand.ts'
import { ACTIONS, REASON, ReviewValue, SilenceValue, VIEWS } from './views/buttons.ts'
import { ApprovalMetadata } from './views/fix-modal.ts'
import { silenceMessage } from './views/silence-message.ts'

const ClickedMessage = z.object({ ts: z.string(), thread_ts: z.string().optional() })

/**
 * The message with the button, and the root of the thread in which it is or would be. Null for one person's eyes only:
 * such a message has no thread and cannot be edited.
 */
function messageOf({ message }: { message?: unknown }): { ts: string; thread: string } | null {
  const parsed = ClickedMessage.safeParse(message)
  return parsed.success ? { ts: parsed.data.ts, thread: parsed.data.thread_ts ?? parsed.data.ts } : null
}

/** Where a click was made, and is answered: in Home, which is no channel, as a direct message. */
const placeOf = ({ channel, user }: { channel?: { id: string }; user: { id: string } }): string =>
  channel?.id ?? user.id

const State = z.object({
  values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))),
})

/** What was written into the window; nothing is a reason too where it is optional. */
function reasonIn(state: unknown): string {
  const parsed = State.safeParse(state)
  return parsed.success ? (parsed.data.values[REASON]?.[REASON]?.value ?? '') : ''
}

/** What people click: the buttons of a report, and the approval in the window that shows a fix. */
export function listenToClicks(app: App, parts: FaceParts, guard: Guard, once: Once): void {
  const { poster } = parts
  const tell = (channel: string, user: string) => (text: string) =>
    poster.whisper({ channel }, user, { text, blocks: [section(mrkdwn(text))] })

  /** Does it for who may; others are told whom to ask. */
  const permitted = async (
    needs: 'see' | 'ask',
    user: string,
    channel: string,
    act: () => Promise<unknown>,
  ): Promise<unknown> => {
    const refusal = await whyNotPermitted(needs, user, channel, parts)
    if (!refusal) return act()
    return poster.whisper({ channel }, user, {
      text: 'You may not do that here',
      blocks: [section(refusal)],
    })
  }

  app.action({ type: 'block_actions', action_id: ACTIONS.measureAgain }, async ({ ack, body }) => {
    await ack()
    if (!once(body.trigger_id)) return
    const channel = placeOf(body)
    // A report that stands in a thread is measured again there.
    const shown = messageOf(body)
    const place = shown && shown.thread !== shown.ts ? { channel, thread: shown.thread } : { channel }
    await guard(
      'measure again',
      () => permitted('ask', body.user.id, channel, () => deliverReport(place, parts)),
      tell(channel, body.user.id),
    )
  })

  app.action({ type: 'block_actions', action_id: ACTIONS.wholeReport }, async ({ ack, body, action }) => {
    await ack()
    if (action.type !== 'button' || !once(body.trigger_id)) return
    const channel = placeOf(body)
    const place: Place = { channel, thread: messageOf(body)?.thread }
    await guard(
      'whole report',
      () =>
        permitted('see', body.user.id, channel, () =>
          attachWholeReport(action.value ?? '', place, body.user.id, parts),
        ),
      tell(channel, body.user.id),
    )
  })

  const silence = new RegExp(`^${ACTIONS.silence}:`)
  app.action({ type: 'block_actions', action_id: silence }, async ({ ack, body, action }) => {
    await ack()
    if (action.type !== 'button' || !once(body.trigger_id)) return
    const channel = placeOf(body)
    const place: Place = { channel, thread: messageOf(body)?.thread }
    await guard(
      'snooze',
      () =>
        permitted('ask', body.user.id, channel, async () => {
          const { finding, seconds: span } = SilenceValue.parse(JSON.parse(action.value ?? ''))
          const asked = { finding, span: span === null ? null : seconds(span), by: body.user.id }
          await poster.post(place, silenceMessage(await parts.perfbot.silence(asked)))
        }),
      tell(channel, body.user.id),
    )
  })

  const review = new RegExp(`^${ACTIONS.reviewFix}:`)
  app.action({ type: 'block_actions', action_id: review }, async ({ ack, body, action, client }) => {
    await ack()
    if (action.type !== 'button' || !once(body.trigger_id)) return
    const channel = placeOf(body)
    await guard(
      'review a fix',
      () => {
        const value = ReviewValue.parse(JSON.parse(action.value ?? ''))
        const shown = body.container.is_ephemeral ? null : messageOf(body)
        const message = shown?.ts ?? ''
        const thread = shown?.thread ?? ''
        return reviewFix(
          { value, user: body.user.id, triggerId: body.trigger_id, channel, thread, message },
          client,
          parts,
        )
      },
      tell(channel, body.user.id),
    )
  })

  app.view(VIEWS.approveFix, async ({ ack, body, view }) => {
    await ack()
    if (!once(view.id)) return
    const metadata = ApprovalMetadata.parse(JSON.parse(view.private_metadata))
    await guard(
      'approve a fix',
      () => approveFix(body.user.id, metadata, reasonIn(view.state), parts),
      tell(metadata.channel, body.user.id),
    )
  })
}
