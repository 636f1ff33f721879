import type { ModalView } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { mrkdwn } from '../blocks.ts'
import type { FaceParts } from '../subcommand.ts'
import type { ReviewValue } from '../views/buttons.ts'
import { byWhom } from '../views/execution-message.ts'
import { approveModal, noticeModal, readOnlyModal } from '../views/fix-modal.ts'
import { refusalText } from '../views/refusal.ts'

export type Review = {
  readonly value: ReviewValue
  readonly user: string
  readonly triggerId: string
  readonly channel: string
  /** Of the message with the button; both are empty when it was for one person's eyes only. */
  readonly thread: string
  readonly message: string
}

async function modalFor(review: Review, { perfbot, people }: FaceParts): Promise<ModalView> {
  const [plan, report, person, votes] = await Promise.all([
    perfbot.plan(review.value.plan),
    perfbot.report(review.value.report),
    people.personOf(review.user, review.channel),
    perfbot.votesOf(review.value.plan),
  ])
  if (!plan) return noticeModal('This plan is no longer known. Measure again for a new one.')
  const finding = report?.findings.find(({ id }) => id === plan.findingId)
  const approvers = { votes, ask: perfbot.policy.approve[plan.risk] }
  const obstacle = await perfbot.whyNot(plan, person)
  if (!obstacle) {
    const { plan: id, report: reportId } = review.value
    const metadata = {
      plan: id,
      digest: plan.digest,
      report: reportId,
      channel: review.channel,
      thread: review.thread,
      message: review.value.message ?? review.message,
    }
    return approveModal(plan, finding, metadata, approvers)
  }
  const { reason, earlier, ask } = obstacle
  const words = earlier ? `${mrkdwn(reason)} It was ${byWhom(earlier)}.` : refusalText(reason, ask)
  return readOnlyModal(plan, finding, words, approvers)
}

/** A click on "Review": shows the exact change, with a button for those who may approve it. */
export async function reviewFix(review: Review, client: WebClient, parts: FaceParts): Promise<void> {
  await client.views.open({ trigger_id: review.triggerId, view: await modalFor(review, parts) })
}
