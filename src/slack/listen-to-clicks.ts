import type { App } from '@slack/bolt'
import { approveFix } from './actions/approve-fix.ts'
import { reviewFix } from './actions/review-fix.ts'
import { mrkdwn, section } from './blocks.ts'
import { deliverReport } from './deliver-report.ts'
import type { Guard } from './guard.ts'
import type { Once } from './once.ts'
import type { FaceParts } from './subcommand.ts'
import { ACTIONS, ReviewValue, VIEWS } from './views/buttons.ts'
import { ApprovalMetadata } from './views/fix-modal.ts'

/** What people click: the buttons of a report, and the approval in the window that shows a fix. */
export function listenToClicks(app: App, parts: FaceParts, guard: Guard, once: Once): void {
  const { poster } = parts
  const tell = (channel: string, user: string) => (text: string) =>
    poster.whisper({ channel }, user, { text, blocks: [section(mrkdwn(text))] })

  app.action({ type: 'block_actions', action_id: ACTIONS.measureAgain }, async ({ ack, body }) => {
    await ack()
    const channel = body.channel?.id
    if (!channel || !once(body.trigger_id)) return
    await guard('measure again', () => deliverReport({ channel }, parts), tell(channel, body.user.id))
  })

  const review = new RegExp(`^${ACTIONS.reviewFix}:`)
  app.action({ type: 'block_actions', action_id: review }, async ({ ack, body, action, client }) => {
    await ack()
    const channel = body.channel?.id
    if (action.type !== 'button' || !channel || !once(body.trigger_id)) return
    await guard(
      'review a fix',
      () => {
        const value = ReviewValue.parse(JSON.parse(action.value ?? ''))
        // A message for one person's eyes only has no thread and cannot be edited.
        const message = body.container.is_ephemeral ? '' : (body.message?.ts ?? '')
        const thread = message === '' ? '' : (body.message?.thread_ts ?? message)
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
      () => approveFix(body.user.id, metadata, parts),
      tell(metadata.channel, body.user.id),
    )
  })
}
