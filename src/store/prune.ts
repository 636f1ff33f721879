import type { Kysely } from 'kysely'
import type { Timestamp } from '../model/units.ts'
import type { Tables } from './tables.ts'

export type Retention = { snapshots: Timestamp; reports: Timestamp }

/**
 * Forgets what is older, plans with the reports that showed them. Approvals, votes, executions and the plans that
 * they are about stay, and so does the audit log.
 */
export async function prune(db: Kysely<Tables>, before: Retention): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('snapshots').where('taken_at', '<', before.snapshots).execute()
    await transaction.deleteFrom('reports').where('created_at', '<', before.reports).execute()
    await transaction
      .deleteFrom('findings')
      .where('resolved_at', 'is not', null)
      .where('resolved_at', '<', before.reports)
      .execute()
    await transaction.deleteFrom('alerts').where('resolved_at', '<', before.snapshots).execute()
    await transaction
      .deleteFrom('plans')
      .where('created_at', '<', before.reports)
      .where('expires_at', '<', before.reports)
      .where('id', 'not in', transaction.selectFrom('approvals').select('plan_id'))
      .where('id', 'not in', transaction.selectFrom('executions').select('plan_id'))
      .where('id', 'not in', transaction.selectFrom('votes').select('plan_id'))
      .execute()
  })
}
