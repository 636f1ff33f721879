import { createDetector, type Detector, step } from './diagnose/anomaly/detector.ts'
import { freeze, thaw } from './diagnose/anomaly/state.ts'
import { canonicalJson } from './model/identity.ts'
import { collectionMetrics, collectorMetrics } from './model/samples/collection.ts'
import { METRICS } from './model/samples/samples.ts'
import { type SeriesKey, type SeriesValue, seriesText } from './model/series.ts'
import type { Timestamp } from './model/units.ts'
import type { Unusual } from './model/unusual.ts'
import type { HistoryStore } from './store/history.ts'
import type { UnusualStore } from './store/unusual.ts'

/** Watches every series that collections bring, and keeps what is unusual. */
export type Noticing = {
  /** One collection. Cheap, but for one in five minutes, which is a few milliseconds for hundreds of series. */
  notice(at: Timestamp, samples: readonly SeriesValue[]): Promise<void>
  /** Keeps what was learnt; it is kept once an hour anyway. */
  keep(): Promise<void>
}

/** Detectors judge means of so long: the pace that they were measured at, whatever the schedule is. */
const PACE_MS = 5 * 60_000
const KEEP_EVERY_MS = 3_600_000
/** Of what is less unusual than this there is too much for people who look at hundreds of series. */
const WORTH_KEEPING = 0.3

/** Rules watch events that only add up; of traffic its pace is watched. perfbot's own doings are nobody's concern here. */
const OWN = new Set<string>([...collectionMetrics, ...collectorMetrics].map(({ name }) => name))
const WATCHED = new Set(
  METRICS.filter(({ type, unit, name }) => (type === 'gauge' || unit === 'bytes') && !OWN.has(name)).map(
    ({ name }) => name,
  ),
)
const COUNTERS = new Set(METRICS.filter(({ type }) => type === 'counter').map(({ name }) => name))

type Mean = { readonly key: SeriesKey; sum: number; count: number }

const textOf = ({ metric, labels }: SeriesKey): string => `${metric}${canonicalJson(labels)}`

export function createNoticing(host: string, store: HistoryStore & UnusualStore): Noticing {
  const means = new Map<string, Mean>()
  /** Of counters, what they stood at. */
  const counted = new Map<string, { at: number; value: number }>()
  let pace = 0
  /** By series; null until what was learnt before is read. */
  let detectors: Map<number, Detector> | null = null
  let keptAt = 0
  let isDirty = false

  async function learnt(): Promise<Map<number, Detector>> {
    detectors ??= new Map(
      (await store.detectors(host)).flatMap(({ series, state }) => {
        const detector = thaw(state)
        return detector ? [[series, detector]] : []
      }),
    )
    return detectors
  }

  async function judge(endMs: number): Promise<void> {
    const ids = new Map((await store.series({ host })).map((series) => [textOf(series), series.id]))
    const all = await learnt()
    const found: { series: number; unusual: Unusual }[] = []
    for (const { key, sum, count } of means.values()) {
      const series = ids.get(textOf(key))
      if (series === undefined) continue
      const detector = all.get(series) ?? createDetector()
      all.set(series, detector)
      const { score, unusual } = step(detector, endMs / 1000, sum / count)
      if (unusual && score >= WORTH_KEEPING) found.push({ series, unusual })
    }
    means.clear()
    isDirty = true
    await store.saveUnusual(found)
    if (keptAt === 0) keptAt = endMs
    if (endMs - keptAt >= KEEP_EVERY_MS) await keep()
  }

  async function keep(): Promise<void> {
    if (!detectors || !isDirty) return
    isDirty = false
    keptAt = pace * PACE_MS
    await store.saveDetectors(
      [...detectors].map(([series, detector]) => ({ series, state: freeze(detector) })),
    )
  }

  /** How fast a counter grew since it was last read; null at first, and where it began anew. */
  function growthOf(text: string, value: number, at: number): number | null {
    const before = counted.get(text)
    counted.set(text, { at, value })
    if (!before || at <= before.at || value < before.value) return null
    return (value - before.value) / ((at - before.at) / 1000)
  }

  return {
    async notice(at, samples) {
      const now = Math.floor(Date.parse(at) / PACE_MS)
      if (now > pace && means.size > 0) await judge((pace + 1) * PACE_MS)
      pace = now
      for (const { metric, labels, value } of samples) {
        if (!WATCHED.has(metric) || !Number.isFinite(value)) continue
        const key = { metric, labels }
        const text = seriesText(key)
        const level = COUNTERS.has(metric) ? growthOf(text, value, Date.parse(at)) : value
        if (level === null) continue
        const mean = means.get(text) ?? { key, sum: 0, count: 0 }
        mean.sum += level
        mean.count += 1
        means.set(text, mean)
      }
    },
    keep,
  }
}
