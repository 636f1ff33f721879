import type { Parameters } from '../../model/finding.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Target, TargetKind } from '../../model/target.ts'
import type { NumericUnit, Unit } from '../../model/units.ts'

/** Where a reading is taken: the target of a command, in a snapshot, for the command's parameters. */
export type Place = { target: Target; snapshot: Snapshot; parameters: Parameters }

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
  read(place: Place): Figure | null
  readBack?(value: string | number, place: Place): { value: string | number } | { reason: string }
}

export const text = (value: string): Figure => ({ value, unit: 'text' })
export const number = (value: number, unit: NumericUnit): Figure => ({ value, unit })
