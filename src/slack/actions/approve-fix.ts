import { section } from '../blocks.ts'
import { explain } from '../platform-errors.ts'
import type { Place } from '../poster.ts'
import type { FaceParts } from '../subcommand.ts'
import { approvedMessage, executionMessage } from '../views/execution-message.ts'
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

/**
 * A person approved in the window. One message in the thread of the report says what is being done, and then what
 * was measured before and after.
 */
export async function approveFix(user: string, metadata: ApprovalMetadata, parts: FaceParts): Promise<void> {
  const { perfbot, poster, people, logger } = parts
  const place: Place = {
    channel: metadata.channel,
    ...(metadata.thread ? { thread: metadata.thread } : {}),
  }
  const plan = await perfbot.plan(metadata.plan)
  const person = await people.personOf(user)
  const refused = plan ? await perfbot.whyNot(plan, person) : null
  // Where nothing can be posted, the fix is applied all the same: what came of it is told in a direct message.
  const posted =
    plan && !refused
      ? await poster.post(place, approvedMessage(plan, user, 'Applying …')).catch((error: unknown) => {
          logger.warn({ reason: explain(error) }, 'the progress of a fix is not shown')
          return null
        })
      : null

  const result = await perfbot.approve({
    planId: metadata.plan,
    digest: metadata.digest,
    person,
    progress: (step) => logger.info({ plan: metadata.plan, step }, 'fix'),
  })
  if (result.kind === 'refused') {
    const text = refusalText(
      result.reason,
      result.earlier ? { users: [], userGroups: [] } : perfbot.config.approvers,
    )
    const message = { text: result.reason, blocks: [section(text)] }
    if (posted) await poster.update(posted, message)
    else await poster.whisper(place, user, message)
    return
  }
  const message = executionMessage(result.plan, result.execution)
  await (posted ? poster.update(posted, message) : poster.whisper(place, user, message))
  await refreshReport(metadata, parts).catch((error: unknown) =>
    logger.warn({ reason: explain(error) }, 'the report was not brought up to date'),
  )
}
