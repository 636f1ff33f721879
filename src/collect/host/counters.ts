import { type PerSecond, perSecond } from '../../model/units.ts'

/** USER_HZ, in which /proc states times, is 100 on every architecture that Node runs on. */
export const TICKS_PER_SECOND = 100

/** What a counter grew by. A counter that went back was reset: nothing can be said but that it is no growth. */
export const growth = (earlier: number, later: number): number => Math.max(0, later - earlier)

export const rate = (earlier: number, later: number, elapsedSeconds: number): PerSecond =>
  perSecond(elapsedSeconds > 0 ? growth(earlier, later) / elapsedSeconds : 0)
