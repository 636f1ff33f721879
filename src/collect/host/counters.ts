import { type PerSecond, perSecond } from '../../model/units.ts'

/** USER_HZ, in which /proc states times, is 100 on every architecture that Node runs on. */
export const TICKS_PER_SECOND = 100

/** What a counter grew by. A counter that went back was reset: nothing can be said but that it is no growth. */
export const growth = (earlier: number, later: number): number => Math.max(0, later - earlier)

/**
 * Null when it cannot be told: the counter is missing in one of the readings, went back (the machine, device or
 * module was started anew), or no time passed.
 */
export const rate = (
  earlier: number | null | undefined,
  later: number | null | undefined,
  elapsedSeconds: number,
): PerSecond | null =>
  earlier == null || later == null || later < earlier || !(elapsedSeconds > 0)
    ? null
    : perSecond((later - earlier) / elapsedSeconds)

const TWO_TO_32 = 2 ** 32

/**
 * Of a counter that the kernel keeps in 32 bits, as the times in /proc/diskstats: after 49.7 days it begins anew. Null
 * for one that seems to have gone more than half of that way: it went back a little instead.
 */
export function wrappingGrowth(earlier: number, later: number): number | null {
  const grown = later >= earlier ? later - earlier : later + TWO_TO_32 - earlier
  return grown < TWO_TO_32 / 2 ? grown : null
}
