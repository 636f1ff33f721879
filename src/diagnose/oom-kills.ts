import type { ContainerReading } from '../model/container-reading.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { type Seconds, secondsBetween } from '../model/units.ts'

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
