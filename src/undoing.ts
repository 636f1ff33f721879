import { type ApprovingPorts, busy } from './approving.ts'
import { execute, newLease } from './executing.ts'
import type { Execution, NewAuditEntry, Run } from './model/execution.ts'
import type { FixPlan } from './model/fix-plan.ts'
import { timestamp } from './model/units.ts'
import { sameValue } from './remediate/conditions.ts'
import { type Members, mayApprove, type Person } from './remediate/policy.ts'
import { judged } from './remediate/verdict.ts'

export type UndoRequest = {
  readonly executionId: string
  readonly person: Person
  readonly reason: string
  readonly progress?: (step: string) => void
}

export type UndoResult =
  | { readonly kind: 'executed'; readonly plan: FixPlan; readonly execution: Execution }
  | { readonly kind: 'refused'; readonly reason: string; readonly ask: Members | null }

/**
 * Takes back what was applied and stayed, because a person wants it so. Only what is still as the fix left it: what
 * somebody changed since would be lost.
 */
export async function undo(request: UndoRequest, ports: ApprovingPorts): Promise<UndoResult> {
  const { executionId, person, reason } = request
  const { store } = ports
  const [execution, run] = [await store.execution(executionId), await store.run(executionId)]
  const plan = run && (await store.plan(run.planId))
  if (!execution || !run || !plan) return refuse(`There is no execution ${executionId}.`)
  const permission = mayApprove(person, plan.risk, ports.policy)
  if (!permission.allowed) return refuse(permission.reason, permission.ask)
  if (execution.outcome !== 'verified' && execution.outcome !== 'kept') {
    return refuse(`There is nothing to take back: ${execution.message}`)
  }
  if (plan.undo.length === 0) return refuse(`"${plan.title}" cannot be taken back.`)
  const changed = await changedSince(run, plan, ports)
  if (changed) return refuse(changed)

  const wanted: Run = {
    ...run,
    person: person.id,
    stage: 'undoing',
    why: reason === '' ? 'it was asked for' : `it was asked for: ${reason}`,
    records: run.records.filter(({ part }) => part !== 'undo'),
    settleUntil: null,
  }
  const entry: NewAuditEntry = {
    at: timestamp(ports.clock()),
    actor: person.id,
    action: 'undo',
    subject: plan.id,
    detail: {
      execution: run.id,
      title: plan.title,
      target: `${plan.target.kind} ${plan.target.name}`,
      digest: plan.digest,
      reason,
    },
  }
  const opening = await store.reopenRun(wanted, newLease(ports), [entry])
  if (opening.kind === 'busy') return refuse(busy(plan))
  if (opening.kind === 'claimed') return refuse('Somebody else is taking it back at this moment.')
  return { kind: 'executed', plan, execution: await execute(wanted, plan, ports, request.progress) }
}

const refuse = (reason: string, ask: Members | null = null): UndoResult => ({ kind: 'refused', reason, ask })

async function changedSince(run: Run, plan: FixPlan, ports: ApprovingPorts): Promise<string | null> {
  const { becomes, reading } = plan.expectation
  // What never stands still says nothing about who changed it.
  if (typeof becomes === 'object' && 'moves' in becomes) return null
  const now = judged(plan, await ports.observe(plan, [reading]))
  if (sameValue(now.value, run.judgedAfter)) return null
  return `Not taken back: ${now.name} is now ${now.words}, and the fix left it at ${now.inWords(run.judgedAfter)}. Somebody changed it since.`
}
