import { z } from 'zod'
import { Timestamp } from './units.ts'

/** When a channel gets the digest of a host: as config says for its channels, or as people there asked for. */
export const DigestSubscription = z.object({
  host: z.string(),
  /** A channel's id. */
  channel: z.string(),
  /** As cron writes it; null is off. */
  expression: z.string().nullable(),
  /** Null is the machine's own. */
  timezone: z.string().nullable(),
  /** Who asked for it; null is the configuration. */
  by: z.string().nullable(),
  /** Nothing that was due before is missing. */
  since: Timestamp,
})
export type DigestSubscription = z.infer<typeof DigestSubscription>
