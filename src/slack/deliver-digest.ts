import { type DigestExtras, type DueDigest, isUneventful, periodOf } from '../digesting.ts'
import type { Timestamp } from '../model/units.ts'
import { keyDayTable } from '../report/key-days.ts'
import type { Delivery } from './deliver-report.ts'
import type { Place } from './poster.ts'
import { digestMessage, uneventfulMessage } from './views/digest-message.ts'
import { tableMessages } from './views/report-thread.ts'

type Wanted = {
  readonly since: Timestamp
  readonly period: DigestExtras['period']
  readonly lateSince: Timestamp | null
}

/** Measures, and posts what is different since the last digest, with the days before in its thread; a line where nothing is. */
export async function postDigest(
  place: Place,
  { since, period, lateSince }: Wanted,
  { perfbot, poster }: Delivery,
): Promise<void> {
  const report = await perfbot.takeReport({ comparedWith: since })
  const [extras, trends] = await Promise.all([
    perfbot.digestExtras({ report, since, period }),
    perfbot.keyTrends(),
  ])
  const digest = { report, extras, trends, lateSince }
  if (isUneventful(report, extras)) {
    await poster.post(place, uneventfulMessage(digest))
    return
  }
  const posted = await poster.post(place, digestMessage(digest))
  const thread = { channel: posted.channel, thread: place.thread ?? posted.ts }
  for (const table of keyDayTable(report.days)) {
    for (const message of tableMessages(table).messages) await poster.postTable(thread, message)
  }
}

export const deliverDigest = ({ subscription, due, late }: DueDigest, delivery: Delivery): Promise<void> =>
  postDigest(
    { channel: subscription.channel },
    { since: subscription.since, period: periodOf(subscription), lateSince: late ? due : null },
    delivery,
  )
