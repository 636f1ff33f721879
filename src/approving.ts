import type { Approval, Execution, FixPlan } from './model/fix-plan.ts'
import type { Snapshot } from './model/snapshot.ts'
import { type Seconds, timestamp } from './model/units.ts'
import { type ApplyPorts, applyFix } from './remediate/apply.ts'
import { type ApprovalPolicy, mayApprove, type Person } from './remediate/policy.ts'
import type { Store } from './store/store.ts'

export type ApprovingPorts = Omit<ApplyPorts, 'audit' | 'progress'> & {
  readonly store: Store
  readonly policy: ApprovalPolicy
  readonly snapshot: () => Promise<Snapshot>
  readonly wait: (time: Seconds) => Promise<void>
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

/** Why a plan cannot be approved by this person now; null when it can. Nothing is changed by asking. */
export async function whyNot(
  plan: FixPlan,
  person: Person,
  ports: ApprovingPorts,
): Promise<{ reason: string; earlier: Approval | null } | null> {
  const decision = mayApprove(person, ports.policy)
  if (!decision.allowed) return { reason: decision.reason, earlier: null }
  const earlier = await ports.store.approvalOf(plan.id)
  if (earlier) return { reason: 'This fix has been approved already, and is applied at most once.', earlier }
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
    return refuse(
      plan,
      'This fix has been approved already, and is applied at most once.',
      await store.approvalOf(planId),
    )
  }
  await audit({
    at: approval.at,
    actor: person.id,
    action: 'approved',
    subject: planId,
    detail: { title: plan.title, digest: plan.digest, target: `${plan.target.kind} ${plan.target.name}` },
  })
  const execution = await applyFix(plan, person.id, {
    ...ports,
    audit,
    ...(request.progress ? { progress: request.progress } : {}),
  })
  await store.saveExecution(execution)
  return { kind: 'executed', plan, execution }
}
