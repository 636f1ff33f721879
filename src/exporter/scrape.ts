import type { Logger } from 'pino'
import type { Snapshot } from '../model/snapshot.ts'
import { type Seconds, seconds } from '../model/units.ts'

export type Readings = {
  /** The newest snapshot that anybody took; null before the first. */
  readonly newest: () => Snapshot | null
  /** Takes one, or waits for the one that is under way. */
  readonly collect: () => Promise<Snapshot>
  /** How often the schedule takes one. */
  readonly interval: () => Seconds
  readonly clock: () => Date
}

/** Prometheus waits this long when it is not told otherwise. */
const USUAL_TIMEOUT = seconds(10)

/** Left for the way there and back: blackbox_exporter's --timeout-offset. */
const OFFSET = seconds(0.5)

/** How long a scrape may take, by the header X-Prometheus-Scrape-Timeout-Seconds. */
export function limitOf(header: string | undefined): Seconds {
  const stated = Number(header)
  const timeout = stated > 0 && Number.isFinite(stated) ? stated : USUAL_TIMEOUT
  return seconds(Math.max(timeout - OFFSET, timeout / 2))
}

/** A clock that stepped back makes nothing younger than now. */
export const ageOf = (snapshot: Snapshot, now: Date): Seconds =>
  seconds(Math.max(0, (now.getTime() - Date.parse(snapshot.takenAt)) / 1000))

/**
 * The schedule's newest snapshot while it is current, and otherwise a new one; when that does not come in time, the
 * newest however old it is, for its age is told. Null: there is none yet. Never waits beyond `limit`.
 */
export async function snapshotWithin(
  limit: Seconds,
  readings: Readings,
  logger: Logger,
): Promise<Snapshot | null> {
  const { newest, collect, interval, clock } = readings
  const current = newest()
  if (current && ageOf(current, clock()) < interval()) return current
  const taken = collect().catch((error: unknown) => {
    logger.warn({ err: error }, 'a collection for a scrape failed')
    return null
  })
  return (await first(taken, limit)) ?? newest()
}

/** What `work` gives, or null when it takes longer. */
export async function first<Result>(work: Promise<Result>, limit: Seconds): Promise<Result | null> {
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(() => late.resolve(null), limit * 1000)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
