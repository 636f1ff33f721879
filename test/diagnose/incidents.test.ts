import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { incidentsOf, withSymptoms } from '../../src/diagnose/incidents.ts'
import { createLogDigest } from '../../src/diagnose/logs/digest.ts'
import { Thresholds } from '../../src/diagnose/thresholds.ts'
import type { ContainerReading } from '../../src/model/container-reading.ts'
import type { Finding } from '../../src/model/finding.ts'
import { Incident, inOrder } from '../../src/model/incident.ts'
import type { LogSummary } from '../../src/model/log-summary.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { bytes, ratio, seconds } from '../../src/model/units.ts'
import {
  GIBIBYTE,
  MEBIBYTE,
  makeCache,
  makeContainer,
  makeDatabase,
  makeFilesystem,
  makeGpu,
  makeLogTail,
  makeMachine,
  makeService,
  makeSnapshot,
  minutesBefore,
  NOW,
} from '../support/snapshot.ts'

/** A line that came every ten seconds for the last `minutes`. */
function logOf(line: string, minutes = 30): LogSummary {
  const digest = createLogDigest({ windowSeconds: 3600 })
  for (let at = minutes; at > 0; at -= 1 / 6)
    digest.line({ text: line, at: minutesBefore(at), stream: 'stderr' })
  return digest.summary(NOW)
}

type Situation = Partial<Snapshot> & { logLines?: Readonly<Record<string, string>> }

function look({ logLines = {}, ...changes }: Situation) {
  const snapshot = makeSnapshot(changes)
  const logs = new Map(
    snapshot.containers.flatMap(({ id, name }) => {
      const line = logLines[name]
      return line === undefined ? [] : [[id, logOf(line)] as const]
    }),
  )
  const { findings } = diagnose({
    snapshot,
    logs,
    history: { recent: [], unusual: [], trends: [] },
    thresholds: Thresholds.parse({}),
  })
  return { findings, incidents: incidentsOf(findings, snapshot, logs) }
}

/** "crash-loop api ← log-errors web, service-down ui": each incident in a line. */
function told(situation: Situation): string[] {
  const { findings, incidents } = look(situation)
  const named = (id: string) => {
    const finding = findings.find((each) => each.id === id)
    return `${finding?.rule} ${finding?.target.name}`
  }
  return incidents.map(
    ({ root, symptoms }) =>
      `${named(root)} ← ${symptoms
        .map(({ finding }) => named(finding))
        .sort()
        .join(', ')}`,
  )
}

const service = (name: string, ...dependsOn: string[]): ContainerReading['compose'] => ({
  project: 'shop',
  service: name,
  dependsOn: dependsOn.map((each) => ({ service: each, condition: null })),
  configFiles: [],
})

const down = { state: 'restarting', exitCode: 1, restartCount: 14, usage: null } as const
const crashing = (changes: Partial<ContainerReading> & { name: string }) =>
  makeContainer({ ...down, compose: service(changes.name), ...changes })

const failing = (name: string, url: string, status: number) =>
  makeService({
    name,
    url,
    latest: { succeeded: false, status, failure: { kind: 'status', reason: `answered ${status}` } },
    recent: { samples: 20, succeeded: 0, successRatio: ratio(0) },
  })

const api = crashing({ name: 'api' })
const MISSING = "ModuleNotFoundError: No module named 'jwt'"
const REFUSED = 'ERROR connect ECONNREFUSED redis:6379'
const web = (changes: Partial<ContainerReading> = {}) =>
  makeContainer({
    name: 'web',
    compose: service('web', 'api'),
    ports: [{ containerPort: 3000, protocol: 'tcp', hostPort: 8080, hostIp: '0.0.0.0' }],
    ...changes,
  })
const full = makeFilesystem({ availableBytes: bytes(GIBIBYTE) })
const oomKilled = {
  state: 'exited',
  exitCode: 137,
  oomKilled: true,
  finishedAt: minutesBefore(3),
  usage: null,
} as const
const unlimited = { memoryBytes: null, memorySwapBytes: null, cpuCores: null, pids: null }
const shortOfMemory = makeMachine({ memory: { availableBytes: bytes(GIBIBYTE) } })

const SITUATIONS: readonly (readonly [string, Situation, string[]])[] = [
  [
    'the API cannot start, the web UI logs 502 of it, and its probe fails',
    {
      containers: [api, web()],
      logs: [makeLogTail(api, ['Traceback (most recent call last):', MISSING])],
      services: [failing('web-ui', 'http://localhost:8080/', 502)],
      logLines: {
        web: 'ERROR proxy: upstream http://api:8000/me failed with status 502 Bad Gateway',
      },
    },
    ['crash-loop api ← log-errors web, service-wrong-answer web-ui'],
  ],
  [
    'the same with 401, which name nobody, at one that depends on it by compose',
    {
      containers: [api, web()],
      logs: [makeLogTail(api, [MISSING])],
      logLines: { web: 'ERROR request GET /me: 401 Unauthorized' },
    },
    ['crash-loop api ← log-errors web'],
  ],
  [
    'a probe of one that runs, is quiet, and needs one that is down',
    { containers: [api, web()], services: [failing('web-ui', 'http://localhost:8080/', 502)] },
    ['crash-loop api ← service-wrong-answer web-ui'],
  ],
  [
    'an address in a variable, where compose says nothing',
    {
      containers: [
        crashing({ name: 'cache', networks: [{ name: 'shop', aliases: ['redis'], addresses: [] }] }),
        crashing({
          name: 'worker',
          connectionTargets: [{ name: 'REDIS_URL', scheme: 'redis', host: 'redis', port: 6379 }],
        }),
      ],
    },
    ['crash-loop cache ← crash-loop worker'],
  ],
  [
    'a chain: web ← api ← redis, the root at its end',
    {
      containers: [
        makeContainer({
          name: 'redis',
          state: 'exited',
          exitCode: 1,
          usage: null,
          compose: service('redis'),
        }),
        makeContainer({ name: 'api', compose: service('api', 'redis') }),
        web(),
      ],
      logLines: { api: REFUSED, web: 'ERROR connect ECONNREFUSED api:8000' },
    },
    ['exited-error redis ← log-errors api, log-errors web'],
  ],
  [
    'the last word of a container that is down names another',
    {
      containers: [crashing({ name: 'redis' }), api],
      logs: [makeLogTail(api, ['Error: connect ECONNREFUSED redis:6379'])],
    },
    ['crash-loop redis ← crash-loop api'],
  ],
  [
    'a full disk under those that cannot write',
    {
      machine: makeMachine({ filesystems: [full] }),
      containers: [makeContainer({ name: 'db' }), makeContainer({ name: 'other' })],
      logLines: { db: 'PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device' },
    },
    [expect.stringMatching(/^host-disk-space web-1 ← log-errors db$/)],
  ],
  [
    'memory of the machine ran out, and one without a limit was killed',
    {
      machine: shortOfMemory,
      containers: [makeContainer({ name: 'etl', ...oomKilled, limits: unlimited })],
    },
    ['host-memory-low web-1 ← oom-killed etl'],
  ],
  [
    'all connections are taken, and clients are turned away',
    {
      databases: [
        makeDatabase({
          address: { host: '172.18.0.5', port: 5432, database: 'app' },
          connections: { used: 97, active: 90, idle: 7, idleInTransaction: 0, maximum: 100, reserved: 3 },
        }),
      ],
      containers: [
        makeContainer({ name: 'db', addresses: ['172.18.0.5'], compose: service('db') }),
        makeContainer({ name: 'api', compose: service('api', 'db') }),
      ],
      logLines: {
        api: 'ERROR sqlalchemy: FATAL:  sorry, too many clients already',
        db: 'FATAL:  sorry, too many clients already',
      },
    },
    ['pg-connections main ← log-errors api, log-errors db'],
  ],
  [
    'a model that left the GPU, which then has nothing to do',
    {
      gpus: [makeGpu({ utilisation: ratio(0) })],
      models: [
        {
          ...({} as Snapshot['models'][number]),
          url: 'http://localhost:11434',
          onThisHost: true,
          version: '0.12.0',
          installed: [],
          resident: [
            {
              ...({} as Snapshot['models'][number]['resident'][number]),
              name: 'llama3',
              sizeBytes: bytes(5 * GIBIBYTE),
              vramBytes: bytes(0),
              contextLength: null,
            },
          ],
        },
      ],
    },
    ['model-off-gpu http://localhost:11434 ← gpu-idle 0'],
  ],
]

const APART: readonly (readonly [string, Situation, string[]])[] = [
  [
    'two that are down, each for its own reason',
    {
      containers: [api, crashing({ name: 'web', compose: service('web', 'api') })],
      logs: [
        makeLogTail(api, [MISSING]),
        makeLogTail({ id: 'web'.padEnd(64, '0'), name: 'web' }, ["Error: Cannot find module 'express'"]),
      ],
    },
    ['crash-loop', 'crash-loop'],
  ],
  [
    'one that is refused by another than the one that is down',
    {
      containers: [api, makeContainer({ name: 'redis' }), web()],
      logs: [makeLogTail(api, [MISSING])],
      logLines: { web: REFUSED },
    },
    ['crash-loop', 'log-errors'],
  ],
  [
    'a killed one with a limit of its own, and a machine short of memory',
    {
      machine: shortOfMemory,
      containers: [makeContainer({ name: 'etl', ...oomKilled })],
    },
    ['host-memory-low', 'oom-killed'],
  ],
  [
    'a full disk, and one that lacks a module',
    {
      machine: makeMachine({ filesystems: [full] }),
      containers: [api],
      logs: [makeLogTail(api, [MISSING])],
    },
    ['crash-loop', 'host-disk-space'],
  ],
  [
    'the localhost of a container, which is only itself',
    {
      containers: [
        crashing({
          name: 'redis',
          ports: [{ containerPort: 6379, protocol: 'tcp', hostPort: 6379, hostIp: '0.0.0.0' }],
        }),
        makeContainer({ name: 'job' }),
      ],
      logLines: { job: 'ERROR connect ECONNREFUSED 127.0.0.1:6379' },
    },
    ['crash-loop', 'log-errors'],
  ],
  [
    'a full cache, and one that uses another',
    {
      caches: [
        makeCache({
          memory: { usedBytes: bytes(1000 * MEBIBYTE), policy: 'noeviction' },
          address: { host: '10.9.9.9', port: 6379 },
          onThisHost: false,
        }),
      ],
      containers: [makeContainer({ name: 'api' })],
      logLines: { api: REFUSED },
    },
    ['log-errors', 'redis-memory'],
  ],
]

describe('findings with one cause', () => {
  it.each(SITUATIONS)('are one incident: %s', (_, situation, expected) => {
    expect(told(situation)).toEqual(expected)
  })

  it.each(APART)('and others stay apart: %s', (_, situation, expected) => {
    const { findings, incidents } = look(situation)
    expect(findings.map(({ rule }) => rule).sort()).toEqual(expected)
    expect(incidents).toEqual([])
  })

  it('say in words what follows from the root, and come right after it', () => {
    const [, situation] = SITUATIONS[0] as (typeof SITUATIONS)[number]
    const { findings, incidents } = look({
      ...situation,
      containers: [...(situation.containers ?? []), makeContainer({ name: 'lone', ...oomKilled })],
    })
    expect(inOrder({ findings, incidents }).map(({ rule }) => rule)).toEqual([
      'crash-loop',
      'log-errors',
      'service-wrong-answer',
      'oom-killed',
    ])
    const root = withSymptoms(findings, incidents).find(({ rule }) => rule === 'crash-loop')
    expect(root?.symptoms).toContainEqual(
      expect.stringMatching(/^web: \d+ failed answers of api:8000 since 11:\d\d UTC$/),
    )
    expect(root?.symptoms).toContainEqual(expect.stringMatching(/^web-ui answered 502: web serves it$/))
    expect(Incident.array().parse(JSON.parse(JSON.stringify(incidents)))).toEqual(incidents)
    expect(incidents[0]?.id).toBe(`incident-${root?.id}`)
  })

  it('whatever depends on whatever: each finding at one place, no circle, and the same in any order', () => {
    const names = ['a', 'b', 'c', 'd', 'e'] as const
    const wild = fc.array(
      fc.record({
        isDown: fc.boolean(),
        needs: fc.subarray([...names]),
        refusedBy: fc.option(fc.constantFrom(...names), { nil: null }),
      }),
      { minLength: names.length, maxLength: names.length },
    )
    // A log of each kind is read once: what is tried here are the ties.
    const refusals = new Map(names.map((name) => [name, logOf(`ERROR connect ECONNREFUSED ${name}:80`)]))
    fc.assert(
      fc.property(wild, fc.boolean(), (nodes, isReversed) => {
        const containers = names.map((name, index) => {
          const compose = service(name, ...(nodes[index]?.needs ?? []))
          return nodes[index]?.isDown ? crashing({ name, compose }) : makeContainer({ name, compose })
        })
        const logs = new Map(
          containers.flatMap(({ id }, index) => {
            const refusedBy = nodes[index]?.refusedBy
            const summary = refusedBy ? refusals.get(refusedBy) : undefined
            return summary ? [[id, summary] as const] : []
          }),
        )
        const snapshot = makeSnapshot({ containers })
        const { findings } = diagnose({
          snapshot,
          logs,
          history: { recent: [], unusual: [], trends: [] },
          thresholds: Thresholds.parse({}),
        })
        const given: Finding[] = isReversed ? findings.toReversed() : [...findings]
        const incidents = incidentsOf(given, snapshot, logs)
        const members = incidents.flatMap(({ root, symptoms }) => [
          root,
          ...symptoms.map(({ finding }) => finding),
        ])
        expect(new Set(members).size).toBe(members.length)
        expect(
          inOrder({ findings: given, incidents })
            .map(({ id }) => id)
            .sort(),
        ).toEqual(findings.map(({ id }) => id).sort())
        expect(new Set(incidents.map(({ root }) => root))).toEqual(
          new Set(incidentsOf(findings, snapshot, logs).map(({ root }) => root)),
        )
      }),
      { numRuns: 60 },
    )
  })
})

describe('findings of what servers share', () => {
  const needs = (port: number) => [
    { name: 'DATABASE_URL', scheme: 'postgres', host: 'host.docker.internal', port },
  ]
  const api = makeContainer({
    connectionTargets: needs(5432),
    ports: [{ containerPort: 8000, protocol: 'tcp', hostPort: 8000, hostIp: '127.0.0.1' }],
  })
  const slow = makeService({
    url: 'http://127.0.0.1:8000/',
    target: seconds(0.01),
  })
  const blocked = makeDatabase({
    blocking: [
      {
        root: {
          pid: 7,
          userName: 'app',
          applicationName: 'migration',
          databaseName: 'app',
          backendType: 'client backend',
          state: 'active',
          waitEventType: null,
          waitEvent: null,
          transactionSeconds: seconds(90),
          querySeconds: seconds(90),
          xminAge: null,
          query: 'LOCK TABLE orders',
        },
        victims: 4,
        longestWaitSeconds: seconds(80),
      } as never,
    ],
  })

  it('the session that blocks is why the API that needs the database is late', () => {
    expect(told({ containers: [api], databases: [blocked], services: [slow] })).toEqual([
      'pg-blocking main ← service-slow api',
    ])
    const elsewhere = { ...api, connectionTargets: needs(5433) }
    expect(told({ containers: [elsewhere], databases: [blocked], services: [slow] })).toEqual([])
  })

  it('the neighbour that takes the processors is why a service is late', () => {
    const { pressure } = makeMachine()
    if (!pressure) throw new Error('the machine of the tests states its pressure')
    const machine = makeMachine({
      cpu: { busyRatio: ratio(0.99) },
      pressure: { ...pressure, cpu: { ...pressure.cpu, someAvg60: ratio(0.6) } },
    })
    expect(told({ machine, services: [slow] })).toEqual(['host-cpu-saturated web-1 ← service-slow api'])
  })

  it('a disk that fails is why its file system is damaged and pages of the database are', () => {
    const event = (kind: 'io-error' | 'filesystem-error') => ({
      kind,
      device: 'sda',
      message: `${kind} of sda`,
      at: NOW,
      since: NOW,
      count: 3,
    })
    const machine = makeMachine({ kernelLog: [event('io-error'), event('filesystem-error')] as never })
    expect(told({ machine })).toEqual(['host-disk-errors web-1 ← host-fs-errors web-1'])
  })
})

describe('findings of rules that need no readings here', () => {
  const found = (rule: string, kind: Finding['target']['kind'], name: string, label = 'x'): Finding => ({
    id: `${rule}-${name}`,
    rule,
    severity: 'high',
    target: { kind, host: 'web-1', name },
    title: `${rule} of ${name}`,
    impact: '',
    rootCause: '',
    symptoms: [],
    evidence: [{ label, value: 'exited', unit: 'text', source: 'x', at: NOW }],
    fixes: [],
  })

  it('a server that is gone, and the container here whose port it was: not one that has the same elsewhere', () => {
    const cache = makeContainer({
      name: 'shop-cache',
      state: 'exited',
      ports: [{ containerPort: 6379, protocol: 'tcp', hostPort: 6379, hostIp: '0.0.0.0' }],
    })
    const rootsOf = (address: string): string[] => {
      const gone = found('server-gone', 'redis', 'cache')
      const findings = [
        {
          ...gone,
          evidence: [{ label: 'address', value: address, unit: 'text', source: 'x', at: NOW } as const],
        },
        found('exited-error', 'container', cache.name),
        found('host-disk-space', 'host', 'web-1'),
      ]
      return incidentsOf(findings, makeSnapshot({ containers: [cache] }), new Map()).map(({ root }) => root)
    }
    for (const here of ['127.0.0.1:6379', 'localhost:6379', 'web-1:6379', 'shop-cache:6379'])
      expect(rootsOf(here)).toEqual(['exited-error-shop-cache'])
    expect(rootsOf('10.9.9.9:6379')).toEqual([])
    expect(rootsOf('cache.example.net:6379')).toEqual([])
  })

  it('a service at a port of this machine, and the one that has it now, not one that stopped', () => {
    const ports = [{ containerPort: 8000, protocol: 'tcp', hostPort: 8000, hostIp: '0.0.0.0' }]
    const containers = [
      makeContainer({ name: 'api-old', state: 'exited', ports }),
      makeContainer({ name: 'api', ports }),
    ]
    const services = [makeService({ name: 'shop', url: 'http://localhost:8000/' })]
    const findings = [
      found('service-slow', 'service', 'shop'),
      found('cpu-throttled', 'container', 'api'),
      found('cpu-throttled', 'container', 'api-old'),
    ]
    const snapshot = makeSnapshot({ containers, services })
    expect(incidentsOf(findings, snapshot, new Map())).toMatchObject([
      { root: 'cpu-throttled-api', symptoms: [{ finding: 'service-slow-shop' }] },
    ])
  })

  it('a GPU that reports an Xid error, and the model that is off it', () => {
    const findings = [
      found('model-off-gpu', 'ollama', 'http://localhost:11434'),
      found('gpu-xid', 'host', 'web-1'),
    ]
    const [incident] = incidentsOf(findings, makeSnapshot({}), new Map())
    expect(incident).toMatchObject({
      root: 'gpu-xid-web-1',
      symptoms: [{ finding: 'model-off-gpu-http://localhost:11434' }],
    })
  })

  it('of two that a container needs, the one that its finding names', () => {
    const target = (host: string) => ({ name: host.toUpperCase(), scheme: 'tcp', host, port: 1 })
    const containers = [
      makeContainer({ name: 'api', connectionTargets: [target('db'), target('redis')] }),
      makeContainer({ name: 'db' }),
      makeContainer({ name: 'redis' }),
    ]
    const findings = [
      found('container-dependency-down', 'container', 'api', 'state of redis'),
      found('exited-error', 'container', 'db'),
      found('exited-error', 'container', 'redis'),
    ]
    expect(incidentsOf(findings, makeSnapshot({ containers }), new Map())).toEqual([
      expect.objectContaining({
        root: 'exited-error-redis',
        symptoms: [
          {
            finding: 'container-dependency-down-api',
            because: 'container-dependency-down of api; api is set up to use redis:1 (REDIS)',
          },
        ],
      }),
    ])
  })
})

describe('the log of a container that runs', () => {
  const rules = (line: string, minutes = 30) => {
    const container = makeContainer({ name: 'api' })
    const snapshot = makeSnapshot({ containers: [container] })
    const { findings } = diagnose({
      snapshot,
      logs: new Map([[container.id, logOf(line, minutes)]]),
      history: { recent: [], unusual: [], trends: [] },
      thresholds: Thresholds.parse({}),
    })
    return findings
  }

  it('is a finding with its window, its count, its cause and a line', () => {
    const [finding] = rules(REFUSED)
    expect(finding).toMatchObject({ rule: 'log-errors', severity: 'medium' })
    expect(finding?.title).toContain('connections are refused by redis:6379')
    expect(finding?.rootCause).toMatch(/\d+ times between 2026-03-14 11:30 UTC and 2026-03-14 11:\d\d UTC/)
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ label: 'log', value: REFUSED }))
  })

  it('is told of the one that runs, whatever became of another of its name on another engine', () => {
    const runs = makeContainer({ name: 'web', engine: 'local' })
    const loops = crashing({ name: 'web', engine: 'other', id: 'f'.repeat(64), compose: null })
    const { findings } = diagnose({
      snapshot: makeSnapshot({ containers: [loops, runs] }),
      logs: new Map([runs, loops].map(({ id }) => [id, logOf(REFUSED)])),
      history: { recent: [], unusual: [], trends: [] },
      thresholds: Thresholds.parse({}),
    })
    expect(findings.map(({ rule }) => rule)).toEqual(['crash-loop', 'log-errors'])
  })

  it('is none when all is well, or when a start had to wait a little', () => {
    expect(rules('INFO GET /health 200 in 3 ms')).toEqual([])
    expect(rules(REFUSED, 0.8)).toEqual([])
  })

  it('is none for what is over', () => {
    const container = makeContainer({ name: 'api' })
    const digest = createLogDigest({ windowSeconds: seconds(3600) })
    for (let at = 90; at > 60; at -= 1)
      digest.line({ text: REFUSED, at: minutesBefore(at), stream: 'stderr' })
    const { findings } = diagnose({
      snapshot: makeSnapshot({ containers: [container] }),
      logs: new Map([[container.id, digest.summary(NOW)]]),
      history: { recent: [], unusual: [], trends: [] },
      thresholds: Thresholds.parse({}),
    })
    expect(findings).toEqual([])
  })
})
