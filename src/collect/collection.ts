import { randomUUID } from 'node:crypto'
import type { GpuReading } from '../model/gpu-reading.ts'
import type { LogSinkOf } from '../model/log-sink.ts'
import type { CollectorRun, Readings, Snapshot } from '../model/snapshot.ts'
import { type Seconds, seconds, timestamp } from '../model/units.ts'
import { absentCollector, type Collector, gapOf } from './collector.ts'
import type { DockerEngine } from './containers/engine.ts'
import { containerCollector } from './containers.ts'
import { withDeadline } from './deadline.ts'
import { gpuCollector, type NvidiaSmi } from './gpus.ts'
import { hostCollector } from './host.ts'
import type { OllamaSource } from './ollama/failure.ts'
import type { ProbeWish } from './ollama/probe.ts'
import { ollamaCollector } from './ollama.ts'
import type { PostgresSource } from './postgres/failure.ts'
import { postgresCollector } from './postgres.ts'
import type { RedisSource } from './redis/failure.ts'
import { redisCollector } from './redis.ts'
import type { ServiceSource } from './services/source.ts'
import { serviceCollector } from './services.ts'
import type { SystemPaths } from './system-paths.ts'

export type CollectionOptions = {
  host: string
  /** Window over which rates are measured when there is no earlier reading (default 1). */
  windowSeconds: Seconds
  /** Deadline of each collector by itself (default 10). */
  deadlineSeconds: Seconds
  paths: SystemPaths
  docker: readonly DockerEngine[]
  /** Who wants to have each line of the containers' logs. */
  logSinkOf?: LogSinkOf
  postgres: readonly PostgresSource[]
  redis: readonly RedisSource[]
  services: readonly ServiceSource[]
  ollama: readonly OllamaSource[]
  /** Null: no model is ever asked by a reading. */
  inferenceProbe: ProbeWish | null
  nvidiaSmi: NvidiaSmi
}

export type Collection = {
  /** Reads everything once. Never rejects: what cannot be read is a gap. Calls that overlap share one snapshot. */
  snapshot(): Promise<Snapshot>
  /** The GPUs alone, as they are now; null where they cannot be read though there are some. */
  gpus(): Promise<readonly GpuReading[] | null>
  close(): Promise<void>
}

export function createCollection(options: CollectionOptions): Collection {
  const gpus = gpuCollector(options.nvidiaSmi, options.paths)
  const collectors = collectorsOf(options, gpus)
  let underWay: Promise<Snapshot> | null = null
  return {
    snapshot() {
      underWay ??= takeSnapshot(options, collectors).finally(() => {
        underWay = null
      })
      return underWay
    },
    async gpus() {
      const { readings } = await runCollector(gpus, options.deadlineSeconds)
      const hasFailed = readings.gaps?.some(({ kind }) => kind === 'failed') ?? false
      return hasFailed ? null : (readings.gpus ?? [])
    },
    async close() {
      await underWay
      await Promise.all(collectors.map((collector) => collector.close?.()))
    },
  }
}

/** All that is looked at. A kind of which nothing is configured is still named, as a gap. */
function collectorsOf(
  { windowSeconds, deadlineSeconds, ...options }: CollectionOptions,
  gpus: Collector,
): Collector[] {
  const oneOfSeveral = options.ollama.length > 1
  const probe = options.inferenceProbe
  return [
    hostCollector(windowSeconds, options.paths),
    ...orAbsent(
      options.docker.map((engine) =>
        containerCollector(engine, {
          windowSeconds,
          deadlineSeconds,
          paths: options.paths,
          ...(options.logSinkOf && { logSinkOf: options.logSinkOf }),
        }),
      ),
      NO_DOCKER,
    ),
    gpus,
    ...orAbsent(
      options.postgres.map((source) => postgresCollector(source, { windowSeconds, deadlineSeconds })),
      NO_POSTGRES,
    ),
    ...orAbsent(
      options.redis.map((source) => redisCollector(source, { windowSeconds, deadlineSeconds })),
      NO_REDIS,
    ),
    ...orAbsent(
      options.services.map((source) => serviceCollector(source, deadlineSeconds)),
      NO_SERVICES,
    ),
    ...orAbsent(
      options.ollama.map((source) => ollamaCollector(source, { oneOfSeveral, probe, deadlineSeconds })),
      NO_OLLAMA,
    ),
  ]
}

const orAbsent = (collectors: readonly Collector[], absent: Collector): readonly Collector[] =>
  collectors.length > 0 ? collectors : [absent]

const NO_DOCKER = absentCollector(
  'docker',
  'Containers',
  'No Docker engine is configured',
  'Name its socket under docker: in config/perfbot.yaml',
)
const NO_POSTGRES = absentCollector(
  'postgres',
  'PostgreSQL',
  'No PostgreSQL is configured',
  'Set DATABASE_URL=postgres://user:password@host:5432/db or add it under postgres: in config/perfbot.yaml',
)
const NO_REDIS = absentCollector(
  'redis',
  'Redis',
  'No Redis is configured',
  'Set REDIS_URL=redis://user:password@host:6379 or add it under redis: in config/perfbot.yaml',
)
const NO_SERVICES = absentCollector(
  'services',
  'HTTP services',
  'No HTTP service is configured',
  'Name its url under services: in config/perfbot.yaml',
)
const NO_OLLAMA = absentCollector(
  'ollama',
  'Ollama',
  'No Ollama is configured',
  'Name its url under ollama: in config/perfbot.yaml',
)

async function takeSnapshot(options: CollectionOptions, collectors: readonly Collector[]): Promise<Snapshot> {
  const begun = performance.now()
  const results = await Promise.all(
    collectors.map((collector) => runCollector(collector, options.deadlineSeconds)),
  )
  const readings = results.map((result) => result.readings)
  return {
    id: randomUUID(),
    host: options.host,
    // Now, when all windows have ended: nothing in it is younger.
    takenAt: timestamp(new Date()),
    durationSeconds: secondsSince(begun),
    machine: readings.find(({ machine }) => machine)?.machine ?? null,
    containers: readings.flatMap(({ containers }) => containers ?? []),
    logs: readings.flatMap(({ logs }) => logs ?? []),
    gpus: readings.flatMap(({ gpus }) => gpus ?? []),
    databases: readings.flatMap(({ databases }) => databases ?? []),
    caches: readings.flatMap(({ caches }) => caches ?? []),
    services: readings.flatMap(({ services }) => services ?? []),
    models: readings.flatMap(({ models }) => models ?? []),
    gaps: readings.flatMap(({ gaps }) => gaps ?? []),
    collectors: results.map(({ run }) => run),
  }
}

type Result = { readings: Partial<Readings>; run: CollectorRun }

async function runCollector(collector: Collector, deadline: Seconds): Promise<Result> {
  const begun = performance.now()
  const runOf = (succeeded: boolean): CollectorRun => ({
    collector: collector.name,
    durationSeconds: secondsSince(begun),
    succeeded,
  })
  try {
    const readings = await withDeadline((signal) => collector.collect(signal), deadline)
    return { readings, run: runOf(true) }
  } catch (error) {
    return { readings: { gaps: [gapOf(collector, error)] }, run: runOf(false) }
  }
}

const secondsSince = (begun: number): Seconds => seconds((performance.now() - begun) / 1000)
