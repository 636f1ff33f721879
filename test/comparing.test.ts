import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askComparison, askSinceStart, parseStretches } from '../src/comparing.ts'
import { timestamp } from '../src/model/units.ts'
import { describeChange, describeCompared } from '../src/report/comparison-lines.ts'
import { compareMessage } from '../src/slack/commands/compare.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { makeDirectory } from './store/directory.ts'
import { makeContainer, makeSnapshot } from './support/snapshot.ts'

const NOW = Date.parse('2026-03-14T12:00:00Z')
const HALF_HOUR = 1_800_000
const DAY = 48 * HALF_HOUR

describe('what is other than it was', () => {
  let store: Store
  beforeEach(async () => {
    store = await openStore({ directory: await makeDirectory() })
    for (let at = NOW - 8 * DAY; at < NOW; at += HALF_HOUR) {
      if (at >= NOW - 7 * DAY && at < NOW - DAY) continue
      const hour = new Date(at).getUTCHours()
      const daily = hour >= 8 && hour < 18 ? 0.6 : 0.1
      const jitter = 0.02 * Math.sin(at / 1e5)
      await store.saveSamples('atlas', timestamp(new Date(at)), [
        { metric: 'perfbot_cpu_busy_ratio', labels: {}, value: daily + jitter },
        {
          metric: 'container_memory_working_set_bytes',
          labels: { engine: 'local', name: 'api' },
          value: (at >= NOW - DAY ? 3 : 2) * 1024 ** 3 + 1e8 * jitter,
        },
        { metric: 'container_oom_events_total', labels: { name: 'api' }, value: at },
      ])
    }
    await store.rollUp(timestamp(new Date(NOW)))
  })
  afterEach(() => store.close())

  const ask = (length: string, ago: string, metric?: string) => {
    const stretches = parseStretches(length, ago)
    if (!stretches) throw new Error('no stretches')
    return askComparison({ ...stretches, metric }, { store, host: 'atlas', now: timestamp(new Date(NOW)) })
  }

  it('is found at the same hours, and what only follows the day is not', async () => {
    const answer = await ask('1d', '7d')
    if (answer.kind !== 'compared') throw new Error(answer.kind)
    expect(answer.changes.map(({ metric }) => metric.name)).toEqual(['container_memory_working_set_bytes'])
    expect(answer.compared).toBe(3)
    const [change] = answer.changes
    expect(describeChange(change?.comparison as NonNullable<typeof change>['comparison'], 'bytes')).toBe(
      'was 2 GiB, is 3 GiB (+50 %; in 100 of 100 pairs of values the later one is higher)',
    )
    expect(JSON.stringify(compareMessage(answer))).toContain('engine local, name api')
    expect(describeCompared(1, 2, 0)).toBe('1 number of 2 changed beyond chance.')
  })

  it('is not said where there are too few values', async () => {
    const answer = await ask('1d', '3d', 'cpu-busy')
    expect(answer).toMatchObject({ kind: 'compared', compared: 0, tooShort: 1, changes: [] })
  })

  it('is found of a container since it was started, at the same hours of the day before', async () => {
    const container = (startedAt: number) =>
      makeContainer({
        engine: 'local',
        name: 'api',
        state: 'running',
        startedAt: timestamp(new Date(startedAt)),
      })
    // The day before is unknown: what is compared is a week before. Of another name nothing is said.
    const ports = { store, host: 'atlas', now: timestamp(new Date(NOW - 6 * DAY - DAY)) }
    const since = (name: string, startedAt: number, now = ports.now) =>
      askSinceStart(name, makeSnapshot({ containers: [container(startedAt)] }), { ...ports, now })
    expect(await since('api', NOW - 7.5 * DAY)).toMatchObject({ kind: 'compared', compared: 1, changes: [] })
    const now = timestamp(new Date(NOW))
    const today = await since('api', NOW - DAY, now)
    expect(today).toMatchObject({ kind: 'compared', compared: 0, tooShort: 1 })
    expect(await since('web', NOW - DAY, now)).toEqual({
      kind: 'no-container',
      asked: 'web',
      running: ['api'],
    })
  })

  it('of a metric that there is none of leads to those that there are', async () => {
    expect(await ask('1d', '7d', 'cpu-buzy')).toMatchObject({
      kind: 'unknown-metric',
      suggestions: ['cpu-busy'],
    })
    // The beginning of one alone is enough.
    expect(await ask('1d', '7d', 'cpu-b')).toMatchObject({ kind: 'compared', compared: 1 })
  })
})

it('stretches do not overlap', () => {
  expect(parseStretches('1d', '7d')).toEqual({ lengthSeconds: 86_400, agoSeconds: 604_800 })
  expect([parseStretches('7d', '1d'), parseStretches('x', '1d'), parseStretches('1d', '')]).toEqual([
    null,
    null,
    null,
  ])
})
