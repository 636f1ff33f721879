import type { Execution, NewAuditEntry, Run } from '../model/execution.ts'
import type { Seconds } from '../model/units.ts'
import type { Catalogue } from './catalogue.ts'
import type { Engines } from './engines.ts'
import type { Observe } from './observe.ts'

/** What applying a plan needs of the world. */
export type ApplyPorts = {
  observe: Observe
  engines: Engines
  catalogue: Catalogue
  clock(): Date
  wait(seconds: Seconds): Promise<void>
  /**
   * Keeps how far a run has come, and what the audit says of it, in one. Rejects when that cannot be kept, or when
   * the run is another process's by now: then nothing more may be done.
   */
  journal(run: Run, entries: readonly NewAuditEntry[], ending?: Execution): Promise<void>
  progress?(message: string): void
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
