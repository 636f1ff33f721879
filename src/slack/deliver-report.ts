import type { Logger } from 'pino'
import type { Report } from '../model/report.ts'
import type { Perfbot } from '../perfbot.ts'
import { renderMarkdown } from '../report/render/markdown.ts'
import type { ComparedWith } from '../reporting.ts'
import { explain } from './platform-errors.ts'
import type { Place, Posted, Poster } from './poster.ts'
import { createShowing } from './showing.ts'
import { progressMessage, reportMessage } from './views/report-message.ts'
import { findingMessages, gapMessages, narrativeMessages, tableMessages } from './views/report-thread.ts'

export type Delivery = {
  readonly perfbot: Perfbot
  readonly poster: Poster
  readonly logger: Logger
}

/** The details, in the order in which a reader wants them: findings, readings, what was not read. */
async function postDetails(report: Report, posted: Posted, place: Place, delivery: Delivery): Promise<void> {
  const { perfbot, poster, logger } = delivery
  const fixes = await perfbot.fixesOf(report.id)
  let cut = false
  for (const message of narrativeMessages(report)) await poster.post(place, message)
  for (const message of findingMessages(report, fixes, posted.ts)) await poster.post(place, message)
  for (const table of report.tables) {
    const built = tableMessages(table)
    cut ||= built.cut
    for (const message of built.messages) await poster.postTable(place, message)
  }
  for (const message of gapMessages(report)) await poster.post(place, message)
  if (!cut) return
  try {
    await poster.upload(place, {
      name: `perfbot-${report.host}-${report.id}.md`,
      title: 'The whole report: its tables are longer than messages may be',
      content: renderMarkdown(report),
    })
  } catch (error) {
    // The findings are there; the file is a convenience.
    logger.warn({ reason: explain(error) }, 'the report could not be uploaded as a file')
  }
}

/**
 * Posts a report: one message that says what is being done, becomes the report as soon as that is computed, and
 * is edited once more when a model has written its summary; the details go into its thread.
 */
export async function deliverReport(
  place: Place,
  delivery: Delivery,
  comparedWith: ComparedWith = 'last',
): Promise<Report> {
  const { perfbot, poster, logger } = delivery
  const { host } = perfbot.config
  let posted: Posted = await poster.post(place, progressMessage(host, 'Measuring …'))
  let isShown = false

  // Edits go out one after the other, so that a slow one cannot overtake the next; one that failed holds up none.
  let edits: Promise<void> = Promise.resolve()
  const show = (report: Report, writing: boolean): Promise<void> => {
    const edit = async () => {
      posted = await poster.update(posted, reportMessage(report, await perfbot.fixesOf(report.id), writing))
      isShown = true
    }
    edits = edits.catch(() => {}).then(edit)
    return edits
  }

  const growing = createShowing((draft: Report) => show(draft, true))
  try {
    const report = await perfbot.takeReport({
      comparedWith,
      written: growing.offer,
      composed: (draft) => {
        show(draft, true).catch((error: unknown) =>
          logger.warn({ reason: explain(error) }, 'the draft was not shown'),
        )
      },
    })
    growing.end()
    await show(report, false)
    await postDetails(
      report,
      posted,
      { channel: posted.channel, thread: place.thread ?? posted.ts },
      delivery,
    )
    return report
  } catch (error) {
    growing.end()
    // A report that stands there is worth more than the news that something about it failed.
    await edits.catch(() => {})
    if (!isShown) {
      await poster.update(posted, progressMessage(host, `The report could not be made: ${explain(error)}`))
    }
    throw error
  }
}
