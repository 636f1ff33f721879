import type { Kysely } from 'kysely'
import { Execution } from '../model/execution.ts'
import { Approval, FixPlan } from '../model/fix-plan.ts'
import type { Timestamp } from '../model/units.ts'
import { documentOf, type OnDamage, parseRecord, parseRow, readable } from './documents.ts'
import { StoreFailure } from './failure.ts'
import type { Tables } from './tables.ts'

export type PlanStore = {
  /** A plan never changes: saving it again does nothing, saving another under its id is an error. */
  savePlan(plan: FixPlan): Promise<void>
  plan(id: string): Promise<FixPlan | null>
  /** What a report offers, in the order in which it was planned. */
  plansOf(reportId: string): Promise<FixPlan[]>
  /** Per finding and command the newest plan, if it is neither expired nor claimed nor rejected. */
  openPlans(host: string, now: Timestamp): Promise<FixPlan[]>
  approvalOf(planId: string): Promise<Approval | null>
  executionOf(planId: string): Promise<Execution | null>
}

const DEFECT = 'Nothing was changed. This is a defect in perfbot: please report it with this message.'

export function planStore(db: Kysely<Tables>, onDamage: OnDamage): PlanStore {
  const stored = (id: string) =>
    db.selectFrom('plans').select(['id', 'digest', 'document']).where('id', '=', id).executeTakeFirst()

  return {
    async savePlan(plan) {
      const document = documentOf(`Plan ${plan.id}`, plan)
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('plans')
        .values({
          id: plan.id,
          report_id: plan.reportId,
          host: plan.host,
          finding_id: plan.findingId,
          command: plan.command,
          digest: plan.digest,
          created_at: plan.createdAt,
          expires_at: plan.expiresAt,
          document,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirstOrThrow()
      if (numInsertedOrUpdatedRows === 1n) return
      if ((await stored(plan.id))?.document === document) return
      throw new StoreFailure(`There is another plan ${plan.id} already`, DEFECT)
    },

    async plan(id) {
      const row = await stored(id)
      return row ? parseRow('plans', FixPlan, row) : null
    },

    async plansOf(reportId) {
      const rows = await db
        .selectFrom('plans')
        .select(['id', 'document'])
        .where('report_id', '=', reportId)
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return readable(rows, (row) => parseRow('plans', FixPlan, row), onDamage)
    },

    async openPlans(host, now) {
      const rows = await db
        .selectFrom('plans')
        .select(['id', 'document'])
        .where('host', '=', host)
        .where('expires_at', '>', now)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('approvals').select('plan_id').whereRef('plan_id', '=', 'plans.id'))),
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('votes')
                .select('plan_id')
                .whereRef('plan_id', '=', 'plans.id')
                .where('decision', '=', 'rejected'),
            ),
          ),
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('plans as newer')
                .select('newer.id')
                .whereRef('newer.host', '=', 'plans.host')
                .whereRef('newer.finding_id', '=', 'plans.finding_id')
                .whereRef('newer.command', '=', 'plans.command')
                .where(({ eb, ref, and, or }) =>
                  or([
                    eb('newer.created_at', '>', ref('plans.created_at')),
                    and([
                      eb('newer.created_at', '=', ref('plans.created_at')),
                      eb('newer.id', '>', ref('plans.id')),
                    ]),
                  ]),
                ),
            ),
          ),
        )
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute()
      return readable(rows, (row) => parseRow('plans', FixPlan, row), onDamage)
    },

    async approvalOf(planId) {
      const row = await db
        .selectFrom('approvals')
        .select(['plan_id as planId', 'digest', 'person', 'at'])
        .where('plan_id', '=', planId)
        .executeTakeFirst()
      return row ? parseRecord('approvals', planId, () => Approval.parse(row)) : null
    },

    async executionOf(planId) {
      const row = await db
        .selectFrom('executions')
        .select(['id', 'document'])
        .where('plan_id', '=', planId)
        .executeTakeFirst()
      return row ? parseRow('executions', Execution, row) : null
    },
  }
}
