import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { forecast } from '../../src/diagnose/forecast.ts'
import { Thresholds } from '../../src/diagnose/thresholds.ts'
import type { History, Snapshot } from '../../src/model/snapshot.ts'
import { timestamp } from '../../src/model/units.ts'
import { openStore } from '../../src/store/store.ts'
import { makeDirectory } from '../store/directory.ts'
import { makeDatabase, makeSnapshot } from '../support/snapshot.ts'

const HOUR = 3_600_000
const DAY = 86_400

function noise(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648 - 0.5
  }
}

const pointsOf = (hours: number, value: (hour: number) => number) =>
  Array.from({ length: hours }, (_, hour) => {
    const mean = value(hour)
    return { at: hour * HOUR, count: 1, minimum: mean, maximum: mean, mean, p50: null, p95: null, p99: null }
  })

describe('a forecast', () => {
  it('says when a steady fall ends, with an interval that holds the truth', () => {
    const random = noise()
    const found = forecast(
      pointsOf(168, (hour) => 1000 - 4 * hour + 20 * random()),
      0,
    )
    const truth = ((1000 - 4 * 167) / 4) * 3600
    expect(Math.abs((found?.inSeconds ?? 0) / truth - 1)).toBeLessThan(0.1)
    expect(found?.earliest).toBeLessThan(truth * 1.05)
    expect(found?.latest).toBeGreaterThan(truth * 0.95)
  })

  it('is not bent by outliers', () => {
    const found = forecast(
      pointsOf(168, (hour) => (hour % 20 === 7 ? 5000 : 1000 - 4 * hour)),
      0,
    )
    expect(found?.perSecond).toBeCloseTo(-4 / 3600, 5)
  })

  const random = noise(5)
  it.each<[string, number, (hour: number) => number, number]>([
    ['mere noise', 168, () => 500 + 100 * random(), 0],
    ['a tide', 168, (hour) => 500 + 200 * Math.sin((hour / 24) * 2 * Math.PI), 0],
    ['what stopped', 168, (hour) => Math.max(600, 1000 - 8 * hour), 0],
    ['what leads away from the limit', 168, (hour) => 100 + 4 * hour, 0],
    ['too few points', 8, (hour) => 1000 - 100 * hour, 0],
    ['an end beyond what its past can tell', 24, (hour) => 1000 - hour, 0],
    ['no change at all', 168, () => 7, 0],
    [
      'a walk without aim',
      168,
      (() => {
        let level = 500
        return () => (level += 6 * random())
      })(),
      0,
    ],
  ])('is not made of %s', (_name, hours, value, limit) => {
    expect(forecast(pointsOf(hours, value), limit)).toBeNull()
  })
})

const diskLeft = (hours: number, step: number, left: (hour: number) => number) => ({
  series: { id: 1, host: 'atlas', metric: 'node_filesystem_avail_bytes', labels: { mountpoint: '/' } },
  trend: {
    resolution: 'raw' as const,
    stepSeconds: step * 3600,
    points: pointsOf(Math.round(hours / step), (index) => left(index * step)).map((point, index) => ({
      ...point,
      at: index * step * HOUR,
    })),
  },
})

const judged = (trends: History['trends'], changes: Partial<Snapshot> = {}) =>
  diagnose({
    snapshot: makeSnapshot(changes),
    history: { recent: [], unusual: [], trends },
    logs: new Map(),
    thresholds: Thresholds.parse({}),
  })

describe('what runs out within hours', () => {
  it('is critical where all stops with it, and found in the last hours before a week shows it', () => {
    const week = diskLeft(160, 1, () => 200 * 1024 ** 3)
    const lately = diskLeft(6, 1 / 12, (hour) => (80 - 10 * hour) * 1024 ** 3)
    const found = (trends: History['trends']) =>
      judged(trends).findings.find(({ rule }) => rule === 'host-disk-full-predicted')
    expect(found([week])).toBeUndefined()
    expect(found([lately, week])).toMatchObject({
      severity: 'critical',
      title: expect.stringMatching(/^\/ will be full in 2 h/),
    })
  })
})

describe('transaction numbers', () => {
  const age = (xidAge: number) => ({
    databases: [makeDatabase({ wraparound: [{ databaseName: 'app', xidAge, multixactAge: 0 }] })],
  })
  const past = {
    series: {
      id: 2,
      host: 'atlas',
      metric: 'perfbot_postgres_xid_age',
      labels: { server: 'main', datname: 'app' },
    },
    trend: {
      resolution: 'hour' as const,
      stepSeconds: 3600,
      points: pointsOf(160, (hour) => 9e8 + hour * 2e6),
    },
  }
  const predicted = (xidAge: number) =>
    judged([past], age(xidAge)).findings.find(({ rule }) => rule === 'pg-transaction-ids-predicted')

  it('run out at the pace of the past, and not while autovacuum has not had its turn', () => {
    expect(predicted(1.22e9)).toMatchObject({
      severity: 'low',
      title: expect.stringContaining('database app will be used up in 19 d'),
    })
    expect(predicted(1.5e8)).toBeUndefined()
  })
})

describe('with a past in the store', () => {
  it('a disk that fills is foretold, by the history that reports read', async () => {
    const store = await openStore({ directory: await makeDirectory() })
    try {
      const snapshot = makeSnapshot({})
      const mountpoint = snapshot.machine?.filesystems.find(({ readOnly }) => !readOnly)?.mountPoint as string
      const end = Date.parse(snapshot.takenAt)
      const metric = 'node_filesystem_avail_bytes'
      for (let hour = 72; hour >= 0; hour -= 1) {
        const value = (30 + hour) * 1024 ** 3
        await store.saveSamples(snapshot.host, timestamp(new Date(end - hour * HOUR)), [
          { metric, labels: { mountpoint }, value },
        ])
      }
      const [series] = await store.series({ host: snapshot.host, metric })
      if (!series) throw new Error('no series')
      const stretch = { from: timestamp(new Date(end - 7 * DAY * 1000)), to: snapshot.takenAt }
      const trend = await store.trend({ series: series.id, ...stretch, points: 168 })
      const { findings, checks } = diagnose({
        snapshot,
        history: { recent: [], unusual: [], trends: [{ series, trend }] },
        logs: new Map(),
        thresholds: Thresholds.parse({}),
      })
      expect(findings.find(({ rule }) => rule === 'host-disk-full-predicted')).toMatchObject({
        severity: 'medium',
        title: expect.stringMatching(new RegExp(`^${mountpoint} will be full in 1 d 7 h$`)),
        rootCause: expect.stringMatching(/^It went down by 24 GiB a day/),
      })
      // Of what has no past, nothing is claimed.
      expect(
        checks.filter(({ rule, verdict }) => rule === 'pg-connections-predicted' && verdict === 'passed'),
      ).toEqual([])
    } finally {
      await store.close()
    }
  })
})
