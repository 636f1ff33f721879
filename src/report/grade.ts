import type { ServiceReading } from '../model/service-reading.ts'

/** Where config names no target: what feels like no time at all to a person (Nielsen). */
const TARGET_SECONDS = 0.1

/** Apdex: up to four times of what satisfies is tolerated. */
const TOLERATED = 4

/** P95 / P50 from which on the mean hides what some users see, and the P95 below which nobody minds. */
const TAIL = 5
const NOTICED_SECONDS = 0.1

const SUCCESS = 0.99

/** "good", "acceptable, with a tail", "down": a service in a word, by its P95 against its target. */
export function gradeOf({ latest, recent, target }: ServiceReading): string {
  if (!latest.succeeded) return latest.status === null ? 'down' : 'failing'
  if (recent.successRatio < SUCCESS) return 'poor: fails now and then'
  const { p50 = null, p95 = null } = recent.responseTimes ?? {}
  if (p95 === null || p50 === null) return 'too few probes'
  const share = p95 / (target ?? TARGET_SECONDS)
  const hasTail = p95 >= NOTICED_SECONDS && p95 > p50 * TAIL
  return `${wordFor(share)}${hasTail ? ', with a tail' : ''}`
}

function wordFor(share: number): string {
  if (share <= 0.5) return 'excellent'
  if (share <= 1) return 'good'
  return share <= TOLERATED ? 'acceptable' : 'poor'
}
