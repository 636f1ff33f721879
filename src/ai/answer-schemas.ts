import { z } from 'zod'

/** One sentence each, so that one that cannot be traced can be taken out alone. */
const sentences = (most: number) => z.array(z.string().max(600)).max(most)

/** What a model may answer, by the name that a prompt's front matter gives. */
export const ANSWER_SCHEMAS = {
  narrative: z.strictObject({ sentences: sentences(8).min(1) }),
  report: z.strictObject({
    summary: sentences(6).min(1),
    /** What matters most, and why. */
    matters: sentences(5),
    incidents: z.array(z.strictObject({ finding: z.int().min(1).max(99), sentences: sentences(4) })).max(5),
    /** The order of work. */
    order: sentences(6),
  }),
}
export type AnswerSchemaName = keyof typeof ANSWER_SCHEMAS
