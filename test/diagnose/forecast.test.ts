import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { forecast } from '../../src/diagnose/forecast.ts'
import { Thresholds } from '../../src/diagnose/thresholds.ts'
import { timestamp } from '../../src/model/units.ts'
import { openStore } from '../../src/store/store.ts'
import { makeDirectory } from '../store/directory.ts'
import { makeSnapshot } from '../support/snapshot.ts'

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
