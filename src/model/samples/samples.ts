import { seriesText } from '../series.ts'
import type { Snapshot } from '../snapshot.ts'
import { collectionMetrics, collectorMetrics } from './collection.ts'
import { containerLabels, containerMetrics } from './containers.ts'
import { gpuLabels, gpuMetrics } from './gpus.ts'
import { hostMetrics } from './host.ts'
import type { Labels, Metric, MetricOf, Sample } from './metric.ts'
import { samplesOfReading } from './metric.ts'
import { ollamaLabels, ollamaMetrics } from './ollama.ts'
import { postgresLabels, postgresMetrics } from './postgres.ts'
import { redisLabels, redisMetrics } from './redis.ts'
import { serviceLabels, serviceMetrics } from './services.ts'

/** Every metric there is, by domain. */
export const METRICS: readonly Metric[] = [
  ...hostMetrics,
  ...containerMetrics,
  ...gpuMetrics,
  ...postgresMetrics,
  ...redisMetrics,
  ...serviceMetrics,
  ...ollamaMetrics,
  ...collectionMetrics,
  ...collectorMetrics,
]

/** All numbers of a snapshot. No two have the same name and labels. */
export const samplesOf = (snapshot: Snapshot): Sample[] => [...unique(all(snapshot, EVERY))]

/** Which of the metrics are read, and what of the labels of a thing its samples have. */
type Choice = {
  readonly of: <Reading>(metrics: readonly MetricOf<Reading>[]) => readonly MetricOf<Reading>[]
  readonly labels: (labels: Labels) => Labels
}

const EVERY: Choice = { of: (metrics) => metrics, labels: (labels) => labels }

function* all(snapshot: Snapshot, { of, labels }: Choice): Generator<Sample> {
  const { host } = snapshot
  const on = (own: Labels) => labels({ host, ...own })
  if (snapshot.machine) yield* samplesOfReading(of(hostMetrics), snapshot.machine, on({}))
  const ofContainers = of(containerMetrics)
  for (const one of snapshot.containers) yield* samplesOfReading(ofContainers, one, on(containerLabels(one)))
  for (const one of snapshot.gpus) yield* samplesOfReading(of(gpuMetrics), one, on(gpuLabels(one)))
  for (const one of snapshot.databases) {
    yield* samplesOfReading(of(postgresMetrics), one, on(postgresLabels(one)))
  }
  for (const one of snapshot.caches) yield* samplesOfReading(of(redisMetrics), one, on(redisLabels(one)))
  for (const one of snapshot.services) {
    yield* samplesOfReading(of(serviceMetrics), one, on(serviceLabels(one)))
  }
  for (const one of snapshot.models) yield* samplesOfReading(of(ollamaMetrics), one, on(ollamaLabels(one)))
  yield* samplesOfReading(of(collectionMetrics), snapshot, on({}))
  for (const one of snapshot.collectors) {
    yield* samplesOfReading(of(collectorMetrics), one, on({ collector: one.collector }))
  }
}

/**
 * Prometheus refuses a whole scrape in which a series comes twice. A file system that is mounted twice at the same
 * place, say, is one: what was read first stands.
 */
function* unique(samples: Iterable<Sample>): Generator<Sample> {
  const seen = new Set<string>()
  for (const sample of samples) {
    const key = seriesText(sample)
    if (seen.has(key)) continue
    seen.add(key)
    yield sample
  }
}

/**
 * What of a snapshot is worth keeping as history, under labels that last: the host is the series' own, and a container
 * that was made anew has another `id` and perhaps another `image`, but goes on as the one of its name.
 */
const KEPT: Choice = {
  of: (metrics) => metrics.filter(({ history }) => history),
  labels: ({ host: _host, id: _id, image: _image, ...labels }) => labels,
}

export const historyOf = (snapshot: Snapshot): Sample[] => [...unique(all(snapshot, KEPT))]
