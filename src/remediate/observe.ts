import type { Parameters } from '../model/finding.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Target } from '../model/target.ts'
import { timestamp } from '../model/units.ts'
import type { CommandDefinition } from './definition.ts'
import type { Engines } from './engines.ts'
import { lookAt } from './look.ts'
import { reasonOf } from './ports.ts'
import type { Figure, Observation } from './readings/reading.ts'
import { READINGS } from './readings.ts'

export type Subject = { readonly target: Target; readonly parameters: Parameters }

/** Reads what a fix relies on, at this moment. */
export type Observe = (subject: Subject, readings: readonly string[]) => Promise<Observation>

export type ObservingPorts = {
  readonly host: string
  snapshot(): Promise<Snapshot>
  readonly engines: Engines
  clock(): Date
}

/** Nobody waits longer for what is there. */
const LOOK_MILLISECONDS = 30_000

/** Two clocks and their rounding. */
const CLOCK_GRAIN_SECONDS = 0.02

/**
 * A collection shares a snapshot that is under way with whoever asks meanwhile. One that was begun before the
 * question, seen by its having taken longer than the answer, may show the state before the change.
 */
export async function freshSnapshot({
  snapshot,
  clock,
}: Pick<ObservingPorts, 'snapshot' | 'clock'>): Promise<Snapshot> {
  const askedAt = clock().getTime()
  const first = await snapshot()
  const waitedSeconds = (clock().getTime() - askedAt) / 1000
  return waitedSeconds + CLOCK_GRAIN_SECONDS < first.durationSeconds ? snapshot() : first
}

/** Whether it can be read of this target without a snapshot. */
function canLook(name: string, { kind }: Target): boolean {
  const reading = READINGS.get(name)
  return reading?.look !== undefined && (reading.looksAt ?? reading.targets).includes(kind)
}

/** Every reading that a command names. */
export function readingsOf(definition: CommandDefinition): string[] {
  const expectations = [
    definition.expectation,
    ...definition.exceptions.flatMap(({ expectation }) => expectation ?? []),
  ]
  const bounds = Object.values(definition.parameters).flatMap((parameter) => {
    if (parameter.type === 'bytes' || parameter.type === 'number') {
      return typeof parameter.maximum === 'object' ? [parameter.maximum.reading] : []
    }
    if (parameter.type !== 'postgres-setting') return []
    return Object.values(parameter.allowed).flatMap((allowed) =>
      allowed.kind === 'memory' && typeof allowed.maximum === 'object' ? [allowed.maximum.reading] : [],
    )
  })
  return [
    ...new Set([
      ...bounds,
      ...definition.preconditions.map(({ reading }) => reading),
      ...definition.safeguards.map(({ reading }) => reading),
      ...definition.exceptions.map(({ when }) => when.reading),
      ...expectations.map(({ reading }) => reading),
      ...definition.measures,
    ]),
  ]
}

/** What the engine itself says, reading by reading; with why the target cannot be found, if it cannot. */
async function lookFor(
  { target, parameters }: Subject,
  names: readonly string[],
  { engines, clock }: ObservingPorts,
): Promise<{ own: Map<string, Figure | null>; absence: string | null }> {
  const own = new Map<string, Figure | null>()
  const eyes = lookAt(target, engines, clock, AbortSignal.timeout(LOOK_MILLISECONDS))
  try {
    for (const name of names) {
      const reading = READINGS.get(name)
      if (reading?.look && canLook(name, target)) own.set(name, await reading.look(eyes, parameters))
    }
    const isGone = target.kind === 'container' && own.size > 0 && (await eyes.container()) === null
    return { own, absence: isGone ? `there is no container ${target.name}, or it could not be read` : null }
  } catch (error) {
    return { own, absence: reasonOf(error) }
  } finally {
    await eyes.close()
  }
}

/** For what is observed now: engines first, and a snapshot only where a reading has no other way. */
export const createObserve =
  (ports: ObservingPorts): Observe =>
  async (subject, names) => {
    const { own, absence } = await lookFor(subject, names, ports)
    const needsSnapshot = names.some((name) => !canLook(name, subject.target))
    const snapshot = needsSnapshot ? await freshSnapshot(ports) : null
    return { host: ports.host, takenAt: timestamp(ports.clock()), snapshot, own, absence }
  }

/** For plans out of a snapshot that is there already: only what it does not hold is looked for. */
export async function observeBeside(
  snapshot: Snapshot,
  subject: Subject,
  names: readonly string[],
  ports: ObservingPorts,
): Promise<Observation> {
  const missing = names.filter((name) => !READINGS.get(name)?.read)
  const { own, absence } =
    missing.length > 0 ? await lookFor(subject, missing, ports) : { own: new Map(), absence: null }
  return { host: snapshot.host, takenAt: snapshot.takenAt, snapshot, own, absence }
}
