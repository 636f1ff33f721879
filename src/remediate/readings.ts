import type { Evidence } from '../model/evidence.ts'
import type { Parameters } from '../model/finding.ts'
import { formatValue } from '../model/format.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { describeTarget, type Target } from '../model/target.ts'
import type { Unit } from '../model/units.ts'
import { CONTAINER_READINGS, containerOf } from './readings/container.ts'
import { HOST_READINGS } from './readings/host.ts'
import { databaseOf, POSTGRES_READINGS } from './readings/postgres.ts'
import type { Reading } from './readings/reading.ts'

/** What command files can name in preconditions, expectations, measures and `{{before.…}}`. */
export const READINGS: ReadonlyMap<string, Reading> = new Map(
  [...CONTAINER_READINGS, ...POSTGRES_READINGS, ...HOST_READINGS].map((reading) => [reading.name, reading]),
)

function registered(name: string): Reading {
  const reading = READINGS.get(name)
  if (!reading) throw new Error(`there is no reading ${name}; there are ${[...READINGS.keys()].join(', ')}`)
  return reading
}

/** The reading as the snapshot has it; null when it has none: no limit is set, or it could not be read. */
export function readingOf(
  name: string,
  target: Target,
  snapshot: Snapshot,
  parameters: Parameters,
): Evidence | null {
  const reading = registered(name)
  const figure = reading.read({ target, snapshot, parameters })
  if (figure === null) return null
  const label = reading.label(parameters)
  return { label, source: reading.source(parameters), at: snapshot.takenAt, ...figure }
}

export const readingLabel = (name: string, parameters: Parameters): string =>
  registered(name).label(parameters)

/** What keeps the target from being found at all, as a clause; null when it is there. */
export function absenceOf(target: Target, snapshot: Snapshot): string | null {
  if (target.kind === 'postgres') {
    return databaseOf(target, snapshot) ? null : `${describeTarget(target)} could not be read`
  }
  if (target.kind !== 'container' || containerOf(target, snapshot)) return null
  const several = snapshot.containers.some(({ name }) => name === target.name)
  return several
    ? `several engines have a container ${target.name}, and it is not clear which is meant`
    : `there is no container ${target.name}, or it could not be read`
}

/**
 * What a reading will show once it has been set to `value`: `256MB` is read back as 268435456 bytes.
 * A text as the result's `reason` when it cannot be set to that.
 */
export function readBack(
  name: string,
  value: string | number,
  place: { target: Target; snapshot: Snapshot; parameters: Parameters },
): { value: string | number } | { reason: string } {
  return registered(name).readBack?.(value, place) ?? { value }
}

/** "512 MiB", "running", "none". */
export function recordedInWords(name: string, value: string | number | null, unit?: Unit): string {
  return value === null ? 'none' : formatValue(value, unit ?? registered(name).unit)
}
