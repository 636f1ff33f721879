import type { Approval, Execution, FixPlan } from './model/fix-plan.ts'
import { canonicalJson } from './model/identity.ts'
import { describeTarget, type Target } from './model/target.ts'
import { timestamp } from './model/units.ts'
import { type ApplyPorts, applyFix } from './remediate/apply.ts'
import { type ApprovalPolicy, mayApprove, type Person } from './remediate/policy.ts'
import type { Store } from './store/store.ts'

export type ApprovingPorts = Omit<ApplyPorts, 'audit' | 'progress'> & {
  readonly store: Store
  readonly policy: ApprovalPolicy
  /** Two plans may mean the same change: the second waits, and then finds that its precondition is gone. */
  readonly oneAtATime: OneAtATime
}

export type OneAtATime = <Result>(target: Target, work: () => Promise<Result>) => Promise<Result>

/** Work on the same target goes in line; work on different targets goes side by side. */
export function createOneAtATime(): OneAtATime {
  const lines = new Map<string, Promise<unknown>>()
  return (target, work) => {
    const key = canonicalJson(target)
    const result = (lines.get(key) ?? Promise.resolve()).then(work)
    const ended = result.then(
      () => {},
      () => {},
    )
    lines.set(key, ended)
    void ended.then(() => lines.get(key) === ended && lines.delete(key))
    return result
  }
}

export type ApprovalRequest = {
  readonly planId: string
  /** Of the plan as the person saw it. */
  readonly digest: string
  readonly person: Person
  readonly progress?: (step: string) => void
}

export type ApprovalResult =
  | { readonly kind: 'executed'; readonly plan: FixPlan; readonly execution: Execution }
  | {
      readonly kind: 'refused'
      readonly reason: string
      readonly plan: FixPlan | null
      readonly earlier: Approval | null
    }

const APPROVED_ALREADY = 'This fix has been approved already, and is applied at most once.'

/** Why a plan cannot be approved by this person now; null when it can. Nothing is changed by asking. */
export async function whyNot(
  plan: FixPlan,
  person: Person,
  ports: ApprovingPorts,
): Promise<{ reason: string; earlier: Approval | null } | null> {
  const decision = mayApprove(person, ports.policy)
  if (!decision.allowed) return { reason: decision.reason, earlier: null }
  const earlier = await ports.store.approvalOf(plan.id)
  if (earlier) return { reason: APPROVED_ALREADY, earlier }
  if (timestamp(ports.clock()) >= plan.expiresAt) {
    return {
      reason: 'This plan has expired: the machine may have changed since. Measure again for a new one.',
      earlier: null,
    }
  }
  return null
}

/**
 * A person's yes to exactly one digest: checked, claimed so that it counts once, written to the audit, applied.
 * A refusal changes nothing, and is in the audit too.
 */
export async function approve(request: ApprovalRequest, ports: ApprovingPorts): Promise<ApprovalResult> {
  const { store } = ports
  const { person, planId } = request
  const audit: ApplyPorts['audit'] = (entry) => store.appendAudit(entry)
  const now = () => timestamp(ports.clock())

  async function refuse(
    plan: FixPlan | null,
    reason: string,
    earlier: Approval | null = null,
  ): Promise<ApprovalResult> {
    await audit({ at: now(), actor: person.id, action: 'refused', subject: planId, detail: { reason } })
    return { kind: 'refused', reason, plan, earlier }
  }

  const plan = await store.plan(planId)
  if (!plan) return refuse(null, 'This plan is no longer known. Measure again for a new one.')
  if (plan.digest !== request.digest)
    return refuse(plan, 'The plan is not the one that was shown. Measure again.')
  const obstacle = await whyNot(plan, person, ports)
  if (obstacle) return refuse(plan, obstacle.reason, obstacle.earlier)

  const approval: Approval = { planId, digest: plan.digest, person: person.id, at: now() }
  if (!(await store.claimPlan(approval))) {
    return refuse(plan, APPROVED_ALREADY, await store.approvalOf(planId))
  }
  await audit({
    at: approval.at,
    actor: person.id,
    action: 'approved',
    subject: planId,
    detail: { title: plan.title, digest: plan.digest, target: `${plan.target.kind} ${plan.target.name}` },
  })
  const { progress } = request
  const execution = await ports.oneAtATime(plan.target, () =>
    applyFix(plan, person.id, { ...ports, audit, ...(progress ? { progress } : {}) }),
  )
  await store.saveExecution(execution)
  return { kind: 'executed', plan, execution }
}

/** As many entries as can lie between a start and its end. */
const LOOKED_BACK = 1000

/**
 * Ends in the audit what was under way when perfbot ended without being able to say so: a power cut, a kill. What was
 * changed is not known then, and somebody has to look.
 */
export async function closeInterrupted({
  store,
  clock,
  newId,
}: Pick<ApprovingPorts, 'store' | 'clock' | 'newId'>): Promise<FixPlan[]> {
  const entries = await store.audit(LOOKED_BACK)
  const finished = new Set(
    entries.filter(({ action }) => action === 'finished').map(({ subject }) => subject),
  )
  const cutOff = entries.filter(({ action, subject }) => action === 'started' && !finished.has(subject))
  const plans: FixPlan[] = []
  for (const { subject, actor, at } of cutOff) {
    const plan = await store.plan(subject)
    if (!plan) continue
    const message = `Failed: perfbot was ended in the middle of it. Look at ${describeTarget(plan.target)}: what was changed is not known.`
    const now = timestamp(clock())
    await store.appendAudit({
      at: now,
      actor,
      action: 'finished',
      subject,
      detail: { outcome: 'failed', message },
    })
    await store.saveExecution({
      id: newId(),
      planId: plan.id,
      digest: plan.digest,
      person: actor,
      startedAt: at,
      finishedAt: now,
      outcome: 'failed',
      message,
      before: [],
      after: [],
    })
    plans.push(plan)
  }
  return plans
}
