import type { Parameters } from '../../model/finding.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Target, TargetKind } from '../../model/target.ts'
import type { NumericUnit, Timestamp, Unit } from '../../model/units.ts'
import type { Look } from '../look.ts'

/**
 * What is known at one instant: a snapshot of everything, where one was taken, and what was read of the target for
 * the command at hand alone. The second is nearer to the instant, and counts before the first.
 */
export type Observation = {
  host: string
  takenAt: Timestamp
  snapshot: Snapshot | null
  own: ReadonlyMap<string, Figure | null>
  /** Why the target itself could not be looked at. */
  absence: string | null
}

/** A snapshot, as far as it goes. */
export const observationOf = (snapshot: Snapshot): Observation => ({
  host: snapshot.host,
  takenAt: snapshot.takenAt,
  snapshot,
  own: new Map(),
  absence: null,
})

/** Where a reading is taken: the target of a command, in what was observed, for the command's parameters. */
export type Place = { target: Target; observation: Observation; parameters: Parameters }

export type Figure = { value: number; unit: NumericUnit } | { value: string; unit: 'text' }

/** One thing that a fix can rely on or change. */
export type Reading = {
  readonly name: string
  /** The targets that have it. */
  readonly targets: readonly TargetKind[]
  /** Parameters that the command must have for it. */
  readonly needs: readonly string[]
  /** The usual one; a figure states its own. */
  readonly unit: Unit
  /** As in "the memory limit of api". */
  label(parameters: Parameters): string
  source(parameters: Parameters): string
  /** Out of a snapshot. */
  read?(place: Place): Figure | null
  /** The targets for which it can be looked at; all that have it, if nothing is said. */
  readonly looksAt?: readonly TargetKind[]
  /** Out of the engine itself, at this moment. What it throws says why there is none. */
  look?(look: Look, parameters: Parameters): Promise<Figure | null>
  readBack?(value: string | number, place: Place): { value: string | number } | { reason: string }
}

export const text = (value: string): Figure => ({ value, unit: 'text' })
export const number = (value: number, unit: NumericUnit): Figure => ({ value, unit })
