import type { Kysely } from 'kysely'
import { Feedback } from '../model/feedback.ts'
import { documentOf, type OnDamage, parseRow, readable } from './documents.ts'
import type { Tables } from './tables.ts'

export type FeedbackStore = {
  /** Who changes their mind about a text says it of the same id. */
  saveFeedback(feedback: Feedback): Promise<void>
  feedback(): Promise<Feedback[]>
}

export function feedbackStore(db: Kysely<Tables>, onDamage: OnDamage): FeedbackStore {
  return {
    async saveFeedback(feedback) {
      const document = documentOf(`Feedback ${feedback.id}`, feedback)
      await db
        .insertInto('feedback')
        .values({ id: feedback.id, document })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ document }))
        .execute()
    },

    async feedback() {
      const rows = await db.selectFrom('feedback').selectAll().orderBy('id').execute()
      return readable(rows, (row) => parseRow('feedback', Feedback, row), onDamage)
    },
  }
}
