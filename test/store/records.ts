import { type Approval, Execution } from '../../src/model/fix-plan.ts'
import { Snapshot } from '../../src/model/snapshot.ts'
import { type Timestamp, timestamp } from '../../src/model/units.ts'

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
    logs: [
      { containerId: 'f'.repeat(64), containerName: 'api', lines: ['naïve ☂ \u0000 \u001b[31mred', ''] },
    ],
    gpus: [
      {
        index: 0,
        uuid: 'GPU-8f2c',
        name: 'NVIDIA RTX A2000 12GB',
        driverVersion: '580.65.06',
        utilisation: null,
        memoryUsedBytes: 7_340_032,
        memoryTotalBytes: 12_884_901_888,
        temperature: 41,
        power: 12.37,
        powerLimit: 70,
      },
    ],
    databases: [],
    models: [],
    gaps: [{ kind: 'failed', source: 'docker', missing: 'containers', reason: 'EACCES', remedy: 'adduser' }],
    collectors: [{ collector: 'gpus', durationSeconds: 0.031, succeeded: true }],
  })
}

export const makeApproval = (changes: Partial<Approval> = {}): Approval => ({
  planId: 'plan-1',
  digest: 'd1',
  person: 'U024BE7LH',
  at: minute(5),
  ...changes,
})

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
