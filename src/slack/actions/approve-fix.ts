import type { ApprovalResult } from '../../approving.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import { type Message, section } from '../blocks.ts'
import { explain } from '../platform-errors.ts'
import type { Place, Posted } from '../poster.ts'
import type { FaceParts } from '../subcommand.ts'
import { approvedMessage, executionMessage, waitingMessage } from '../views/execution-message.ts'
import type { ApprovalMetadata } from '../views/fix-modal.ts'
import { refusalText } from '../views/refusal.ts'
import { reportMessage } from '../views/report-message.ts'

/** Shows on the report itself what became of the fix, so that its button is gone for everybody. */
async function refreshReport(metadata: ApprovalMetadata, { perfbot, poster }: FaceParts): Promise<void> {
  const report = await perfbot.report(metadata.report)
  if (!report || metadata.message === '') return
  const message = reportMessage(report, await perfbot.fixesOf(report.id))
  await poster.update({ channel: metadata.channel, ts: metadata.message }, message)
}

/** What is said of an approval when all is done. */
export function resultMessage(result: ApprovalResult, user: string): Message {
  switch (result.kind) {
    case 'executed':
      return executionMessage(result.plan, result.execution, result.replacement)
    case 'waiting':
      return waitingMessage(result.plan, user, result.missing, result.ask)
    case 'refused':
      return { text: result.reason, blocks: [section(refusalText(result.reason, result.ask))] }
  }
}

/** What was approved in Home was told to one person, and what is done to a machine is everybody's. */
async function tellChannels(message: Message, { channels, poster, logger }: FaceParts): Promise<void> {
  for (const { id, name } of await channels()) {
    await poster
      .post({ channel: id }, message)
      .catch((error: unknown) =>
        logger.warn({ channel: name, reason: explain(error) }, 'a channel was not told of a fix'),
      )
  }
}

/** One message that is edited as the fix goes on; edits go out one after the other, and one that fails stops nothing. */
function progressIn(posted: Posted | null, plan: FixPlan, user: string, { poster, logger }: FaceParts) {
  let edits: Promise<unknown> = Promise.resolve()
  return {
    show(step: string): void {
      logger.info({ plan: plan.id, step }, 'fix')
      if (!posted) return
      edits = edits
        .then(() => poster.update(posted, approvedMessage(plan, user, `${step} …`)))
        .catch((error: unknown) =>
          logger.warn({ reason: explain(error) }, 'the progress of a fix is not shown'),
        )
    },
    ended: () => edits,
  }
}

/**
 * A person approved in the window. One message in the thread of the report says what is being done, and then what
 * was measured before and after.
 */
export async function approveFix(
  user: string,
  metadata: ApprovalMetadata,
  reason: string,
  parts: FaceParts,
): Promise<void> {
  const { perfbot, poster, people, logger } = parts
  const place: Place = {
    channel: metadata.channel,
    ...(metadata.thread ? { thread: metadata.thread } : {}),
  }
  const plan = await perfbot.plan(metadata.plan)
  const person = await people.personOf(user, metadata.channel)
  const refused = plan ? await perfbot.whyNot(plan, person) : null
  // Where nothing can be posted, the fix is applied all the same: what came of it is told in a direct message.
  const posted =
    plan && !refused
      ? await poster.post(place, approvedMessage(plan, user, 'Applying …')).catch((error: unknown) => {
          logger.warn({ reason: explain(error) }, 'the progress of a fix is not shown')
          return null
        })
      : null
  const progress = plan ? progressIn(posted, plan, user, parts) : null

  const result = await perfbot.approve({
    planId: metadata.plan,
    digest: metadata.digest,
    person,
    reason,
    progress: (step) => progress?.show(step),
  })
  await progress?.ended()
  const message = resultMessage(result, user)
  await (posted ? poster.update(posted, message) : poster.whisper(place, user, message))
  if (result.kind !== 'executed') return
  if (metadata.channel === user) await tellChannels(message, parts)
  await refreshReport(metadata, parts).catch((error: unknown) =>
    logger.warn({ reason: explain(error) }, 'the report was not brought up to date'),
  )
}
