import { z } from 'zod'

/** What a model may answer, by the name that a prompt's front matter gives. */
export const ANSWER_SCHEMAS = {
  narrative: z.strictObject({
    /** One sentence each, so that one that cannot be traced can be taken out alone. */
    sentences: z.array(z.string().max(600)).min(1).max(8),
  }),
}
export type AnswerSchemaName = keyof typeof ANSWER_SCHEMAS
