import { z } from 'zod'
import { Timestamp } from './units.ts'

/** What somebody thought of a text that a model wrote. The text is kept with it: it is gone from elsewhere in time. */
export const Feedback = z.object({
  id: z.string(),
  host: z.string(),
  at: Timestamp,
  by: z.string(),
  /** `summary` of a report, or `answer` to a question. */
  of: z.enum(['summary', 'answer']),
  /** The report's id, or the question. */
  about: z.string(),
  model: z.string(),
  text: z.string(),
  verdict: z.enum(['good', 'bad']),
})
export type Feedback = z.infer<typeof Feedback>
