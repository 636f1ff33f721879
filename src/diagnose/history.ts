import type { Snapshot } from '../model/snapshot.ts'
import { type Seconds, seconds, secondsBetween } from '../model/units.ts'
import type { Context, CouldNotLook } from './rule.ts'

/** The snapshots of the last `window` before this one, oldest first, then this one. */
export function within(context: Context, window: Seconds): Snapshot[] {
  const { snapshot, history } = context
  const recent = history.recent.filter((past) => secondsBetween(past.takenAt, snapshot.takenAt) <= window)
  return [...recent, snapshot]
}

/**
 * Whether `holds` was true in every reading of the last `window`; null of a snapshot says that it was not read then,
 * and leaves that one out. A single reading proves nothing: with readings that span less than half of the window it
 * is not known, and null.
 */
export function heldFor(
  context: Context,
  window: Seconds,
  holds: (past: Snapshot) => boolean | null,
): boolean | null {
  if (holds(context.snapshot) === false) return false
  const readings = within(context, window).filter((past) => holds(past) !== null)
  const first = readings[0]
  if (!first || isTooShort(secondsBetween(first.takenAt, context.snapshot.takenAt), window)) return null
  return readings.every(holds)
}

export const NO_EARLIER_READING: CouldNotLook = { couldNotLook: 'no earlier reading to compare with' }

/** The verdict on what did not last for `window`, or has not been seen for so long yet; null when it did last. */
export function unlessHeld(
  context: Context,
  window: Seconds,
  holds: (past: Snapshot) => boolean | null,
): 'passed' | CouldNotLook | null {
  const held = heldFor(context, window, holds)
  if (held === null) return { couldNotLook: 'too few readings yet to say whether it lasts' }
  return held ? null : 'passed'
}

/** Readings over less than half of a window say too little of it. */
export const isTooShort = (span: Seconds, window: Seconds): boolean => span < window / 2

/** By how much a counter grew within `window`; null when it was not read before or started anew. */
export function growth(
  context: Context,
  window: Seconds,
  counter: (past: Snapshot) => number | null | undefined,
): { by: number; over: Seconds } | null {
  const now = counter(context.snapshot)
  const first = within(context, window).find((past) => typeof counter(past) === 'number')
  if (typeof now !== 'number' || !first || first === context.snapshot) return null
  const by = now - (counter(first) as number)
  return by < 0 ? null : { by, over: secondsBetween(first.takenAt, context.snapshot.takenAt) }
}

export const minutes = (count: number): Seconds => seconds(count * 60)
