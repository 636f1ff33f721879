import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diagnose } from '../src/diagnose/diagnose.ts'
import { Thresholds } from '../src/diagnose/thresholds.ts'
import { timestamp } from '../src/model/units.ts'
import { createNoticing } from '../src/noticing.ts'
import { describeAllUnusual } from '../src/report/trend-lines.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { askTrend, parseRange } from '../src/trending.ts'
import { makeDirectory } from './store/directory.ts'
import { makeSnapshot } from './support/snapshot.ts'

const BEGINNING = Date.parse('2026-03-02T00:00:00Z')
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const METRIC = 'perfbot_cpu_busy_ratio'
const at = (ms: number) => timestamp(new Date(ms))

describe('what collections bring', () => {
  let directory: string
  let store: Store
  beforeEach(async () => {
    directory = await makeDirectory()
    store = await openStore({ directory })
  })
  afterEach(() => store.close())

  /** A busy ratio every five minutes for a week, then what is unusual from noon on. */
  async function week(restartAfterDays: number | null) {
    let noticing = createNoticing('atlas', store)
    for (let now = BEGINNING; now <= BEGINNING + 7 * DAY + 14 * 60 * MINUTE; now += 5 * MINUTE) {
      if (restartAfterDays !== null && now === BEGINNING + restartAfterDays * DAY) {
        await noticing.keep()
        noticing = createNoticing('atlas', store)
      }
      const isUnusual = now >= BEGINNING + 7 * DAY + 12 * 60 * MINUTE
      const value = (isUnusual ? 0.82 : 0.2) + 0.01 * Math.sin(now / 1e6)
      const samples = [
        { metric: METRIC, labels: {}, value },
        // Events that only add up are left to rules, and perfbot's own doings to nobody.
        { metric: 'container_oom_events_total', labels: { name: 'api' }, value: isUnusual ? 9 : 0 },
        { metric: 'perfbot_collection_duration_seconds', labels: {}, value: isUnusual ? 9 : 0.1 },
      ]
      if (now === BEGINNING || isUnusual) await store.saveSamples('atlas', at(now), samples)
      await noticing.notice(at(now), samples)
    }
    return store.unusual('atlas', at(BEGINNING), at(BEGINNING + 8 * DAY))
  }

  it('is noticed where it is unusual, also after a restart in between', async () => {
    const found = await week(4)
    expect(new Set(found.map(({ series }) => series.metric))).toEqual(new Set([METRIC]))
    const [first] = found
    expect(first?.unusual.at).toBe(BEGINNING + 7 * DAY + 12 * 60 * MINUTE + 5 * MINUTE)
    expect(first?.unusual.observed).toBeCloseTo(0.82, 1)

    const answer = await askTrend(
      { metric: 'cpu-busy', rangeSeconds: parseRange('4h') as NonNullable<ReturnType<typeof parseRange>> },
      { store, host: 'atlas', now: at(BEGINNING + 7 * DAY + 14 * 60 * MINUTE) },
    )
    if (answer.kind !== 'trends') throw new Error(answer.kind)
    expect(describeAllUnusual(answer.trends[0]?.unusual ?? [], 'ratio', 'Europe/Berlin').at(-1)).toMatch(
      /^unusual: 4(\.\d)? times the usual level since 13:05$/,
    )
  })

  it('is told in a report as one finding of low severity', async () => {
    const unusual = await week(null)
    const snapshot = makeSnapshot({})
    const { findings } = diagnose({
      snapshot,
      history: { recent: [], unusual, trends: [] },
      logs: new Map(),
      thresholds: Thresholds.parse({}),
    })
    const finding = findings.find(({ rule }) => rule === 'unusual')
    expect(finding).toMatchObject({ severity: 'low', target: { kind: 'host' } })
    expect(finding?.title).toMatch(/^CPU busy: 4(\.\d)? times the usual level since 12:05 UTC$/)
    expect(finding?.evidence.map(({ label }) => label)).toEqual(['CPU busy', 'usual CPU busy'])
  })

  it('of traffic its pace is watched, over a counter that began anew', async () => {
    const noticing = createNoticing('atlas', store)
    const labels = { engine: 'local', name: 'api', interface: 'eth0' }
    const metric = 'container_network_receive_bytes_total'
    let received = 0
    for (let step = 0; step <= 3 * 288; step += 1) {
      // A restart in the middle, and ten times the traffic in the last hour.
      if (step === 400) received = 0
      received += (step > 3 * 288 - 12 ? 3e8 : 3e7) * (1 + 0.02 * Math.sin(step))
      const now = BEGINNING + step * 5 * MINUTE
      const samples = [{ metric, labels, value: received }]
      if (step === 0) await store.saveSamples('atlas', at(now), samples)
      await noticing.notice(at(now), samples)
    }
    const found = await store.unusual('atlas', at(BEGINNING), at(BEGINNING + 4 * DAY))
    expect(found.length).toBeGreaterThan(0)
    expect(found.every(({ unusual }) => unusual.at > BEGINNING + (3 * 288 - 12) * 5 * MINUTE)).toBe(true)
    expect(found[0]?.unusual.usual).toBeCloseTo(1e5, -4)
  })

  it('begins anew where what was learnt cannot be read', async () => {
    await store.saveSamples('atlas', at(BEGINNING), [{ metric: METRIC, labels: {}, value: 1 }])
    const [series] = await store.series()
    await store.saveDetectors([{ series: series?.id as number, state: 'from another version' }])
    const noticing = createNoticing('atlas', store)
    await noticing.notice(at(BEGINNING), [{ metric: METRIC, labels: {}, value: 1 }])
    await noticing.notice(at(BEGINNING + 5 * MINUTE), [{ metric: METRIC, labels: {}, value: 1 }])
    await noticing.keep()
    expect((await store.detectors('atlas'))[0]?.state).toContain('"seen":1')
  })

  it('of more series than one statement takes is kept', async () => {
    await store.saveSamples('atlas', at(BEGINNING), [{ metric: METRIC, labels: {}, value: 1 }])
    const [series] = await store.series()
    const id = series?.id as number
    await store.saveDetectors(
      Array.from({ length: 1200 }, (_, index) => ({ series: id + index, state: '{}' })),
    )
    expect(await store.detectors('atlas')).toEqual([{ series: id, state: '{}' }])
    expect(await store.detectors('borea')).toEqual([])
  })
})
