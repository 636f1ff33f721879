import { afterAll, beforeAll, expect, it } from 'vitest'
import { keyDays } from '../src/key-days.ts'
import { seconds, timestamp } from '../src/model/units.ts'
import { keepRegressions, regressions } from '../src/regressing.ts'
import { keyDayTable } from '../src/report/key-days.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { makeDirectory } from './store/directory.ts'

const NOW = Date.parse('2026-03-16T12:00:00Z')
const HALF_HOUR = 1_800_000
const DAY = 48 * HALF_HOUR
const now = timestamp(new Date(NOW))

let store: Store
beforeAll(async () => {
  store = await openStore({ directory: await makeDirectory() })
  for (let at = NOW - 8 * DAY; at < NOW; at += HALF_HOUR) {
    const ago = (NOW - at) / DAY
    const jitter = 0.02 * Math.sin(at / 1e5)
    const isLast = ago <= 1
    // Two days of a weekend are quiet: a Monday is other than its Sunday, and as the Monday before.
    const isWeekend = ago > 1 && ago <= 3
    const value = (metric: string, labels: Record<string, string>, level: number) => ({
      metric,
      labels,
      value: level * (1 + jitter),
    })
    await store.saveSamples('atlas', timestamp(new Date(at)), [
      value('perfbot_service_response_seconds', { service: 'api' }, isLast ? 0.3 : 0.1),
      value(
        'perfbot_service_response_quantile_seconds',
        { service: 'api', quantile: '0.95' },
        isLast ? 0.4 : 0.2,
      ),
      value('perfbot_service_response_quantile_seconds', { service: 'api', quantile: '0.5' }, 0.1),
      value('perfbot_service_response_seconds', { service: 'web' }, isLast ? 0.05 : 0.1),
      value('perfbot_cpu_busy_ratio', {}, isWeekend ? 0.1 : 0.6),
      value('perfbot_network_receive_bytes_per_second', { device: 'eth0' }, isLast ? 9e6 : 1e6),
      { metric: 'probe_success', labels: { service: 'api' }, value: isLast && ago < 0.1 ? 0 : 1 },
      { metric: 'probe_success', labels: { service: 'web' }, value: 1 },
      { metric: 'perfbot_memory_used_bytes', labels: {}, value: isLast && ago < 0.1 ? 8e9 : 4e9 },
    ])
  }
  await store.rollUp(now)
})
afterAll(() => store?.close())

const ports = () => ({ store, host: 'atlas', now })

it('a day is worse where it is other than the day before and the same weekday, and where anybody would call it worse', async () => {
  const found = await regressions(seconds(86_400), ports())
  expect(found.worse.map(({ title }) => title).sort()).toEqual([
    'Service response (service api)',
    'Service response percentiles (quantile 0.95, service api)',
  ])
  expect(found.worse[0]).toMatchObject({ unit: 'seconds', delta: 1 })
  expect([found.better, found.compared]).toEqual([1, 8])
})

it('a week is not judged by one day of the week before', async () => {
  expect(await regressions(seconds(7 * 86_400), ports())).toMatchObject({ worse: [], better: 0, compared: 0 })
})

it('key figures stand day by day, by the calendar of the people who read, with the regressions that were counted', async () => {
  await keepRegressions(ports())
  const days = await keyDays(8, { ...ports(), timezone: 'Asia/Tokyo' })
  expect(days.map(({ day }) => day)).toEqual(
    Array.from({ length: 8 }, (_, index) => `2026-03-${String(9 + index).padStart(2, '0')}`),
  )
  const { availability, responseP95, memoryPeak, gpuUse, regressions: counted } = days.at(-1) ?? {}
  expect(availability).toBeLessThan(1)
  expect(responseP95).toBeGreaterThan(0.35)
  expect([memoryPeak, gpuUse, counted]).toEqual([8e9, null, 2])
  expect(days[3]).toMatchObject({ availability: 1, memoryPeak: 4e9, regressions: null })
  expect(keyDayTable(days)[0]?.rows).toHaveLength(8)
  expect(keyDayTable(days.slice(0, 1))).toEqual([])
})
