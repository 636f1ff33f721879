import type { Execution, NewAuditEntry, Run } from './model/execution.ts'
import type { FixPlan } from './model/fix-plan.ts'
import { type Seconds, type Timestamp, timestamp } from './model/units.ts'
import { type ApplyPorts, giveUp, runToEnd } from './remediate/apply.ts'
import type { Lease, Store } from './store/store.ts'

/** What it takes to apply plans, for the one process among several that holds the claim. */
export type ExecutingPorts = Omit<ApplyPorts, 'journal' | 'progress'> & {
  readonly store: Store
  /** This process, and no other. */
  readonly owner: string
  /** After this much silence another process may take a run up. */
  readonly leaseSeconds: Seconds
}

/** Another process goes on with it: this one has been silent for too long. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver'
}

const leaseUntil = ({ clock, leaseSeconds }: ExecutingPorts): Timestamp =>
  timestamp(new Date(clock().getTime() + leaseSeconds * 1000))

export const newLease = (ports: ExecutingPorts): Lease => ({ owner: ports.owner, until: leaseUntil(ports) })

/** Brings a run that this process holds to its end. Whatever it is about to do is in the store before. */
export async function execute(
  run: Run,
  plan: FixPlan,
  ports: ExecutingPorts,
  progress?: (step: string) => void,
): Promise<Execution> {
  const { store } = ports
  const beat = setInterval(
    () => {
      // A store that cannot be written shows at the next step, which is not taken then.
      store.renewLease(run.id, newLease(ports)).catch(() => {})
    },
    (ports.leaseSeconds * 1000) / 3,
  )
  try {
    return await runToEnd(run, plan, applyPortsOf(ports, progress))
  } finally {
    clearInterval(beat)
  }
}

const applyPortsOf = (ports: ExecutingPorts, progress?: (step: string) => void): ApplyPorts => ({
  ...ports,
  async journal(run: Run, entries: readonly NewAuditEntry[], ending?: Execution) {
    if (await ports.store.saveRun(run, newLease(ports), entries, ending)) return
    throw new TakenOver(`Another perfbot goes on with execution ${run.id}: this one was silent for too long.`)
  },
  ...(progress ? { progress } : {}),
})

export type Recovered = { readonly plan: FixPlan; readonly execution: Execution }

/** So often another process tries to bring a run to its end; then a person has to. */
const MOST_RESUMPTIONS = 20

/**
 * Takes up what was under way when perfbot ended without being able to say so: a power cut, a kill. Each run is taken
 * by exactly one process, when whoever had it has been silent for the time of its lease, and goes on from what the
 * journal holds. What fails for reasons of the moment (an engine that is away) is tried again at the next call.
 */
export async function recover(
  ports: ExecutingPorts,
  onFailure: (run: Run, error: unknown) => void,
): Promise<Recovered[]> {
  const { store, clock } = ports
  const recovered: Recovered[] = []
  for (const { run, lease } of await store.unendedRuns()) {
    if (lease.until > timestamp(clock())) continue
    const plan = await store.plan(run.planId)
    if (!plan || !(await store.takeOver(run.id, lease, newLease(ports)))) continue
    try {
      recovered.push({ plan, execution: await resume(run, plan, ports) })
    } catch (error) {
      onFailure(run, error)
    }
  }
  return recovered
}

async function resume(former: Run, plan: FixPlan, ports: ExecutingPorts): Promise<Execution> {
  const run: Run = { ...former, resumptions: former.resumptions + 1 }
  const applyPorts = applyPortsOf(ports)
  if (run.resumptions > MOST_RESUMPTIONS) return giveUp(run, plan, applyPorts)
  await applyPorts.journal(run, [
    {
      at: timestamp(ports.clock()),
      actor: run.person,
      action: 'resumed',
      subject: plan.id,
      detail: { execution: run.id, stage: run.stage, resumption: run.resumptions },
    },
  ])
  return execute(run, plan, ports)
}
