import { formatSeconds } from '../../model/format.ts'

/** So many failures in a row, and a server is left alone for a while. */
const FAILURES = 3
const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 300_000

/** The right to ask once; exactly one of these is called at its end. */
export type Pass = {
  readonly succeeded: () => void
  readonly failed: (reason: string) => void
  /** It was not asked after all, or stopped for a reason that is none of the server's. */
  readonly left: () => void
}

export type Breaker = {
  /** A pass, or why there is none. */
  readonly admit: () => Pass | { readonly refused: string }
}

/**
 * Leaves a server alone that fails again and again, and then lets one through to see (half-open): when that succeeds it
 * is open to all, and else left alone for twice as long.
 */
export function createBreaker(now: () => number = () => performance.now()): Breaker {
  let failures = 0
  let reason = ''
  let pause = FIRST_PAUSE_MS
  let closedAgainAt: number | null = null
  let isTrying = false

  const pass = (isTrial: boolean): Pass => {
    const ending = (end: () => void) => () => {
      if (isTrial) isTrying = false
      end()
    }
    return {
      succeeded: ending(() => {
        failures = 0
        pause = FIRST_PAUSE_MS
        closedAgainAt = null
      }),
      failed(why) {
        ending(() => {
          failures += 1
          reason = why
          if (isTrial) pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
          if (isTrial || failures >= FAILURES) closedAgainAt = now() + pause
        })()
      },
      left: ending(() => {}),
    }
  }

  return {
    admit() {
      if (closedAgainAt === null) return pass(false)
      const left = closedAgainAt - now()
      if (left > 0) {
        const span = formatSeconds(Math.ceil(left / 1000))
        return { refused: `failed ${failures} times in a row and is left alone for ${span} more: ${reason}` }
      }
      if (isTrying) return { refused: `is being tried again after ${failures} failures: ${reason}` }
      isTrying = true
      return pass(true)
    },
  }
}
