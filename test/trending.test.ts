import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Timestamp, timestamp } from '../src/model/units.ts'
import { describeTrend, sparkline } from '../src/report/trend-lines.ts'
import { trendMessage } from '../src/slack/commands/trend.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { askTrend, parseRange } from '../src/trending.ts'
import { makeDirectory } from './store/directory.ts'

const NOW = Date.parse('2026-03-14T12:00:00Z')
const ago = (minutes: number): Timestamp => timestamp(new Date(NOW - minutes * 60_000))
const METRIC = 'perfbot_scrape_collector_duration_seconds'

describe('what a number did', () => {
  let store: Store
  beforeEach(async () => {
    store = await openStore({ directory: await makeDirectory() })
    for (let minute = 60; minute >= 0; minute -= 1) {
      await store.saveSamples('atlas', ago(minute), [
        { metric: METRIC, labels: { collector: 'host' }, value: 0.01 },
        { metric: METRIC, labels: { collector: 'docker:local' }, value: minute > 30 ? 0.1 : 0.4 },
      ])
    }
  })
  afterEach(() => store.close())

  const ask = (metric: string, target?: string, range = '1h') =>
    askTrend(
      { metric, target, rangeSeconds: parseRange(range) as NonNullable<ReturnType<typeof parseRange>> },
      { store, host: 'atlas', now: ago(0) },
    )

  it('is told for each series, the highest first, by the name that people type', async () => {
    const answer = await ask('collector-time')
    if (answer.kind !== 'trends') throw new Error(answer.kind)
    expect(answer.trends.map(({ series }) => series.labels.collector)).toEqual(['docker:local', 'host'])
    const [docker] = answer.trends
    expect(describeTrend((docker as (typeof answer.trends)[number]).trend, 'seconds')).toMatch(
      /^now 400 ms, mean 2\d\d ms, least 100 ms, most 400 ms$/,
    )
    expect(sparkline((docker as (typeof answer.trends)[number]).trend)).toMatch(/^▁+.?█+$/)
    expect(JSON.stringify(trendMessage(answer, 'UTC').blocks)).toContain('collector docker:local')
  })

  it('is told for a target and a range', async () => {
    const answer = await ask('collector-time', 'HOST', '30min')
    expect(answer).toMatchObject({
      kind: 'trends',
      trends: [{ series: { labels: { collector: 'host' } } }],
      more: 0,
    })
  })

  it('of a name that there is none of leads to those that there are', async () => {
    expect(await ask('collector-tmie')).toEqual({
      kind: 'unknown-metric',
      asked: 'collector-tmie',
      suggestions: ['collector-time'],
    })
    expect(await ask('<!channel>')).toMatchObject({ suggestions: ['collector-time'] })
    expect(JSON.stringify(trendMessage(await ask('<!channel>'), 'UTC').blocks)).not.toContain('<!channel>')
  })

  it('where nothing is known is said', async () => {
    expect(await ask('gaps')).toMatchObject({ kind: 'no-history', others: ['collector-time'] })
  })
})

describe('a line of bars', () => {
  const point = (at: number, mean: number) => ({
    at,
    count: 1,
    minimum: mean,
    maximum: mean,
    mean,
    p50: null,
    p95: null,
    p99: null,
  })

  it('shows where nothing was read', () => {
    const points = [point(0, 1), point(60_000, 2), point(240_000, 3)]
    expect(sparkline({ resolution: 'minute', stepSeconds: 60, points })).toBe('▁▅··█')
  })

  it('of a level that never changes stays low', () => {
    expect(sparkline({ resolution: 'raw', stepSeconds: 60, points: [point(0, 7), point(60_000, 7)] })).toBe(
      '▁▁',
    )
  })
})

it('a range is a number and a unit', () => {
  expect(['30min', '24h', '7d', '2w'].map(parseRange)).toEqual([1800, 86_400, 604_800, 1_209_600])
  expect(['', '0h', '5', 'h', '-1h', '1y', '99999d'].map(parseRange)).toEqual(Array(7).fill(null))
})
