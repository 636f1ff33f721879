import { describe, expect, it } from 'vitest'
import { formatValue } from '../../src/model/format.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { perSecond, ratio, seconds } from '../../src/model/units.ts'
import { gradeOf } from '../../src/report/grade.ts'
import { scoreboard } from '../../src/report/scoreboard.ts'
import { tables } from '../../src/report/tables.ts'
import { Targets } from '../../src/report/targets.ts'
import { makeCache, makeOllama, makeService, makeSnapshot, NOW } from '../support/snapshot.ts'

const timed = (p50: number, p95: number | null, target: number | null = null, name = 'api') =>
  makeService({
    name,
    target: target === null ? null : seconds(target),
    recent: {
      responseTimes: {
        mean: seconds(p50),
        maximum: seconds(1),
        p50: seconds(p50),
        p90: null,
        p95: p95 === null ? null : seconds(p95),
        p99: null,
      },
    },
  })

const down = makeService({
  name: 'web',
  latest: { succeeded: false, status: null, failure: { kind: 'refused', reason: 'ECONNREFUSED' } },
  recent: { succeeded: 0, successRatio: ratio(0), responseTimes: null },
})

const rowsOf = (id: string, changes: Partial<Snapshot>): Record<string, string>[] => {
  const table = tables(makeSnapshot(changes)).find((each) => each.id === id)
  return (table?.rows ?? []).map((row) =>
    Object.fromEntries(
      row.map(({ value, unit }, index) => [table?.columns[index], formatValue(value, unit)]),
    ),
  )
}

describe('the grade of a service', () => {
  it.each<[string, ReturnType<typeof makeService>]>([
    ['excellent', timed(0.02, 0.05)],
    ['good', timed(0.04, 0.0587)],
    ['acceptable', timed(0.05, 0.25)],
    ['poor', timed(0.3, 0.5)],
    ['good', timed(0.3, 0.5, 0.6)],
    ['acceptable, with a tail', timed(0.022, 0.276)],
    ['too few probes', timed(0.02, null)],
    ['poor: fails now and then', makeService({ recent: { successRatio: ratio(0.95) } })],
    ['failing', makeService({ latest: { succeeded: false, status: 503 } })],
    ['down', down],
  ])('is %s', (grade, service) => {
    expect(gradeOf(service)).toBe(grade)
  })
})

describe('the tables', () => {
  it('show each service with its percentiles, its target and its grade', () => {
    expect(rowsOf('services', { services: [timed(0.022, 0.276, 0.3), down] })).toEqual([
      {
        Service: 'api',
        Status: '200',
        P50: '22 ms',
        P95: '276 ms',
        P99: '40 ms',
        Target: '300 ms',
        Success: '100 %',
        Probes: '50',
        Grade: 'good, with a tail',
      },
      {
        Service: 'web',
        Status: 'refused',
        P50: '–',
        P95: '–',
        P99: '40 ms',
        Target: '–',
        Success: '0 %',
        Probes: '50',
        Grade: 'down',
      },
    ])
  })

  it('show caches, and how fast the model writes that was asked', () => {
    expect(rowsOf('caches', { caches: [makeCache({ product: 'valkey', version: '8.1.0' })] })).toMatchObject([
      {
        Cache: 'cache',
        Version: 'valkey 8.1.0',
        Role: 'primary',
        Memory: '200 MiB',
        Limit: '1 GiB',
        Hits: '95.2 %',
      },
    ])
    const probe = {
      outcome: 'answered' as const,
      at: NOW,
      model: 'qwen3:8b',
      total: seconds(0.6),
      load: seconds(0.01),
      queued: seconds(0),
      promptTokens: 40,
      promptTokensPerSecond: null,
      generatedTokens: 32,
      generatedTokensPerSecond: perSecond(62.2),
      wasResident: true,
    }
    expect(rowsOf('models', { models: [makeOllama({ probe })] })).toMatchObject([
      { Model: 'qwen3:8b', Parameters: '8.2B', Quantisation: 'Q4_K_M', Tokens: '62.2/s' },
    ])
    expect(rowsOf('models', { models: [makeOllama()] })).toMatchObject([{ Tokens: '–' }])
  })
})

describe('the scoreboard', () => {
  const scores = (changes: Partial<Snapshot>) => {
    const all = scoreboard(makeSnapshot(changes), Targets.parse({}), null)
    return Object.fromEntries(all.map(({ kpi, verdict, measured }) => [kpi, [verdict, measured?.value]]))
  }

  it('judges services by the worst of them, and against their own targets only where they have some', () => {
    expect(scores({ services: [timed(0.02, 0.05), timed(0.02, 0.3, 0.2, 'slow'), down] })).toMatchObject({
      'services-successful': ['missed', 0],
      'services-within-target': ['missed', 0],
    })
    expect(scores({ services: [timed(0.02, 0.05, 0.2), timed(0.02, 0.3, 0.2, 'slow')] })).toMatchObject({
      'services-successful': ['met', 1],
      'services-within-target': ['missed', 0.5],
    })
    expect(scores({ services: [timed(0.02, 0.05)] })).toMatchObject({
      'services-within-target': ['unknown', undefined],
    })
  })

  it('judges caches by the slowest PING', () => {
    const slow = makeCache({ name: 'slow', roundTripSeconds: seconds(0.05) })
    expect(scores({ caches: [makeCache(), slow] })).toMatchObject({ 'cache-round-trip': ['missed', 0.05] })
    expect(scores({ caches: [makeCache({ roundTripSeconds: null })] })).toMatchObject({
      'cache-round-trip': ['unknown', undefined],
    })
  })
})
