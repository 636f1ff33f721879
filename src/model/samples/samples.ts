import type { Snapshot } from '../snapshot.ts'
import { collectionMetrics, collectorMetrics } from './collection.ts'
import { containerLabels, containerMetrics } from './containers.ts'
import { gpuLabels, gpuMetrics } from './gpus.ts'
import { hostMetrics } from './host.ts'
import type { Metric, Sample } from './metric.ts'
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
export const samplesOf = (snapshot: Snapshot): Sample[] => [...unique(all(snapshot))]

function* all(snapshot: Snapshot): Generator<Sample> {
  const host = { host: snapshot.host }
  if (snapshot.machine) yield* samplesOfReading(hostMetrics, snapshot.machine, host)
  for (const one of snapshot.containers) {
    yield* samplesOfReading(containerMetrics, one, { ...host, ...containerLabels(one) })
  }
  for (const one of snapshot.gpus) yield* samplesOfReading(gpuMetrics, one, { ...host, ...gpuLabels(one) })
  for (const one of snapshot.databases) {
    yield* samplesOfReading(postgresMetrics, one, { ...host, ...postgresLabels(one) })
  }
  for (const one of snapshot.caches) {
    yield* samplesOfReading(redisMetrics, one, { ...host, ...redisLabels(one) })
  }
  for (const one of snapshot.services) {
    yield* samplesOfReading(serviceMetrics, one, { ...host, ...serviceLabels(one) })
  }
  for (const one of snapshot.models) {
    yield* samplesOfReading(ollamaMetrics, one, { ...host, ...ollamaLabels(one) })
  }
  yield* samplesOfReading(collectionMetrics, snapshot, host)
  for (const one of snapshot.collectors) {
    yield* samplesOfReading(collectorMetrics, one, { ...host, collector: one.collector })
  }
}

/**
 * Prometheus refuses a whole scrape in which a series comes twice. A file system that is mounted twice at the same
 * place, say, is one: what was read first stands.
 */
function* unique(samples: Iterable<Sample>): Generator<Sample> {
  const seen = new Set<string>()
  for (const sample of samples) {
    const key = seriesKey(sample)
    if (seen.has(key)) continue
    seen.add(key)
    yield sample
  }
}

/** Two samples of one metric have their labels in the same order: the metric's declaration says which. */
const seriesKey = ({ metric, labels }: Sample): string => `${metric}\n${JSON.stringify(labels)}`

const KEPT = new Set(METRICS.filter(({ history }) => history).map(({ name }) => name))

/**
 * What of a snapshot is worth keeping as history, under labels that last: the host is the series' own, and a container
 * that was made anew has another `id` and perhaps another `image`, but goes on as the one of its name.
 */
export function historyOf(snapshot: Snapshot): Sample[] {
  const kept = samplesOf(snapshot).filter(({ metric }) => KEPT.has(metric))
  return [...unique(kept.map((sample) => ({ ...sample, labels: lasting(sample.labels) })))]
}

function lasting({ host: _host, id: _id, image: _image, ...labels }: Sample['labels']): Sample['labels'] {
  return labels
}
