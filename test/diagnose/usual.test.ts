import { expect, it } from 'vitest'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { Thresholds } from '../../src/diagnose/thresholds.ts'
import { USUAL_METRICS } from '../../src/diagnose/usual.ts'
import { METRICS } from '../../src/model/samples/samples.ts'
import { makeDatabase, makeSnapshot } from '../support/snapshot.ts'

const HOUR = 3_600_000

/** A server of which nearly all connections are taken, and which had so many in each hour of the past. */
function findingWith(hours: number, used: (hour: number) => number, server = 'main') {
  const points = Array.from({ length: hours }, (_, hour) => {
    const mean = used(hour)
    return { at: hour * HOUR, count: 12, minimum: mean, maximum: mean, mean, p50: null, p95: null, p99: null }
  })
  const metric = 'perfbot_postgres_connections_used'
  const { findings } = diagnose({
    snapshot: makeSnapshot({
      databases: [
        makeDatabase({
          connections: { used: 95, active: 90, idle: 5, idleInTransaction: 0, maximum: 100, reserved: 3 },
        }),
      ],
    }),
    history: {
      recent: [],
      unusual: [],
      trends: [
        {
          series: { id: 1, host: 'atlas', metric, labels: { server } },
          trend: { resolution: 'hour', stepSeconds: 3600, points },
        },
      ],
    },
    logs: new Map(),
    thresholds: Thresholds.parse({}),
  })
  return findings.find(({ rule }) => rule === 'pg-connections')
}

it('a finding says what is usual here for its number', () => {
  const finding = findingWith(49, (hour) => 10 + (hour % 5))
  expect(finding?.symptoms).toContain('Usual here: 12; half of the last 2 d it was between 11 and 13.')
  expect(finding?.evidence.at(-1)).toMatchObject({
    label: 'usual here',
    value: 12,
    unit: 'count',
    source: 'median of perfbot_postgres_connections_used over 2 d',
  })
})

it('nothing is called usual after a few hours, or of another server', () => {
  const told = (finding: ReturnType<typeof findingWith>) => finding?.evidence.map(({ label }) => label)
  expect(told(findingWith(10, () => 10))).not.toContain('usual here')
  expect(told(findingWith(49, () => 10, 'other'))).not.toContain('usual here')
})

it('what is called usual has a history', () => {
  const kept = new Set(METRICS.filter(({ history }) => history).map(({ name }) => name))
  expect(USUAL_METRICS.filter((name) => !kept.has(name))).toEqual([])
})
