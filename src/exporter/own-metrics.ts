import {
  counter,
  gauge,
  type Metric,
  type MetricOf,
  type Sample,
  samplesOfReading,
} from '../model/samples/metric.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { ageOf } from './scrape.ts'

type Scrape = { readonly snapshot: Snapshot; readonly now: Date }

/** What is only known at the scrape: the age of what is served, and what perfbot itself uses, named as everywhere. */
const metrics: readonly MetricOf<Scrape>[] = [
  gauge('perfbot_snapshot_age_seconds', {
    title: 'Age of the readings',
    unit: 'seconds',
    help: 'Time since the readings of this scrape were taken.',
    read: ({ snapshot, now }) => ageOf(snapshot, now),
  }),
  counter('process_cpu_seconds_total', {
    title: 'CPU time of perfbot',
    unit: 'seconds',
    help: 'Processor time that perfbot itself used, user and system.',
    read: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  }),
  gauge('process_resident_memory_bytes', {
    title: 'Memory of perfbot',
    unit: 'bytes',
    help: 'Resident memory of perfbot itself.',
    read: () => process.memoryUsage.rss(),
  }),
  gauge('process_start_time_seconds', {
    title: 'Start of perfbot',
    unit: 'seconds',
    help: 'When perfbot was started, in seconds since 1970.',
    read: ({ now }) => now.getTime() / 1000 - process.uptime(),
  }),
]

export const OWN_METRICS: readonly Metric[] = metrics

export const ownSamples = (snapshot: Snapshot, now: Date): Iterable<Sample> =>
  samplesOfReading(metrics, { snapshot, now }, { host: snapshot.host })
