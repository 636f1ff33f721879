import type { ContainerReading } from '../model/container-reading.ts'
import type { KernelEvent } from '../model/kernel-event.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { type Seconds, secondsBetween } from '../model/units.ts'
import { minutes } from './history.ts'

/** How far back it is news that the kernel killed. */
export const OOM_KILL_WINDOW: Seconds = minutes(30)

/**
 * Whether a container's last OOM kill lies within `window`. Docker 20.10 leaves OOMKilled set while the next run
 * lasts, so its time has to tell: that of its end, or of the start right after.
 */
export function wasOomKilledWithin(
  { oomKilled, startedAt, finishedAt }: ContainerReading,
  { takenAt }: Snapshot,
  window: Seconds,
): boolean {
  return [startedAt, finishedAt].some(
    (time) => oomKilled && time !== null && secondsBetween(time, takenAt) <= window,
  )
}

/**
 * Whether nothing of a container was killed between an earlier reading and a later one: the same run, in the same
 * state of affairs.
 */
export const isUnkilledSince = (earlier: ContainerReading, later: ContainerReading): boolean =>
  earlier.startedAt === later.startedAt &&
  earlier.finishedAt === later.finishedAt &&
  earlier.oomKilled === later.oomKilled &&
  earlier.usage?.oomKills === later.usage?.oomKills

export type OomVictim = Extract<KernelEvent, { kind: 'oom-kill' }>

/** Whom the kernel says it killed within `window`, latest first. */
export const victimsWithin = ({ machine, takenAt }: Snapshot, window: Seconds): OomVictim[] =>
  (machine?.kernelLog ?? [])
    .filter((event) => event.kind === 'oom-kill')
    .filter(({ at }) => secondsBetween(at, takenAt) <= window)
    .toSorted((left, right) => (left.at < right.at ? 1 : -1))

/** Of one that was counted since before the window it is only known that it was there once. */
export const killsOf = ({ count, since }: OomVictim, { takenAt }: Snapshot, window: Seconds): number =>
  secondsBetween(since, takenAt) <= window ? count : 1

/** The name of the container that a process belonged to. */
export const containerNamed = (id: string | null, { containers }: Snapshot): string | null =>
  containers.find((container) => container.id === id)?.name ?? null
