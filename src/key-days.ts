import type { KeyDay } from './model/report.ts'
import { hasLabels, type TrendPoint } from './model/series.ts'
import { bytes, earlierBy, ratio, seconds, type Timestamp } from './model/units.ts'
import type { EventStore } from './store/events.ts'
import type { HistoryStore } from './store/history.ts'

const DAY = 86_400
const HOURS = 24

type Ports = {
  readonly store: HistoryStore & EventStore
  readonly host: string
  readonly now: Timestamp
  /** Whose midnight ends a day. */
  readonly timezone: string
}

/** The key figures of the last days, by the people's calendar, oldest first; a day of which nothing is known is not there. */
export async function keyDays(days: number, { store, host, now, timezone }: Ports): Promise<KeyDay[]> {
  const from = earlierBy(now, seconds(days * DAY))
  const dayOf = calendar(timezone)
  const byDay = async (metric: string, labels: Readonly<Record<string, string>> = {}) => {
    const all = (await store.series({ host, metric })).filter((series) => hasLabels(series, labels))
    const points = []
    for (const series of all) {
      const trend = await store.trend({ series: series.id, from, to: now, points: days * HOURS })
      points.push(...trend.points.map((point) => ({ series: series.id, point })))
    }
    return Map.groupBy(points, ({ point }) => dayOf(point.at))
  }
  const success = await byDay('probe_success')
  const healthy = await byDay('perfbot_container_healthy')
  const response = await byDay('perfbot_service_response_quantile_seconds', { quantile: '0.95' })
  const gpus = await byDay('perfbot_gpu_utilization_ratio')
  const memory = await byDay('perfbot_memory_used_bytes')
  const regressed = new Map(
    (await store.events(host, { since: from, kinds: ['regressions'] })).flatMap((event) =>
      event.kind === 'regressions' ? [[dayOf(Date.parse(event.at)), event.worse.length]] : [],
    ),
  )
  const known = new Set([success, healthy, response, gpus, memory].flatMap((each) => [...each.keys()]))
  return [...known]
    .sort()
    .slice(-days)
    .map((day) => {
      const available = success.get(day) ?? healthy.get(day)
      return {
        day,
        availability: orNull(worst(available, Math.min), ratio),
        responseP95: orNull(worst(response.get(day), Math.max), seconds),
        gpuUse: orNull(meanOf(gpus.get(day)), ratio),
        memoryPeak: orNull(most(memory.get(day)), bytes),
        regressions: regressed.get(day) ?? null,
      }
    })
}

type Told = readonly { readonly series: number; readonly point: TrendPoint }[] | undefined

/** "2026-03-14", by the clocks of a zone. */
function calendar(timezone: string): (at: number) => string {
  // Swedes write dates as ISO does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone })
  return (at) => format.format(at)
}

function meanOf(told: Told): number | null {
  const count = (told ?? []).reduce((sum, { point }) => sum + point.count, 0)
  if (!told || count === 0) return null
  return told.reduce((sum, { point }) => sum + point.mean * point.count, 0) / count
}

/** Of the means of all series the one that is worst off. */
function worst(told: Told, choose: (...values: number[]) => number): number | null {
  const means = [...Map.groupBy(told ?? [], ({ series }) => series).values()].flatMap(
    (each) => meanOf(each) ?? [],
  )
  return means.length === 0 ? null : choose(...means)
}

const most = (told: Told): number | null =>
  told && told.length > 0 ? Math.max(...told.map(({ point }) => point.maximum)) : null

const orNull = <Branded>(value: number | null, brand: (value: number) => Branded): Branded | null =>
  value === null ? null : brand(value)
