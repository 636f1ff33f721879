import type { Parameters } from '../../model/finding.ts'
import type { TargetKind } from '../../model/target.ts'
import type { Unit } from '../../model/units.ts'
import type { Look } from '../look.ts'
import type { Figure, Reading } from './reading.ts'

type Live = {
  readonly needs?: readonly string[]
  readonly unit: Unit
  /** Words with the parameters in them: `scans of {index}`. */
  readonly label: string
  readonly source: string
  readonly look: (look: Look, parameters: Parameters) => Promise<Figure | null>
}

const filled = (text: string, parameters: Parameters): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(parameters[name] ?? name))

/** A reading that no snapshot has: it is looked for when a command needs it. */
export const live = (
  name: string,
  target: TargetKind,
  { needs = [], unit, label, source, look }: Live,
): Reading => ({
  name,
  targets: [target],
  needs,
  unit,
  label: (parameters) => filled(label, parameters),
  source: (parameters) => filled(source, parameters),
  look,
})
