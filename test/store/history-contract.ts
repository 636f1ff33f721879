import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Series } from '../../src/model/series.ts'
import { type Timestamp, timestamp } from '../../src/model/units.ts'
import type { Store } from '../../src/store/store.ts'

const BEGINNING = Date.parse('2026-03-14T00:00:00Z')
const HOUR = 3600
const later = (seconds: number): Timestamp => timestamp(new Date(BEGINNING + seconds * 1000))

const BUSY = { metric: 'cpu_busy_ratio', labels: { host: 'atlas' } }
const USED = { metric: 'memory_used_bytes', labels: { host: 'atlas' } }

/** What every store has to do with numbers over time. `open` gives an empty one. */
export function describeHistory(engine: string, open: () => Promise<Store>): void {
  let store: Store
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  /** One sample every 15 s from the beginning on; its value is the number of the sample. */
  async function fill(hours: number, from = 0): Promise<void> {
    for (let at = from; at < from + hours * HOUR; at += 15) {
      await store.saveSamples('atlas', later(at), [{ ...BUSY, value: at / 15 }])
    }
  }
  const only = async (): Promise<Series> => (await store.series())[0] as Series
  const trendOf = async (from: number, to: number, points: number) =>
    store.trend({ series: (await only()).id, from: later(from), to: later(to), points })

  describe(`history in ${engine}`, () => {
    test('knows each series once, by host, metric and labels', async () => {
      await store.saveSamples('atlas', later(0), [
        { ...BUSY, value: 1 },
        { ...USED, value: 2 },
      ])
      await store.saveSamples('atlas', later(15), [{ ...BUSY, value: 3 }])
      await store.saveSamples('borea', later(15), [{ ...BUSY, value: 4 }])
      const named = (list: Series[]) => list.map(({ host, metric }) => `${host} ${metric}`)
      expect(named(await store.series())).toEqual([
        'atlas cpu_busy_ratio',
        'borea cpu_busy_ratio',
        'atlas memory_used_bytes',
      ])
      expect(named(await store.series({ host: 'atlas', metric: 'cpu_busy_ratio' }))).toEqual([
        'atlas cpu_busy_ratio',
      ])
      expect((await only()).labels).toEqual({ host: 'atlas' })
    })

    test('gives every point back, packed or not, and each once', async () => {
      await fill(2)
      const id = (await only()).id
      const before = await store.points(id, later(0), later(2 * HOUR))
      expect(before.map(({ value }) => value)).toEqual(Array.from({ length: 480 }, (_, index) => index))
      await store.rollUp(later(HOUR + 60))
      await store.rollUp(later(2 * HOUR))
      await store.rollUp(later(2 * HOUR))
      expect(await store.points(id, later(0), later(2 * HOUR))).toEqual(before)
      expect(await store.points(id, later(30), later(60))).toEqual(before.slice(2, 4))
    })

    test('samples that come late join the hour that was packed', async () => {
      await fill(1)
      await store.rollUp(later(HOUR))
      await store.saveSamples('atlas', later(7), [{ ...BUSY, value: 1000 }])
      await store.rollUp(later(HOUR))
      const [hour] = (await trendOf(0, HOUR, 1)).points
      expect(hour).toMatchObject({ count: 241, maximum: 1000 })
      expect(await store.points((await only()).id, later(0), later(8))).toHaveLength(2)
    })

    test('a trend has no more points than wanted, and the same figures at any fineness', async () => {
      await fill(3)
      for (const rolled of [false, true]) {
        if (rolled) await store.rollUp(later(3 * HOUR))
        const trend = await trendOf(0, 3 * HOUR, 3)
        expect(trend).toMatchObject({ resolution: 'hour', stepSeconds: HOUR })
        expect(
          trend.points.map(({ count, minimum, maximum, mean }) => [count, minimum, maximum, mean]),
        ).toEqual([
          [240, 0, 239, 119.5],
          [240, 240, 479, 359.5],
          [240, 480, 719, 599.5],
        ])
        const p95 = trend.points[2]?.p95 as number
        expect(p95 / 707).toBeGreaterThan(0.99)
        expect(p95 / 707).toBeLessThan(1.01)
      }
      expect((await trendOf(0, 3 * HOUR, 40)).points.length).toBeLessThanOrEqual(40)
    })

    test('what is forgotten in detail is still known by the minute, then by the hour', async () => {
      await fill(2)
      await store.rollUp(later(2 * HOUR))
      expect((await trendOf(0, 2 * HOUR, 500)).resolution).toBe('raw')
      const never = later(0)
      await store.pruneHistory({ raw: later(2 * HOUR), minutes: never, hours: never })
      const minutes = await trendOf(0, 2 * HOUR, 500)
      expect(minutes).toMatchObject({ resolution: 'minute', stepSeconds: 60 })
      expect(minutes.points).toHaveLength(120)
      // Percentiles of means would be no percentiles.
      expect(minutes.points[1]).toMatchObject({ count: 4, minimum: 4, maximum: 7, mean: 5.5, p95: null })
      await store.pruneHistory({ raw: later(2 * HOUR), minutes: later(2 * HOUR), hours: never })
      const hours = await trendOf(0, 2 * HOUR, 500)
      expect(hours).toMatchObject({ resolution: 'hour', stepSeconds: HOUR })
      expect(hours.points[0]).toMatchObject({ count: 240, mean: 119.5 })
      await store.pruneHistory({ raw: later(2 * HOUR), minutes: later(2 * HOUR), hours: later(2 * HOUR) })
      expect((await trendOf(0, 2 * HOUR, 500)).points).toEqual([])
    })

    test('what is no number is left out, and nothing else with it', async () => {
      await store.saveSamples('atlas', later(0), [
        { ...BUSY, value: Number.NaN },
        { ...USED, value: 2 },
      ])
      expect((await store.series()).map(({ metric }) => metric)).toEqual(['memory_used_bytes'])
    })

    test('a time without a collection has no point', async () => {
      await fill(1)
      await fill(1, 5 * HOUR)
      await store.rollUp(later(6 * HOUR))
      const starts = (await trendOf(0, 6 * HOUR, 6)).points.map(({ at }) => (at - BEGINNING) / 3_600_000)
      expect(starts).toEqual([0, 5])
    })

    test('keeps what was learnt of series, and what was unusual of them', async () => {
      await store.saveSamples('atlas', later(0), [
        { ...BUSY, value: 1 },
        { ...USED, value: 2 },
      ])
      await store.saveSamples('borea', later(0), [{ ...BUSY, value: 1 }])
      const [busy, used] = (await store.series({ host: 'atlas' })).map(({ id }) => id) as [number, number]
      await store.saveDetectors([
        { series: busy, state: 'old' },
        { series: used, state: '{}' },
      ])
      await store.saveDetectors([{ series: busy, state: 'new' }])
      expect((await store.detectors('atlas')).toSorted((left, right) => left.series - right.series)).toEqual(
        [
          { series: busy, state: 'new' },
          { series: used, state: '{}' },
        ].toSorted((left, right) => left.series - right.series),
      )
      expect(await store.detectors('borea')).toEqual([])

      const moment = (at: number) =>
        ({ at, since: at, observed: 3, usual: 1, usualOf: 'hour-of-week', score: 0.6 }) as const
      const times = [BEGINNING, BEGINNING + 60_000, BEGINNING + 120_000]
      await store.saveUnusual(times.map((at) => ({ series: busy, unusual: moment(at) })))
      await store.saveUnusual([{ series: busy, unusual: moment(BEGINNING) }])
      const found = await store.unusual('atlas', later(0), later(120))
      expect(found.map(({ unusual }) => unusual)).toEqual(times.slice(0, 2).map(moment))
      expect(found[0]?.series).toEqual({ ...BUSY, id: busy, host: 'atlas' })
      expect(await store.unusual('borea', later(0), later(120))).toEqual([])
      await store.pruneUnusual(later(100))
      expect(await store.unusual('atlas', later(0), later(999))).toHaveLength(1)
    })
  })
}
