import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type ApprovingPorts, approve } from '../../../src/approving.ts'
import type { Execution } from '../../../src/model/execution.ts'
import type { FixPlan } from '../../../src/model/fix-plan.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { seconds } from '../../../src/model/units.ts'
import { propose } from '../../../src/proposing.ts'
import type { Engines } from '../../../src/remediate/engines.ts'
import { createObserve } from '../../../src/remediate/observe.ts'
import { type Members, nobody, peopleFor } from '../../../src/remediate/policy.ts'
import { openStore, type Store } from '../../../src/store/store.ts'
import { undo } from '../../../src/undoing.ts'
import { HOST, noEngines, ownCatalogue } from '../support.ts'

const PEOPLE = ['U1', 'U2']
const approvers: Members = { ...nobody, users: PEOPLE }
const person = (id: string) => ({ id, userGroups: [] })

/** Everything between a person's words and a real engine, with a store of its own. */
export type Workbench = {
  readonly store: Store
  /** Where it keeps that. */
  readonly directory: string
  readonly ports: ApprovingPorts
  /** A plan by hand: the dry run. Changes nothing. */
  plan(command: string, target: string, ...assignments: string[]): Promise<FixPlan>
  whyNot(command: string, target: string, ...assignments: string[]): Promise<string>
  /** Approved by as many as it needs, and applied. */
  apply(plan: FixPlan): Promise<Execution>
  /** Planned and applied; fails unless it was verified. */
  fix(
    command: string,
    target: string,
    ...assignments: string[]
  ): Promise<{ plan: FixPlan; execution: Execution }>
  /** Taken back by a person; fails unless that was verified too. */
  takeBack(execution: Execution): Promise<Execution>
  close(): Promise<void>
}

type Options = {
  readonly engines: Partial<Engines>
  readonly snapshot?: () => Promise<Snapshot>
  /** Nobody waits longer for a change to settle, where the engine needs no more. */
  readonly longestWait?: number
}

export async function openWorkbench({ engines, snapshot, longestWait = 0.4 }: Options): Promise<Workbench> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-workbench-'))
  const store = await openStore({ directory })
  let last = 0
  const clock = () => new Date()
  const observing = {
    host: HOST,
    snapshot: snapshot ?? (() => Promise.reject(new Error('no snapshot is needed for this command'))),
    engines: { ...noEngines, ...engines },
    clock,
  }
  const ports: ApprovingPorts = {
    store,
    policy: {
      see: null,
      ask: null,
      admin: approvers,
      approve: { low: approvers, medium: approvers, high: approvers },
      ownProposals: true,
      windows: [],
      freezes: [],
    },
    observe: createObserve(observing),
    engines: observing.engines,
    catalogue: ownCatalogue,
    clock,
    newId: () => {
      last += 1
      return `id-${last}`
    },
    wait: (time) => sleep(Math.min(time, longestWait) * 1000),
    planLifetime: seconds(900),
    owner: 'workbench',
    leaseSeconds: seconds(15),
  }
  const proposed = (command: string, targetName: string, assignments: string[]) =>
    propose({ command, targetName, assignments, person: person('U1') }, HOST, ports)

  async function plan(command: string, target: string, ...assignments: string[]): Promise<FixPlan> {
    const proposal = await proposed(command, target, assignments)
    if (proposal.kind === 'not-possible') throw new Error(proposal.reason)
    return proposal.plan
  }

  async function apply({ id, digest, risk }: FixPlan): Promise<Execution> {
    for (const voter of PEOPLE.slice(0, peopleFor(risk))) {
      const result = await approve({ planId: id, digest, person: person(voter) }, ports)
      if (result.kind === 'executed') return result.execution
      if (result.kind === 'refused') throw new Error(result.reason)
    }
    throw new Error('nobody else may approve it')
  }

  return {
    store,
    directory,
    ports,
    plan,
    apply,
    async whyNot(command, target, ...assignments) {
      const proposal = await proposed(command, target, assignments)
      if (proposal.kind === 'proposed') throw new Error(`planned: ${proposal.plan.title}`)
      return proposal.reason
    },
    async fix(command, target, ...assignments) {
      const made = await plan(command, target, ...assignments)
      const execution = await apply(made)
      expect(execution.outcome, execution.message).toBe('verified')
      return { plan: made, execution }
    },
    async takeBack({ id }) {
      const result = await undo({ executionId: id, person: person('U2'), reason: 'a test' }, ports)
      if (result.kind === 'refused') throw new Error(result.reason)
      expect(result.execution.outcome, result.execution.message).toBe('undone')
      return result.execution
    },
    async close() {
      await store.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
