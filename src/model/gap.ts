import { z } from 'zod'

/**
 * What could not be read, and why. `absent`: nothing of the kind is here or configured, which is nobody's
 * fault; `failed`: it should have been readable and was not. Either says how to have it.
 */
export const Gap = z.object({
  kind: z.enum(['absent', 'failed']),
  /** The collector or part that has the gap: `docker`, `postgres:main`, `gpus`, `store`. */
  source: z.string(),
  /** What is missing from the report: "containers", "PostgreSQL main". */
  missing: z.string(),
  reason: z.string(),
  /** The one thing to do about it, exact where it can be. */
  remedy: z.string(),
})
export type Gap = z.infer<typeof Gap>
