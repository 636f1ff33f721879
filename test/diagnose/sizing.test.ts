import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { neededOver } from '../../src/diagnose/pasts.ts'
import { type ThresholdException, Thresholds } from '../../src/diagnose/thresholds.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Trend } from '../../src/model/series.ts'
import type { History, Snapshot } from '../../src/model/snapshot.ts'
import { bytes, cores, perSecond, ratio, seconds } from '../../src/model/units.ts'
import {
  GIBIBYTE,
  MEBIBYTE,
  makeContainer,
  makeDatabase,
  makeGpu,
  makeHistory,
  makeOllama,
  makeResidentModel,
  makeSetting,
  makeSnapshot,
  makeUsage,
  NOW,
} from '../support/snapshot.ts'

const HOUR = 3_600_000

/** An hour each, the last of them now. */
const trendOf = (values: readonly number[]): Trend => ({
  resolution: 'hour',
  stepSeconds: 3600,
  points: values.map((value, index) => ({
    at: Date.parse(NOW) - (values.length - 1 - index) * HOUR,
    count: 60,
    minimum: value,
    maximum: value,
    mean: value,
    p50: value,
    p95: value,
    p99: value,
  })),
})

/** Mostly one value, and another in one hour of a hundred and more. */
const week = (usual: number, busiest = usual): number[] =>
  Array.from({ length: 168 }, (_, hour) => (hour === 80 ? busiest : usual))

type Pasts = Readonly<Record<string, readonly number[]>>

function found(
  changes: Partial<Snapshot>,
  {
    pasts = {},
    recent = [],
    exceptions = [],
  }: { pasts?: Pasts; recent?: Snapshot[]; exceptions?: ThresholdException[] } = {},
): readonly Finding[] {
  const trends: History['trends'] = Object.entries(pasts).map(([metric, values], id) => ({
    series: { id, host: 'web-1', metric, labels: { engine: 'local', name: 'api' } },
    trend: trendOf(values),
  }))
  const snapshot = makeSnapshot(changes)
  const history = { recent, unusual: [], trends }
  return diagnose({ snapshot, history, logs: new Map(), thresholds: Thresholds.parse({}), exceptions })
    .findings
}

const by = (rule: string, findings: readonly Finding[]) => findings.filter((each) => each.rule === rule)

describe('what was needed over a past', () => {
  it('is what covers all but the busiest hundredth of its hours, and never more than the most', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e6), { minLength: 150, maxLength: 200 }), (values) => {
        const needed = neededOver(trendOf(values), seconds(5 * 86_400))
        const above = values.filter((value) => value > (needed?.p99 ?? -1)).length
        expect(above).toBeLessThanOrEqual(Math.ceil(values.length * 0.01))
        expect(needed?.p99).toBeLessThanOrEqual(Math.max(...values))
      }),
    )
  })
  it('is unknown of a few days', () => {
    expect(neededOver(trendOf(week(1).slice(0, 48)), seconds(5 * 86_400))).toBeNull()
  })
})

describe('the memory limit of a container', () => {
  const memory = (limit: number, values: readonly number[]) =>
    by(
      'container-memory-size',
      found(
        { containers: [makeContainer({ limits: { ...makeContainer().limits, memoryBytes: bytes(limit) } })] },
        { pasts: { container_memory_working_set_bytes: values } },
      ),
    )

  it('is far too large when a week needed a tenth of it: P99 plus headroom is proposed', () => {
    const [finding] = memory(4 * GIBIBYTE, week(400 * MEBIBYTE, 420 * MEBIBYTE))
    expect(finding?.severity).toBe('low')
    // 400 MiB × 1.3, in whole steps of 16 MiB.
    expect(finding?.fixes[0]).toMatchObject({
      command: 'container.set-memory-limit',
      parameters: { memory: 528 * MEBIBYTE },
    })
  })
  it('is too small when the busy hours come near it, whatever is used now', () => {
    const [finding] = memory(512 * MEBIBYTE, week(480 * MEBIBYTE))
    expect(finding).toMatchObject({ severity: 'medium' })
    expect(finding?.fixes[0]).toMatchObject({ parameters: { memory: 624 * MEBIBYTE } })
  })
  it('is left alone when it fits, and when less would free next to nothing', () => {
    expect(memory(512 * MEBIBYTE, week(300 * MEBIBYTE))).toEqual([])
    expect(memory(512 * MEBIBYTE, week(50 * MEBIBYTE))).toEqual([])
  })
  it('is proposed in exact figures where there is none', () => {
    const limits = { ...makeContainer().limits, memoryBytes: null }
    const containers = [makeContainer({ limits }), makeContainer({ name: 'web' })]
    const pasts = { container_memory_working_set_bytes: week(100 * MEBIBYTE) }
    const [finding] = by('container-no-memory-limit', found({ containers }, { pasts }))
    expect(finding?.fixes[0]).toMatchObject({ parameters: { memory: 144 * MEBIBYTE } })
  })
})

it('a CPU limit is judged by a week too', () => {
  const cpu = (limit: number, values: readonly number[]) =>
    by(
      'container-cpu-size',
      found(
        { containers: [makeContainer({ limits: { ...makeContainer().limits, cpuCores: cores(limit) } })] },
        { pasts: { perfbot_container_cpu_cores: values } },
      ),
    )
  expect(cpu(8, week(0.5))[0]).toMatchObject({ severity: 'low', fixes: [{ parameters: { cpus: 0.7 } }, {}] })
  expect(cpu(2, week(1.95))[0]).toMatchObject({ severity: 'medium' })
  expect(cpu(2, week(1))).toEqual([])
})

describe('pools against max_connections', () => {
  const system = (variables: Record<string, string>) => ({
    databases: [makeDatabase({ address: { host: '172.18.0.3', port: 5432, database: 'app' } })],
    containers: [
      makeContainer({ name: 'db', addresses: ['172.18.0.3'] }),
      makeContainer({
        environment: Object.entries(variables).map(([name, value]) => ({ name, value })),
        connectionTargets: [{ name: 'DATABASE_URL', scheme: 'postgres', host: 'db', port: 5432 }],
      }),
    ],
  })

  it('of the example: 200 + 400 for each of four processes, and 97 open', () => {
    const [finding] = by(
      'pg-pools',
      found(system({ DB_POOL_SIZE: '200', DB_MAX_OVERFLOW: '400', WEB_CONCURRENCY: '4' })),
    )
    expect(finding).toMatchObject({
      severity: 'high',
      title: 'The pools of main may open 2400 connections, and it takes 97',
    })
    // 16 cores do 36 things at once: nine for each of four processes.
    expect(finding?.fixes[0]).toMatchObject({
      change: 'compose file, service api, environment: DB_POOL_SIZE: 9, DB_MAX_OVERFLOW: 0',
    })
  })
  it('that fit, and pools of something else, are no finding', () => {
    expect(by('pg-pools', found(system({ DB_POOL_SIZE: '20', DB_MAX_OVERFLOW: '10' })))).toEqual([])
    expect(by('pg-pools', found(system({ REDIS_POOL_SIZE: '500' })))).toEqual([])
  })
})

it('work_mem is proposed from the memory and the connections, when statements sort on disk', () => {
  const counters = (tempBytes: number) =>
    makeDatabase({
      settings: [...makeDatabase().settings, makeSetting('work_mem', '4096', 'kB')],
      databases: [
        {
          name: 'app',
          sizeBytes: null,
          cacheHitRatio: null,
          connections: 10,
          connectionLimit: null,
          statisticsResetAt: null,
          counters: { tempBytes, deadlocks: 0, conflicts: 0, sessions: 0, checksumFailures: 0 } as never,
          rates: {} as never,
          lastChecksumFailureAt: null,
          collationMismatch: null,
        },
      ],
    })
  const recent = makeHistory(20, () => ({ databases: [counters(0)] }))
  const [finding] = by('pg-temp-files', found({ databases: [counters(5 * GIBIBYTE)] }, { recent }))
  // A quarter of 32 GiB for twenty connections is more than a role should get for all: 256 MB is the most.
  expect(finding?.fixes[0]).toMatchObject({ parameters: { name: 'work_mem', value: '256MB' } })
})

describe('Ollama', () => {
  const gpus = [makeGpu({ memoryUsedBytes: bytes(8 * GIBIBYTE), memoryTotalBytes: bytes(24 * GIBIBYTE) })]
  const container = (changes: Parameters<typeof makeContainer>[0] = {}) =>
    makeContainer({
      name: 'ollama',
      ports: [{ containerPort: 11_434, protocol: 'tcp', hostPort: 11_434, hostIp: '127.0.0.1' }],
      ...changes,
    })
  const probe = (queued: number) => ({
    outcome: 'answered' as const,
    at: NOW,
    model: 'qwen3:8b',
    total: seconds(queued + 1),
    load: seconds(0),
    queued: seconds(queued),
    promptTokens: 10,
    promptTokensPerSecond: null,
    generatedTokens: 32,
    generatedTokensPerSecond: perSecond(40),
    wasResident: true,
  })

  it('that lets people wait is given as many slots as the GPU has room for', () => {
    const models = [makeOllama({ probe: probe(5) })]
    const environment = [{ name: 'OLLAMA_NUM_PARALLEL', value: '2' }]
    const [finding] = by('ollama-queue', found({ gpus, models, containers: [container({ environment })] }))
    // 6 − 5 GiB for two slots, and 16 GiB free, nine tenths of them to be used: 28 more.
    expect(finding?.fixes[0]).toMatchObject({ change: 'environment: OLLAMA_NUM_PARALLEL: 30' })
    expect(by('ollama-queue', found({ gpus, models: [makeOllama({ probe: probe(0.2) })] }))).toEqual([])
  })

  it('with more models than fit is told how many do', () => {
    const resident = ['a', 'b', 'c'].map((name) =>
      makeResidentModel({ name, sizeBytes: bytes(10 * GIBIBYTE), vramBytes: bytes(8 * GIBIBYTE) }),
    )
    const [finding] = by('ollama-crowded', found({ gpus, models: [makeOllama({ resident })] }))
    expect(finding?.fixes[0]).toMatchObject({ change: 'environment: OLLAMA_MAX_LOADED_MODELS: 2' })
  })

  it('that loads a model again and again is to keep it for longer', () => {
    const models = (isThere: boolean) => [makeOllama({ resident: isThere ? [makeResidentModel()] : [] })]
    const recent = makeHistory(20, (before) => ({ models: models(before % 4 < 2) }))
    const [finding] = by('ollama-reloads', found({ models: models(true) }, { recent }))
    expect(finding?.fixes[0]).toMatchObject({ change: 'environment: OLLAMA_KEEP_ALIVE: 30m' })
    const steady = makeHistory(20, () => ({ models: models(true) }))
    expect(by('ollama-reloads', found({ models: models(true) }, { recent: steady }))).toEqual([])
  })

  it('in a container without the GPU of the machine is told so, and one that has it is not', () => {
    const resident = [makeResidentModel({ vramBytes: bytes(0) })]
    const models = [makeOllama({ resident })]
    expect(by('ollama-without-gpu', found({ gpus, models, containers: [container()] }))[0]).toMatchObject({
      severity: 'high',
    })
    const deviceRequests = [{ driver: 'nvidia', count: -1, deviceIds: [], capabilities: ['gpu'] }]
    expect(
      by('ollama-without-gpu', found({ gpus, models, containers: [container({ deviceRequests })] })),
    ).toEqual([])
  })

  it('with a context that does not fit is told the one that does', () => {
    const resident = [
      makeResidentModel({
        sizeBytes: bytes(13 * GIBIBYTE),
        vramBytes: bytes(9 * GIBIBYTE),
        contextLength: 65_536,
      }),
    ]
    const full = [makeGpu({ memoryUsedBytes: bytes(12 * GIBIBYTE), memoryTotalBytes: bytes(12 * GIBIBYTE) })]
    const [finding] = by('model-off-gpu', found({ gpus: full, models: [makeOllama({ resident })] }))
    // Half of the 8 GiB that the context takes.
    expect(finding?.fixes[0]).toMatchObject({
      change: expect.stringContaining('OLLAMA_CONTEXT_LENGTH: 32768'),
    })
  })
})

it('limits hold for single targets as config says, the later of two that fit first', () => {
  const containers = ['cache', 'batch-1'].map((name) =>
    makeContainer({ name, usage: makeUsage({ memoryWorkingSetBytes: bytes(490 * MEBIBYTE) }) }),
  )
  const near = (exceptions: ThresholdException[]) =>
    by('memory-near-limit', found({ containers }, { exceptions })).map(({ target }) => target.name)
  const exception = (name: string, share: number): ThresholdException => ({
    kind: 'container',
    name,
    thresholds: { containerMemory: ratio(share) },
  })
  expect(near([])).toEqual(['cache', 'batch-1'])
  expect(near([exception('cache', 0.97)])).toEqual(['batch-1'])
  expect(near([exception('*', 0.97), exception('batch-*', 0.9)])).toEqual(['batch-1'])
  expect(near([{ ...exception('cache', 0.97), kind: 'postgres' }])).toEqual(['cache', 'batch-1'])
})
