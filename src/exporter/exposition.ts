import { Counter, Gauge, Registry, type RegistryContentType } from 'prom-client'
import type { Metric, Sample } from '../model/samples/metric.ts'

export type Exposition = { readonly contentType: RegistryContentType; readonly text: string }

/** Prometheus asks for OpenMetrics first, browsers and curl for neither. */
export const contentTypeFor = (accept: string | undefined): RegistryContentType =>
  accept?.includes('application/openmetrics-text')
    ? Registry.OPENMETRICS_CONTENT_TYPE
    : Registry.PROMETHEUS_CONTENT_TYPE

/** The samples as text, without timestamps: they hold for the time of the scrape, and an age is among them. */
export async function expose(
  metrics: readonly Metric[],
  samples: Iterable<Sample>,
  contentType: RegistryContentType,
): Promise<Exposition> {
  const byMetric = Map.groupBy(samples, ({ metric }) => metric)
  const registry = new Registry<RegistryContentType>()
  registry.setContentType(contentType)
  for (const metric of metrics) {
    const found = byMetric.get(metric.name)
    if (found) register(registry, metric, found)
  }
  return { contentType, text: await registry.metrics() }
}

function register(registry: Registry<RegistryContentType>, metric: Metric, samples: readonly Sample[]): void {
  const { name, help } = metric
  const Kind = isCounterIn(registry.contentType, metric) ? Counter : Gauge
  const scraped = new Kind({ name, help, registers: [registry] })
  const stated = scraped.get.bind(scraped)
  const values = samples.map(({ labels, value }) => ({ labels, value }))
  // Set one by one, prom-client would keep them under a key in which the labels "a,b:c" and "a" with "b:c" are the same.
  scraped.get = async () => ({ ...(await stated()), values })
}

/**
 * OpenMetrics gives every counter the suffix `_total`. The few that have none under their well-known name
 * (`pg_stat_database_xact_commit`) would be called otherwise there: so they go without their type instead.
 */
const isCounterIn = (contentType: RegistryContentType, { name, type }: Metric): boolean =>
  type === 'counter' && (contentType === Registry.PROMETHEUS_CONTENT_TYPE || name.endsWith('_total'))
