import type { AuditEntry } from '../model/fix-plan.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Seconds } from '../model/units.ts'
import type { Catalogue } from './catalogue.ts'
import type { Engines } from './operations/operation.ts'

/** What applying a plan needs of the world. */
export type ApplyPorts = {
  snapshot(): Promise<Snapshot>
  engines: Engines
  catalogue: Catalogue
  clock(): Date
  newId(): string
  wait(seconds: Seconds): Promise<void>
  audit(entry: Pick<AuditEntry, 'at' | 'actor' | 'action' | 'subject' | 'detail'>): Promise<unknown>
  progress?(message: string): void
}

/** Two clocks and their rounding. */
const CLOCK_GRAIN_SECONDS = 0.02

/**
 * A collection shares a snapshot that is under way with whoever asks meanwhile. One that was begun before the
 * question, seen by its having taken longer than the answer, may show the state before the change.
 */
export async function freshSnapshot({ snapshot, clock }: ApplyPorts): Promise<Snapshot> {
  const askedAt = clock().getTime()
  const first = await snapshot()
  const waitedSeconds = (clock().getTime() - askedAt) / 1000
  return waitedSeconds + CLOCK_GRAIN_SECONDS < first.durationSeconds ? snapshot() : first
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
