import { z } from 'zod'
import { ContainerReading, LogTail } from './container-reading.ts'
import { Gap } from './gap.ts'
import { GpuReading } from './gpu-reading.ts'
import { HostReading } from './host-reading.ts'
import { OllamaReading } from './ollama-reading.ts'
import { PostgresReading } from './postgres-reading.ts'
import { RedisReading } from './redis-reading.ts'
import type { Series, Trend } from './series.ts'
import { ServiceReading } from './service-reading.ts'
import { Seconds, Timestamp } from './units.ts'
import type { SeriesUnusual } from './unusual.ts'

/** How one collector fared, as node_exporter reports its own: whether it answered, and how long it took. */
export const CollectorRun = z.object({
  collector: z.string(),
  durationSeconds: Seconds,
  succeeded: z.boolean(),
})
export type CollectorRun = z.infer<typeof CollectorRun>

/**
 * What was read of one named host at one instant. Empty lists mean that there is nothing of the kind, or
 * that it could not be read: `gaps` tells which.
 */
export const Snapshot = z.object({
  id: z.string(),
  host: z.string(),
  takenAt: Timestamp,
  durationSeconds: Seconds,
  machine: HostReading.nullable(),
  containers: z.array(ContainerReading),
  logs: z.array(LogTail),
  gpus: z.array(GpuReading),
  databases: z.array(PostgresReading),
  caches: z.array(RedisReading),
  services: z.array(ServiceReading),
  models: z.array(OllamaReading),
  gaps: z.array(Gap),
  collectors: z.array(CollectorRun),
})
export type Snapshot = z.infer<typeof Snapshot>

/** What the collectors bring; a collector brings the part that is its own. */
export type Readings = Pick<
  Snapshot,
  'machine' | 'containers' | 'logs' | 'gpus' | 'databases' | 'caches' | 'services' | 'models' | 'gaps'
>

/** How many earlier snapshots any rule looks at, at most. */
export const HISTORY_LENGTH = 60

/** What is known of the time before: earlier snapshots of the same host, oldest first, for "for five minutes". */
export type History = {
  readonly recent: readonly Snapshot[]
  /** What series did lately that their pasts do not explain, the oldest first. */
  readonly unusual: readonly SeriesUnusual[]
  /** The pasts of numbers that can run out; none where nobody asks when. */
  readonly trends: readonly { readonly series: Series; readonly trend: Trend }[]
}
