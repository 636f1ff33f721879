import { FixPlan } from '../../src/model/fix-plan.ts'

/** A plan that raises a container's memory limit. */
export function makePlan(changes: Partial<FixPlan> = {}): FixPlan {
  return FixPlan.parse({
    id: 'plan-1',
    reportId: 'report-1',
    host: 'atlas',
    findingId: 'memory-near-limit-3f9a1c',
    command: 'container.set-memory-limit',
    title: 'Give api 512 MiB',
    target: { kind: 'container', host: 'atlas', name: 'api' },
    parameters: { memory: 536_870_912 },
    risk: 'low',
    riskReason: 'It takes effect at once and can be taken back.',
    interruption: 'none',
    steps: [
      { operation: 'docker-update', arguments: { memory: 1 }, exact: 'docker update --memory 512m api' },
    ],
    undo: [
      { operation: 'docker-update', arguments: { memory: 2 }, exact: 'docker update --memory 256m api' },
    ],
    preconditions: [{ reading: 'container.memory-limit', label: 'limit', expected: 268_435_456 }],
    expectation: {
      reading: 'container.memory-limit',
      becomes: 536_870_912,
      withinSeconds: 60,
      statement: 'The working set stays under the limit; the gain in speed is unknown.',
    },
    notes: [],
    measures: ['container.memory-used-ratio'],
    createdAt: '2026-03-14T09:00:00.000Z',
    expiresAt: '2026-03-14T10:00:00.000Z',
    digest: 'd1',
    ...changes,
  })
}
