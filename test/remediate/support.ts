import { fileURLToPath } from 'node:url'
import type { AuditEntry, Execution } from '../../src/model/execution.ts'
import type { CommandFix, Finding, Parameters } from '../../src/model/finding.ts'
import type { FixPlan } from '../../src/model/fix-plan.ts'
import { Snapshot } from '../../src/model/snapshot.ts'
import type { Target } from '../../src/model/target.ts'
import { bytes, seconds, timestamp } from '../../src/model/units.ts'
import { type ApplyPorts, newRun, runToEnd } from '../../src/remediate/apply.ts'
import { type Catalogue, loadCatalogue } from '../../src/remediate/catalogue.ts'
import { type Engines, OWN_MACHINE } from '../../src/remediate/engines.ts'
import { freshSnapshot } from '../../src/remediate/observe.ts'
import { type Planning, planFix } from '../../src/remediate/plan.ts'

import { observationOf } from '../../src/remediate/readings/reading.ts'
import { makeContainer, makeDatabase, makeMachine, makeUsage } from '../support/snapshot.ts'

export const MEBIBYTE = 1024 ** 2
export const HOST = 'atlas'
export const API_ID = 'a'.repeat(64)
const AT = '2026-03-14T09:26:53.000Z'

export const commandsDirectory = fileURLToPath(new URL('../../commands', import.meta.url))
export const ownCatalogue: Catalogue = await loadCatalogue(commandsDirectory)

export const container = (name: string): Target => ({ kind: 'container', host: HOST, name })
export const postgres = (name: string): Target => ({ kind: 'postgres', host: HOST, name })

const API = makeContainer({
  id: API_ID,
  name: 'api',
  image: 'api:1',
  startedAt: timestamp(new Date('2026-03-14T08:00:00.000Z')),
  restartPolicy: { name: 'no', maximumRetries: 0 },
  limits: {
    memoryBytes: bytes(256 * MEBIBYTE),
    memorySwapBytes: bytes(512 * MEBIBYTE),
    cpuCores: null,
    pids: null,
  },
  usage: makeUsage({ memoryWorkingSetBytes: bytes(240 * MEBIBYTE) }),
})

const WORK_MEM = { name: 'work_mem', setting: '4096', unit: 'kB', context: 'user', source: 'default' }
const SHARED_BUFFERS = { name: 'shared_buffers', setting: '16384', unit: '8kB', context: 'postmaster' }
const RANDOM_PAGE_COST = { name: 'random_page_cost', setting: '4', unit: null, context: 'user' }

const MAIN = {
  ...makeDatabase(),
  address: { host: 'localhost', port: 5432, database: 'app' },
  roundTripSeconds: 0.001,
  settings: [WORK_MEM, SHARED_BUFFERS, RANDOM_PAGE_COST].map((setting) => ({
    source: 'default',
    sourceFile: null,
    sourceLine: null,
    pendingRestart: false,
    ...setting,
  })),
  connections: { used: 1, active: 1, idle: 0, idleInTransaction: 0, maximum: 100, reserved: 3 },
}

const MACHINE = makeMachine({
  cpu: { count: 2 },
  memory: { totalBytes: bytes(16 * 1024 * MEBIBYTE) },
})

/** A host of 16 GiB with a container api (256 MiB) and a PostgreSQL main on stock settings. */
export const makeSnapshot = (changes: { container?: object; database?: object } = {}): Snapshot =>
  Snapshot.parse({
    id: 'snapshot-1',
    host: HOST,
    takenAt: AT,
    durationSeconds: 0,
    machine: MACHINE,
    containers: [{ ...API, ...changes.container }],
    logs: [],
    gpus: [],
    databases: [{ ...MAIN, ...changes.database }],
    models: [],
    caches: [],
    services: [],
    gaps: [],
    collectors: [],
  })

const findingOn = (target: Target): Finding => ({
  id: 'rule-123456',
  rule: 'rule',
  severity: 'high',
  target,
  title: 'title',
  impact: 'impact',
  rootCause: 'cause',
  symptoms: [],
  evidence: [],
  fixes: [],
})

export type FixRequest = {
  command: string
  parameters?: Parameters
  target: Target
  snapshot: Snapshot
  catalogue?: Catalogue
  now?: Date
}

export function planning({
  command,
  parameters = {},
  target,
  snapshot,
  catalogue,
  now,
}: FixRequest): Planning {
  const fix: CommandFix = { kind: 'command', title: 'Fix it', command, parameters }
  return planFix({
    finding: findingOn(target),
    fix,
    catalogue: catalogue ?? ownCatalogue,
    observation: observationOf(snapshot),
    now: timestamp(now ?? new Date()),
    lifetimeSeconds: seconds(900),
    reportId: 'report-1',
    id: 'plan-1',
  })
}

export function planned(request: FixRequest): FixPlan {
  const result = planning(request)
  if (result.kind === 'not-possible') throw new Error(result.reason)
  return result.plan
}

export function reasonAgainst(request: FixRequest): string {
  const result = planning(request)
  if (result.kind === 'planned') throw new Error(`planned: ${result.plan.title}`)
  return result.reason
}

export type Audited = Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'detail'>

export const noEngines: Engines = {
  dockerNames: () => [],
  docker: () => null,
  postgres: () => null,
  redis: () => null,
  ollama: () => null,
  machine: { ...OWN_MACHINE, programs: {} },
}

type Rim = Partial<ApplyPorts> & { snapshot?: () => Promise<Snapshot> }

/** Ports around given readings and engines, and the list that the audit goes to. */
export function portsOf({ snapshot, ...rim }: Rim): ApplyPorts & { audited: Audited[] } {
  const audited: Audited[] = []
  const clock = rim.clock ?? (() => new Date())
  return {
    engines: noEngines,
    catalogue: ownCatalogue,
    clock,
    wait: async () => {},
    observe: async () =>
      observationOf(
        await freshSnapshot({
          snapshot: snapshot ?? (() => Promise.reject(new Error('no snapshot'))),
          clock,
        }),
      ),
    journal: async (_run, entries) => {
      audited.push(...entries)
    },
    audited,
    ...rim,
  }
}

/** A claimed plan from its beginning to its end, in one process that nobody ends. */
export const applyFix = (plan: FixPlan, person: string, ports: ApplyPorts): Promise<Execution> =>
  runToEnd(newRun(plan, person, 'execution-1', ports.clock()), plan, ports)

/** What a reader of the audit looks for first: beginnings and ends, without the steps between. */
export const milestones = (audited: readonly Audited[]): Audited[] =>
  audited.filter(({ action }) => action !== 'step' && action !== 'verdict')
