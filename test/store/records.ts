import { Execution, Run } from '../../src/model/execution.ts'
import type { FixPlan, Vote } from '../../src/model/fix-plan.ts'
import { Snapshot } from '../../src/model/snapshot.ts'
import { bytes, celsius, type Timestamp, timestamp, watts } from '../../src/model/units.ts'

import type { Opening } from '../../src/store/runs.ts'
import type { Store } from '../../src/store/store.ts'
import { makePlan } from '../support/plan.ts'
import { makeGpu, makeLogTail } from '../support/snapshot.ts'

const START = Date.UTC(2026, 2, 14, 9, 0, 0)

/** The minutes since the tests' beginning of time. */
export const minute = (minutes: number): Timestamp => timestamp(new Date(START + minutes * 60_000))

export function makeSnapshot(id: string, takenAt: Timestamp, host = 'atlas'): Snapshot {
  return Snapshot.parse({
    id,
    host,
    takenAt,
    durationSeconds: 1.5,
    machine: null,
    containers: [],
    logs: [makeLogTail({ id: 'f'.repeat(64), name: 'api' }, ['naïve ☂ \u0000 \u001b[31mred', ''])],
    gpus: [
      makeGpu({
        name: 'NVIDIA RTX A2000 12GB',
        utilisation: null,
        memoryUsedBytes: bytes(7_340_032),
        temperature: celsius(41),
        power: watts(12.37),
        powerLimit: watts(70),
      }),
    ],
    databases: [],
    caches: [],
    services: [],
    models: [],
    gaps: [{ kind: 'failed', source: 'docker', missing: 'containers', reason: 'EACCES', remedy: 'adduser' }],
    collectors: [{ collector: 'gpus', durationSeconds: 0.031, succeeded: true }],
  })
}

export const makeVote = (changes: Partial<Vote> = {}): Vote => ({
  planId: 'plan-1',
  digest: 'd1',
  person: 'U024BE7LH',
  at: minute(5),
  decision: 'approved',
  reason: '',
  ...changes,
})

export const makeRun = (changes: Partial<Run> = {}): Run =>
  Run.parse({
    id: 'execution-1',
    planId: 'plan-1',
    digest: 'd1',
    person: 'U024BE7LH',
    startedAt: minute(5),
    stage: 'checking',
    resumptions: 0,
    before: [],
    judgedBefore: null,
    judgedAfter: null,
    remembered: [],
    records: [],
    settleUntil: null,
    why: null,
    verdict: null,
    ...changes,
  })

export const makeLease = (owner = 'bot-1') => ({ owner, until: minute(6) })

/** The yes of one person, the only one that is needed. */
export const claim = (
  store: Store,
  changes: Partial<FixPlan> = {},
  person = 'U024BE7LH',
): Promise<Opening> => {
  const plan = makePlan(changes)
  const vote = makeVote({ planId: plan.id, digest: plan.digest, person })
  return store.openRun(
    plan,
    vote,
    makeRun({ id: `e-${plan.id}-${person}`, planId: plan.id }),
    makeLease(),
    [],
  )
}

export const makeExecution = (changes: Partial<Execution> = {}): Execution =>
  Execution.parse({
    id: 'execution-1',
    planId: 'plan-1',
    digest: 'd1',
    person: 'U024BE7LH',
    startedAt: minute(5),
    finishedAt: minute(6),
    outcome: 'verified',
    message: 'The limit is 512 MiB.',
    before: [{ label: 'limit', source: 'docker inspect', at: minute(5), value: 268_435_456, unit: 'bytes' }],
    after: [{ label: 'limit', source: 'docker inspect', at: minute(6), value: 536_870_912, unit: 'bytes' }],
    ...changes,
  })
