import type { CollectorRun, Snapshot } from '../snapshot.ts'
import { flag, gauge, type MetricOf, type Point } from './metric.ts'

/** What is known of the reading as a whole. */
export const collectionMetrics: readonly MetricOf<Snapshot>[] = [
  gauge('perfbot_collection_duration_seconds', {
    title: 'Collection time',
    unit: 'seconds',
    help: 'How long it took to read everything, windows of rates included.',
    history: true,
    read: ({ durationSeconds }) => durationSeconds,
  }),
  gauge('perfbot_collection_gaps', {
    title: 'Gaps',
    unit: 'count',
    help: 'How many things could not be read, by whether they failed or are absent.',
    history: true,
    read: ({ gaps }) =>
      (['absent', 'failed'] as const).map(
        (kind): Point => [{ kind }, gaps.filter((gap) => gap.kind === kind).length],
      ),
  }),
]

/** Named as node_exporter names those of its own collectors. */
export const collectorMetrics: readonly MetricOf<CollectorRun>[] = [
  gauge('perfbot_scrape_collector_duration_seconds', {
    title: 'Collector time',
    unit: 'seconds',
    help: 'How long a collector took, windows of rates included.',
    history: true,
    read: ({ durationSeconds }) => durationSeconds,
  }),
  gauge('perfbot_scrape_collector_success', {
    title: 'Collector success',
    unit: 'count',
    help: 'Whether a collector answered (1) or left a gap (0).',
    history: true,
    read: ({ succeeded }) => flag(succeeded),
  }),
]
