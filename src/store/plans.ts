import type { Kysely } from 'kysely'
import { Approval, Execution, FixPlan } from '../model/fix-plan.ts'
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
  /** Per finding and command the newest plan, if it is neither expired nor claimed. */
  openPlans(host: string, now: Timestamp): Promise<FixPlan[]>
  /** Records the approval; true for exactly one caller per plan, however many click at once. */
  claimPlan(approval: Approval): Promise<boolean>
  approvalOf(planId: string): Promise<Approval | null>
  /** May be saved again with more in it; a second execution of the same plan is an error. */
  saveExecution(execution: Execution): Promise<void>
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

    async claimPlan(approval) {
      const plan = await stored(approval.planId)
      if (plan?.digest !== approval.digest) {
        throw new StoreFailure(
          plan
            ? `The approval of plan ${approval.planId} is for another digest than the plan has`
            : `There is no plan ${approval.planId} to approve`,
          'Nothing was changed. Ask for a new report, and approve the fix in that.',
        )
      }
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('approvals')
        .values({
          plan_id: approval.planId,
          digest: approval.digest,
          person: approval.person,
          at: approval.at,
        })
        .onConflict((conflict) => conflict.column('plan_id').doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },

    async approvalOf(planId) {
      const row = await db
        .selectFrom('approvals')
        .select(['plan_id as planId', 'digest', 'person', 'at'])
        .where('plan_id', '=', planId)
        .executeTakeFirst()
      return row ? parseRecord('approvals', planId, () => Approval.parse(row)) : null
    },

    async saveExecution(execution) {
      const document = documentOf(`Execution ${execution.id}`, execution)
      const row = { id: execution.id, plan_id: execution.planId, document }
      const inserted = await db
        .insertInto('executions')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      if (inserted.numInsertedOrUpdatedRows === 1n) return
      const updated = await db
        .updateTable('executions')
        .set({ document })
        .where('id', '=', execution.id)
        .where('plan_id', '=', execution.planId)
        .executeTakeFirstOrThrow()
      if (updated.numUpdatedRows === 1n) return
      throw new StoreFailure(
        `Plan ${execution.planId} was executed already, or ${execution.id} is taken`,
        DEFECT,
      )
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
