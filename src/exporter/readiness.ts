import { type Seconds, seconds } from '../model/units.ts'
import { ageOf, first, type Readings } from './scrape.ts'

/** A part that perfbot needs to be of use. */
export type ReadyCheck = {
  readonly part: string
  /** Why it is not ready; null when it is. */
  readonly reason: () => Promise<string | null>
}

export type Readiness = {
  readonly ready: boolean
  readonly notReady: readonly { readonly part: string; readonly reason: string }[]
}

const CHECK_LIMIT: Seconds = seconds(2)

/** One collection may be late and one may fail before anybody is told. */
const MISSED_INTERVALS = 3

export async function readinessOf(checks: readonly ReadyCheck[]): Promise<Readiness> {
  const reasons = await Promise.all(
    checks.map(async ({ part, reason }) => ({ part, reason: await ask(reason) })),
  )
  const notReady = reasons.filter((one): one is { part: string; reason: string } => one.reason !== null)
  return { ready: notReady.length === 0, notReady }
}

async function ask(reason: () => Promise<string | null>): Promise<string | null> {
  const answer = reason()
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    .then((text) => ({ text }))
  const found = await first(answer, CHECK_LIMIT)
  return found ? found.text : `did not answer within ${CHECK_LIMIT} s`
}

/** Whether readings still come. */
export const collectionCheck = ({ newest, interval, clock }: Readings): ReadyCheck => ({
  part: 'collection',
  async reason() {
    const snapshot = newest()
    if (!snapshot) return 'no collection has ended yet'
    const age = ageOf(snapshot, clock())
    const oldest = interval() * MISSED_INTERVALS + snapshot.durationSeconds
    return age > oldest ? `the last collection is ${Math.round(age)} s old, of every ${interval()} s` : null
  },
})
