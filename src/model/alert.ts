import { z } from 'zod'
import { Severity } from './finding.ts'
import { Target } from './target.ts'
import { Timestamp } from './units.ts'

/** Where an alert was posted; edits go there. */
export const AlertPlace = z.object({ channel: z.string(), ts: z.string() })
export type AlertPlace = z.infer<typeof AlertPlace>

/**
 * One finding that people are told of as soon as it lasts, and what became of it. `pending`: seen once, which proves
 * little. `firing`: it lasts. `resolved`: it was gone for long enough. `silenced`: somebody wants to hear nothing of it.
 */
export const Alert = z.object({
  host: z.string(),
  findingId: z.string(),
  rule: z.string(),
  target: Target,
  state: z.enum(['pending', 'firing', 'resolved', 'silenced']),
  severity: Severity,
  title: z.string(),
  /** What to do first: the title of its first fix; null where it has none. */
  advice: z.string().nullable(),
  openedAt: Timestamp,
  /** When it was last found. */
  lastSeenAt: Timestamp,
  /** Or silenced. */
  resolvedAt: Timestamp.nullable(),
  /** How often it began anew since it was opened, the first time counted. */
  times: z.number(),
  places: z.array(AlertPlace),
})
export type Alert = z.infer<typeof Alert>

/** An alert as it is now, and what about it is worth telling those who knew of it. */
export type AlertChange = { readonly alert: Alert; readonly news: 'returned' | 'resolved' | null }

/** From the third time on it comes and goes. */
const FLAPPING_TIMES = 3

export const isFlapping = ({ times }: Pick<Alert, 'times'>): boolean => times >= FLAPPING_TIMES

/** A finding that somebody wants to hear nothing of. */
export const Silence = z.object({
  host: z.string(),
  findingId: z.string(),
  /** Null is until somebody ends it: muted. */
  until: Timestamp.nullable(),
  by: z.string(),
  at: Timestamp,
})
export type Silence = z.infer<typeof Silence>

export const isSilenced = (findingId: string, silences: readonly Silence[], now: Timestamp): boolean =>
  silences.some(
    (silence) => silence.findingId === findingId && (silence.until === null || silence.until > now),
  )
