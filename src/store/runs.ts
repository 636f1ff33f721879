import type { Kysely, Transaction } from 'kysely'
import { Execution, type NewAuditEntry, Run } from '../model/execution.ts'
import { type FixPlan, Vote } from '../model/fix-plan.ts'
import { canonicalJson } from '../model/identity.ts'
import type { Target } from '../model/target.ts'
import type { Timestamp } from '../model/units.ts'
import { appendTo } from './audit.ts'
import type { HeadFile } from './audit-head.ts'
import { documentOf, type OnDamage, parseRecord, parseRow, readable, storableText } from './documents.ts'
import { holdLock } from './engine.ts'
import { StoreFailure } from './failure.ts'
import type { Tables } from './tables.ts'

/** Who executes a run, and until when nobody else may. */
export type Lease = { readonly owner: string; readonly until: Timestamp }
export type UnendedRun = { readonly run: Run; readonly lease: Lease }

export type Opening =
  | { readonly kind: 'opened' }
  /** Somebody's yes came first. */
  | { readonly kind: 'claimed' }
  /** Another fix of the same target is under way. */
  | { readonly kind: 'busy'; readonly planId: string }

export type RunStore = {
  /** A person's voice; false when they have one already. */
  saveVote(vote: Vote, entries: readonly NewAuditEntry[]): Promise<boolean>
  votesOf(planId: string): Promise<Vote[]>
  /** The last yes that was needed, the claim, the run and the audit in one: from here on it is never forgotten. */
  openRun(
    plan: FixPlan,
    vote: Vote,
    run: Run,
    lease: Lease,
    entries: readonly NewAuditEntry[],
  ): Promise<Opening>
  /** How far it has come, with what the audit says of it. False when it is somebody else's by now: stop at once. */
  saveRun(run: Run, lease: Lease, entries: readonly NewAuditEntry[], ending?: Execution): Promise<boolean>
  renewLease(runId: string, lease: Lease): Promise<boolean>
  unendedRuns(): Promise<UnendedRun[]>
  /** True for exactly one of those who want to take it up. */
  takeOver(runId: string, from: Lease, to: Lease): Promise<boolean>
  /** Takes an ended one up again, to undo it. True for exactly one. */
  reopenRun(run: Run, lease: Lease, entries: readonly NewAuditEntry[]): Promise<Opening>
  run(id: string): Promise<Run | null>
  execution(id: string): Promise<Execution | null>
  /** Newest first. */
  executions(limit: number): Promise<Execution[]>
}

async function insertVote(transaction: Transaction<Tables>, vote: Vote): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('votes')
    .values({
      plan_id: vote.planId,
      digest: vote.digest,
      person: vote.person,
      at: vote.at,
      decision: vote.decision,
      reason: storableText(vote.reason),
    })
    .onConflict((conflict) => conflict.columns(['plan_id', 'person']).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

const targetKey = (target: Target): string => canonicalJson(target)

export function runStore(db: Kysely<Tables>, onDamage: OnDamage, headFile: HeadFile | null): RunStore {
  /** One transaction, with its audit lines at its end and the head file after it. */
  async function audited<Result>(
    entries: readonly NewAuditEntry[],
    work: (transaction: Transaction<Tables>) => Promise<{ result: Result; keep: boolean }>,
  ): Promise<Result> {
    const { result, lines } = await db.transaction().execute(async (transaction) => {
      // What is looked at before it is written has to be so still.
      await holdLock(transaction, 'audit')
      const done = await work(transaction)
      return { result: done.result, lines: done.keep ? await appendTo(transaction, entries) : [] }
    })
    const newest = lines.at(-1)
    if (newest) await headFile?.write(newest)
    return result
  }

  const underWayOn = (transaction: Transaction<Tables>, target: string) =>
    transaction
      .selectFrom('runs')
      .select('plan_id')
      .where('target', '=', target)
      .where('ended_at', 'is', null)
      .executeTakeFirst()

  return {
    saveVote: (vote, entries) =>
      audited(entries, async (transaction) => {
        const isNew = await insertVote(transaction, vote)
        return { result: isNew, keep: isNew }
      }),

    async votesOf(planId) {
      const rows = await db
        .selectFrom('votes')
        .select(['plan_id as planId', 'digest', 'person', 'at', 'decision', 'reason'])
        .where('plan_id', '=', planId)
        .orderBy('at')
        .orderBy('person')
        .execute()
      return readable(rows, (row) => parseRecord('votes', planId, () => Vote.parse(row)), onDamage)
    },

    openRun: (plan, vote, run, lease, entries) =>
      audited(entries, async (transaction) => {
        const opening = (result: Opening) => ({ result, keep: result.kind === 'opened' })
        const stored = await transaction
          .selectFrom('plans')
          .select('digest')
          .where('id', '=', plan.id)
          .executeTakeFirst()
        if (stored?.digest !== vote.digest) {
          throw new StoreFailure(
            stored
              ? `The approval of plan ${plan.id} is for another digest than the plan has`
              : `There is no plan ${plan.id} to approve`,
            'Nothing was changed. Ask for a new report, and approve the fix in that.',
          )
        }
        const target = targetKey(plan.target)
        const claimed = await transaction
          .selectFrom('approvals')
          .select('plan_id')
          .where('plan_id', '=', plan.id)
          .executeTakeFirst()
        if (claimed) return opening({ kind: 'claimed' })
        const other = await underWayOn(transaction, target)
        if (other) return opening({ kind: 'busy', planId: other.plan_id })
        await insertVote(transaction, vote)
        await transaction
          .insertInto('approvals')
          .values({ plan_id: plan.id, digest: vote.digest, person: vote.person, at: vote.at })
          .execute()
        await transaction
          .insertInto('runs')
          .values({
            id: run.id,
            plan_id: plan.id,
            target,
            owner: lease.owner,
            lease_until: lease.until,
            ended_at: null,
            document: documentOf(`Execution ${run.id}`, run),
          })
          .execute()
        return opening({ kind: 'opened' })
      }),

    saveRun: (run, lease, entries, ending) =>
      audited(entries, async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('runs')
          .set({
            document: documentOf(`Execution ${run.id}`, run),
            lease_until: lease.until,
            ended_at: ending?.finishedAt ?? null,
          })
          .where('id', '=', run.id)
          .where('owner', '=', lease.owner)
          .where('ended_at', 'is', null)
          .executeTakeFirstOrThrow()
        if (numUpdatedRows !== 1n) return { result: false, keep: false }
        if (ending) {
          const document = documentOf(`Execution ${ending.id}`, ending)
          await transaction
            .insertInto('executions')
            .values({ id: ending.id, plan_id: ending.planId, document })
            .onConflict((conflict) => conflict.column('id').doUpdateSet({ document }))
            .execute()
        }
        return { result: true, keep: true }
      }),

    async renewLease(runId, lease) {
      const { numUpdatedRows } = await db
        .updateTable('runs')
        .set({ lease_until: lease.until })
        .where('id', '=', runId)
        .where('owner', '=', lease.owner)
        .where('ended_at', 'is', null)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },

    async unendedRuns() {
      const rows = await db
        .selectFrom('runs')
        .select(['id', 'owner', 'lease_until', 'document'])
        .where('ended_at', 'is', null)
        .execute()
      return readable(
        rows,
        (row) => ({
          run: parseRow('runs', Run, row),
          lease: { owner: row.owner, until: row.lease_until as Timestamp },
        }),
        onDamage,
      )
    },

    async takeOver(runId, from, to) {
      const { numUpdatedRows } = await db
        .updateTable('runs')
        .set({ owner: to.owner, lease_until: to.until })
        .where('id', '=', runId)
        .where('owner', '=', from.owner)
        .where('lease_until', '=', from.until)
        .where('ended_at', 'is', null)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },

    reopenRun: (run, lease, entries) =>
      audited(entries, async (transaction) => {
        const opening = (result: Opening) => ({ result, keep: result.kind === 'opened' })
        const row = await transaction
          .selectFrom('runs')
          .select(['target', 'ended_at'])
          .where('id', '=', run.id)
          .executeTakeFirst()
        if (row?.ended_at == null) return opening({ kind: 'claimed' })
        const other = await underWayOn(transaction, row.target)
        if (other) return opening({ kind: 'busy', planId: other.plan_id })
        const { numUpdatedRows } = await transaction
          .updateTable('runs')
          .set({
            owner: lease.owner,
            lease_until: lease.until,
            ended_at: null,
            document: documentOf(`Execution ${run.id}`, run),
          })
          .where('id', '=', run.id)
          .where('ended_at', '=', row.ended_at)
          .executeTakeFirstOrThrow()
        return opening({ kind: numUpdatedRows === 1n ? 'opened' : 'claimed' })
      }),

    async run(id) {
      const row = await db
        .selectFrom('runs')
        .select(['id', 'document'])
        .where('id', '=', id)
        .executeTakeFirst()
      return row ? parseRow('runs', Run, row) : null
    },

    async execution(id) {
      const row = await db
        .selectFrom('executions')
        .select(['id', 'document'])
        .where('id', '=', id)
        .executeTakeFirst()
      return row ? parseRow('executions', Execution, row) : null
    },

    async executions(limit) {
      const rows = await db.selectFrom('executions').select(['id', 'document']).execute()
      return readable(rows, (row) => parseRow('executions', Execution, row), onDamage)
        .toSorted((left, right) => (left.startedAt < right.startedAt ? 1 : -1))
        .slice(0, limit)
    },
  }
}
