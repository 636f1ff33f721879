import { z } from 'zod'
import { Timestamp } from './units.ts'

/** A number that people set, in place of what the configuration says. */
export const Setting = z.object({
  host: z.string(),
  name: z.string(),
  value: z.number(),
  by: z.string(),
  at: Timestamp,
})
export type Setting = z.infer<typeof Setting>
