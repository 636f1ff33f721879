import { z } from 'zod'

/**
 * How one thing that perfbot stands on fares. `well`: it works. `absent`: not here or not configured, which is nobody's
 * fault. `lacking`: it works, but something of it cannot be had. `failed`: it should work and does not.
 */
export const Examination = z.object({
  subject: z.string(),
  verdict: z.enum(['well', 'absent', 'lacking', 'failed']),
  /** What was seen: "read in 12 ms", or what is wrong. */
  detail: z.string(),
  /** The exact line that mends it; null when there is nothing to mend. */
  remedy: z.string().nullable(),
})
export type Examination = z.infer<typeof Examination>
