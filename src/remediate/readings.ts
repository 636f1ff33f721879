import type { Evidence } from '../model/evidence.ts'
import type { Parameters } from '../model/finding.ts'
import { formatValue } from '../model/format.ts'
import { describeTarget, type Target } from '../model/target.ts'
import type { Unit } from '../model/units.ts'
import { CONTAINER_READINGS, containerOf } from './readings/container.ts'
import { CONTAINER_SETTING_READINGS } from './readings/container-settings.ts'
import { DOCKER_READINGS } from './readings/docker.ts'
import { GPU_READINGS } from './readings/gpu.ts'
import { HOST_READINGS, SYSCTL_READINGS } from './readings/host.ts'
import { OLLAMA_READINGS } from './readings/ollama.ts'
import { databaseOf, POSTGRES_READINGS } from './readings/postgres.ts'
import { POSTGRES_OBJECT_READINGS } from './readings/postgres-objects.ts'
import type { Observation, Place, Reading } from './readings/reading.ts'
import { REDIS_READINGS } from './readings/redis.ts'
import { SERVICE_READINGS } from './readings/service.ts'

/** What command files can name in preconditions, expectations, measures and `{{before.…}}`. */
export const READINGS: ReadonlyMap<string, Reading> = new Map(
  [
    ...CONTAINER_READINGS,
    ...CONTAINER_SETTING_READINGS,
    ...DOCKER_READINGS,
    ...POSTGRES_READINGS,
    ...POSTGRES_OBJECT_READINGS,
    ...REDIS_READINGS,
    ...OLLAMA_READINGS,
    ...GPU_READINGS,
    ...HOST_READINGS,
    ...SYSCTL_READINGS,
    ...SERVICE_READINGS,
  ].map((reading) => [reading.name, reading]),
)

function registered(name: string): Reading {
  const reading = READINGS.get(name)
  if (!reading) throw new Error(`there is no reading ${name}; there are ${[...READINGS.keys()].join(', ')}`)
  return reading
}

/** The reading as it was observed; null when there is none: no limit is set, or it could not be read. */
export function readingOf(name: string, place: Place): Evidence | null {
  const reading = registered(name)
  const { observation, parameters } = place
  const own = observation.own.get(name)
  const figure = own === undefined ? (reading.read?.(place) ?? null) : own
  if (figure === null) return null
  const label = reading.label(parameters)
  return { label, source: reading.source(parameters), at: observation.takenAt, ...figure }
}

export const readingLabel = (name: string, parameters: Parameters): string =>
  registered(name).label(parameters)

/** What keeps the target from being found at all, as a clause; null when it is there. */
export function absenceOf(target: Target, { absence, snapshot }: Observation): string | null {
  if (absence !== null || snapshot === null) return absence
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
  place: Place,
): { value: string | number } | { reason: string } {
  return registered(name).readBack?.(value, place) ?? { value }
}

/** "512 MiB", "running", "none". */
export function recordedInWords(name: string, value: string | number | null, unit?: Unit): string {
  return value === null ? 'none' : formatValue(value, unit ?? registered(name).unit)
}
