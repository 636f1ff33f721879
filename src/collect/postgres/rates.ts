import { type PerSecond, perSecond, type Seconds, seconds, type Timestamp } from '../../model/units.ts'
import { isTooOld } from '../deadline.ts'

type Counters = Readonly<Record<string, number | null>>

type Rates<Of extends Counters> = { [Name in keyof Of]: PerSecond | null } | null

/** The counters of one reading, each kept under the name of what they belong to, and measured from the reading before. */
export type CounterWindow = {
  readonly readAt: number
  /** Null without an earlier reading that is young enough. */
  readonly seconds: Seconds | null
  /**
   * `since` says when the counting began, such as the last reset: counters that began anew between the readings have
   * no rates.
   */
  ratesOf<Of extends Counters>(name: string, since: string | null, counters: Of): Rates<Of>
  readonly kept: ReadonlyMap<string, Kept>
}

type Kept = { readonly since: string; readonly counters: Counters }

/** `startedAt` is the server's: after a crash its counters begin anew, and no reset is noted. */
export function counterWindow(startedAt: Timestamp, before: CounterWindow | null): CounterWindow {
  const readAt = performance.now()
  const kept = new Map<string, Kept>()
  const earlier = before !== null && !isTooOld(before.readAt, readAt) ? before : null
  const elapsed = earlier && (readAt - earlier.readAt) / 1000
  return {
    readAt,
    seconds: elapsed === null ? null : seconds(elapsed),
    kept,
    ratesOf(name, resetAt, counters) {
      const since = `${startedAt} ${resetAt}`
      kept.set(name, { since, counters })
      const last = earlier?.kept.get(name)
      if (!last || !elapsed || last.since !== since) return null
      return ratesBetween(last.counters, counters, elapsed)
    },
  }
}

function ratesBetween<Of extends Counters>(before: Counters, after: Of, elapsed: number): Rates<Of> {
  const rates = Object.entries(after).map(([name, value]) => {
    const grown = (value ?? Number.NaN) - (before[name] ?? Number.NaN)
    return [name, grown >= 0 ? perSecond(grown / elapsed) : null]
  })
  return Object.fromEntries(rates) as Rates<Of>
}
