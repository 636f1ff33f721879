import { type ExecutingPorts, execute, newLease } from './executing.ts'
import type { Execution, NewAuditEntry } from './model/execution.ts'
import type { FixPlan, Vote } from './model/fix-plan.ts'
import { describeTarget } from './model/target.ts'
import { type Seconds, timestamp } from './model/units.ts'
import { newRun } from './remediate/apply.ts'
import { planAgain } from './remediate/plan-again.ts'
import {
  type ApprovalPolicy,
  AUTOMATIC,
  type Members,
  mayApprove,
  mayVote,
  type Person,
  stillNeeded,
  untimely,
} from './remediate/policy.ts'

export type ApprovingPorts = ExecutingPorts & {
  readonly policy: ApprovalPolicy
  readonly planLifetime: Seconds
  newId(): string
}

export type ApprovalRequest = {
  readonly planId: string
  /** Of the plan as the person saw it. */
  readonly digest: string
  readonly person: Person
  readonly reason?: string
  readonly progress?: (step: string) => void
}

/** Why somebody may not, and who may instead. */
export type Obstacle = {
  readonly reason: string
  /** Who was before them. */
  readonly earlier: string | null
  readonly ask: Members | null
}

export type ApprovalResult =
  | {
      readonly kind: 'executed'
      readonly plan: FixPlan
      readonly execution: Execution
      /** What can be approved instead, where the machine had changed since the plan was shown. */
      readonly replacement: FixPlan | null
    }
  /** One yes of several. */
  | { readonly kind: 'waiting'; readonly plan: FixPlan; readonly missing: number; readonly ask: Members }
  | ({ readonly kind: 'refused'; readonly plan: FixPlan | null } & Obstacle)

const APPROVED_ALREADY = 'This fix has been approved already, and is applied at most once.'

const obstacle = (reason: string, earlier: string | null = null, ask: Members | null = null): Obstacle => ({
  reason,
  earlier,
  ask,
})

/** Why a plan cannot be approved by this person now; null when it can. Nothing is changed by asking. */
export async function whyNot(plan: FixPlan, person: Person, ports: ApprovingPorts): Promise<Obstacle | null> {
  const { store, policy, clock } = ports
  const votes = await store.votesOf(plan.id)
  if (person.id !== AUTOMATIC) {
    const permission = mayVote(person, plan, votes, policy)
    if (!permission.allowed) return obstacle(permission.reason, null, permission.ask)
  }
  const closed = await whyClosed(plan, votes, ports)
  if (closed) return closed
  const reason = untimely(plan.risk, timestamp(clock()), policy)
  return reason === null ? null : obstacle(reason)
}

/** Why nobody can approve it any more. */
async function whyClosed(
  plan: FixPlan,
  votes: readonly Vote[],
  { store, clock }: ApprovingPorts,
): Promise<Obstacle | null> {
  const claimed = await store.approvalOf(plan.id)
  if (claimed) return obstacle(APPROVED_ALREADY, claimed.person)
  const rejected = votes.find(({ decision }) => decision === 'rejected')
  if (rejected) return obstacle(`It was rejected: ${rejected.reason}`, rejected.person)
  if (timestamp(clock()) < plan.expiresAt) return null
  return obstacle('This plan has expired: the machine may have changed since. Measure again for a new one.')
}

/**
 * A person's yes to exactly one digest: checked, claimed so that it counts once, written to the audit, applied.
 * A refusal changes nothing, and is in the audit too.
 */
export async function approve(request: ApprovalRequest, ports: ApprovingPorts): Promise<ApprovalResult> {
  const { store } = ports
  const { person, planId, reason = '' } = request
  const now = () => timestamp(ports.clock())

  async function refuse(plan: FixPlan | null, why: Obstacle): Promise<ApprovalResult> {
    const detail = { reason: why.reason }
    await store.appendAudit({ at: now(), actor: person.id, action: 'refused', subject: planId, detail })
    return { kind: 'refused', plan, ...why }
  }

  const plan = await store.plan(planId)
  if (!plan) return refuse(null, obstacle('This plan is no longer known. Measure again for a new one.'))
  if (plan.digest !== request.digest) {
    return refuse(plan, obstacle('The plan is not the one that was shown. Measure again.'))
  }
  const why = await whyNot(plan, person, ports)
  if (why) return refuse(plan, why)

  const vote: Vote = {
    planId,
    digest: plan.digest,
    person: person.id,
    at: now(),
    decision: 'approved',
    reason,
  }
  const entries = [approvedEntry(plan, vote)]
  const before = await store.votesOf(planId)
  const isNew = before.every((each) => each.person !== person.id)
  const isOneOfSeveral = isNew && stillNeeded(plan, [...before, vote]) > 0
  if (isOneOfSeveral) {
    await store.saveVote(vote, entries)
    // Two who say yes at the same moment each see themselves as the first.
    const missing = stillNeeded(plan, await store.votesOf(planId))
    if (missing > 0) return { kind: 'waiting', plan, missing, ask: ports.policy.approve[plan.risk] }
  }
  const run = newRun(plan, person.id, ports.newId(), ports.clock())
  const opening = await store.openRun(
    plan,
    vote,
    run,
    newLease(ports),
    isNew && !isOneOfSeveral ? entries : [],
  )
  if (opening.kind === 'claimed') {
    const earlier = (await store.approvalOf(planId))?.person ?? null
    return refuse(plan, obstacle(APPROVED_ALREADY, earlier))
  }
  if (opening.kind === 'busy') return refuse(plan, obstacle(busy(plan)))

  const execution = await execute(run, plan, ports, request.progress)
  const replacement = execution.outcome === 'refused' ? await planAgain(plan, ports) : null
  if (replacement) {
    await store.savePlan(replacement)
    await store.appendAudit(proposedEntry(replacement))
  }
  return { kind: 'executed', plan, execution, replacement }
}

export const busy = ({ target }: FixPlan): string =>
  `Another fix of ${describeTarget(target)} is under way, and there is one at a time. Try again when it has ended.`

const approvedEntry = (plan: FixPlan, vote: Vote): NewAuditEntry => ({
  at: vote.at,
  actor: vote.person,
  action: 'approved',
  subject: plan.id,
  detail: {
    title: plan.title,
    digest: plan.digest,
    target: `${plan.target.kind} ${plan.target.name}`,
    risk: plan.risk,
    ...(vote.reason === '' ? {} : { reason: vote.reason }),
  },
})

/** That a plan may be approved from now on, and by whose wish. */
export const proposedEntry = (plan: FixPlan): NewAuditEntry => ({
  at: plan.createdAt,
  actor: plan.proposedBy,
  action: 'proposed',
  subject: plan.id,
  detail: {
    title: plan.title,
    digest: plan.digest,
    target: `${plan.target.kind} ${plan.target.name}`,
    risk: plan.risk,
    finding: plan.findingId,
  },
})

export type Rejection =
  | { readonly kind: 'rejected'; readonly plan: FixPlan }
  | ({ readonly kind: 'refused'; readonly plan: FixPlan | null } & Obstacle)

/** A no closes a plan for everybody: whoever may approve it, or proposed it, may say so. */
export async function reject(
  { planId, person, reason }: Pick<ApprovalRequest, 'planId' | 'person'> & { readonly reason: string },
  ports: ApprovingPorts,
): Promise<Rejection> {
  const { store, policy, clock } = ports
  const plan = await store.plan(planId)
  if (!plan) return { kind: 'refused', plan, ...obstacle('This plan is no longer known.') }
  const permission = mayApprove(person, plan.risk, policy)
  if (!permission.allowed && plan.proposedBy !== person.id) {
    return { kind: 'refused', plan, ...obstacle(permission.reason, null, permission.ask) }
  }
  const closed = await whyClosed(plan, await store.votesOf(planId), ports)
  if (closed) return { kind: 'refused', plan, ...closed }
  const at = timestamp(clock())
  const vote: Vote = { planId, digest: plan.digest, person: person.id, at, decision: 'rejected', reason }
  const entry: NewAuditEntry = {
    at,
    actor: person.id,
    action: 'rejected',
    subject: planId,
    detail: {
      title: plan.title,
      target: `${plan.target.kind} ${plan.target.name}`,
      digest: plan.digest,
      reason,
    },
  }
  if (await store.saveVote(vote, [entry])) return { kind: 'rejected', plan }
  return { kind: 'refused', plan, ...obstacle('You have approved it already.') }
}
