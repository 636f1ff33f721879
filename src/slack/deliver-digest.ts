import { type DueDigest, isUneventful } from '../digesting.ts'
import type { Timestamp } from '../model/units.ts'
import type { Delivery } from './deliver-report.ts'
import type { Place } from './poster.ts'
import { digestMessage, uneventfulMessage } from './views/digest-message.ts'

/** Measures, and posts what is different since the last digest; a line where nothing is. */
export async function postDigest(
  place: Place,
  { since, lateSince }: { since: Timestamp; lateSince: Timestamp | null },
  { perfbot, poster }: Delivery,
): Promise<void> {
  const report = await perfbot.takeReport({ comparedWith: since })
  const [extras, trends] = await Promise.all([perfbot.digestExtras(since), perfbot.keyTrends()])
  const digest = { report, extras, trends, lateSince }
  await poster.post(place, isUneventful(report, extras) ? uneventfulMessage(digest) : digestMessage(digest))
}

export const deliverDigest = ({ subscription, due, late }: DueDigest, delivery: Delivery): Promise<void> =>
  postDigest(
    { channel: subscription.channel },
    { since: subscription.since, lateSince: late ? due : null },
    delivery,
  )
