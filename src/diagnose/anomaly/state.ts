import { z } from 'zod'
import type { Detector } from './detector.ts'

const Extremes = z.object({ seen: z.number(), highest: z.array(z.number()), lowest: z.array(z.number()) })

const State: z.ZodType<Detector> = z.object({
  seen: z.number(),
  season: z.object({
    seen: z.number(),
    lastAt: z.number(),
    interval: z.number(),
    dayMean: z.array(z.number()).length(24),
    daySeen: z.array(z.number()).length(24),
    weekOffset: z.array(z.number()).length(168),
    weekSeen: z.array(z.number()).length(168),
    mean: z.number(),
    meanError: z.number(),
    dayError: z.number(),
    weekError: z.number(),
    spread: z.number(),
  }),
  fast: z.number(),
  slow: z.number(),
  values: Extremes,
  residuals: Extremes,
  shifts: Extremes,
  levels: Extremes,
  lastAlarm: z.number(),
  lastScore: z.number(),
  awaySince: z.number().nullable(),
  usualInARow: z.number(),
})

/** Fewer digits than a number has, and more than any reading does: half the size. Times and counts keep all of theirs. */
const DIGITS = 9
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) && Math.abs(value) < 1e9
    ? Number(value.toPrecision(DIGITS))
    : value

/** A detector as text, to go on with after a restart. */
export const freeze = (detector: Detector): string => JSON.stringify(detector, rounded)

/** Null for a text that is none, or of a version that learnt other things: learning then begins anew. */
export function thaw(text: string): Detector | null {
  try {
    return State.parse(JSON.parse(text))
  } catch {
    return null
  }
}
