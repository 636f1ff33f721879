import { type Timestamp, timestamp } from '../../model/units.ts'

/** Null for a time that is not known or that no calendar holds. */
export const stamp = (ms: number): Timestamp | null =>
  Number.isFinite(ms) && ms > -62_135_596_800_000 && ms < 253_402_300_800_000 ? timestamp(new Date(ms)) : null
