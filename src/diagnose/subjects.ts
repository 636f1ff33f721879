import type { ContainerReading } from '../model/container-reading.ts'
import type { GpuReading } from '../model/gpu-reading.ts'
import type { HostReading } from '../model/host-reading.ts'
import type { OllamaReading } from '../model/ollama-reading.ts'
import type { PostgresReading } from '../model/postgres-reading.ts'
import type { RedisReading } from '../model/redis-reading.ts'
import type { ServiceReading } from '../model/service-reading.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { TargetKind } from '../model/target.ts'
import type { Context, Subject } from './rule.ts'

const of = <Value>(context: Context, kind: TargetKind, name: string, value: Value): Subject<Value> => ({
  target: { kind, host: context.snapshot.host, name },
  value,
})

export const machine = (context: Context): Subject<HostReading>[] =>
  context.snapshot.machine ? [of(context, 'host', context.snapshot.host, context.snapshot.machine)] : []

/** Two engines can each have one of the same name: then the engine tells them apart. */
export const containers = (context: Context): Subject<ContainerReading>[] =>
  context.snapshot.containers.map((container, _, all) => {
    const subject = of(context, 'container', container.name, container)
    const isAlone = all.every(({ name, engine }) => name !== container.name || engine === container.engine)
    return isAlone ? subject : { ...subject, part: container.engine }
  })

/** Those of them that run. */
export const runningContainers = (context: Context): Subject<ContainerReading>[] =>
  containers(context).filter(({ value }) => value.state === 'running')

export const gpus = (context: Context): Subject<GpuReading>[] =>
  context.snapshot.gpus.map((gpu) => of(context, 'gpu', String(gpu.index), gpu))

/** The same card in another reading: its index may shift. */
export const gpuIn = (snapshot: Snapshot, uuid: string): GpuReading | undefined =>
  snapshot.gpus.find((gpu) => gpu.uuid === uuid)

export const databases = (context: Context): Subject<PostgresReading>[] =>
  context.snapshot.databases.map((database) => of(context, 'postgres', database.name, database))

/** The same server in another reading. */
export const databaseIn = (snapshot: Snapshot, name: string): PostgresReading | undefined =>
  snapshot.databases.find((database) => database.name === name)

export const caches = (context: Context): Subject<RedisReading>[] =>
  context.snapshot.caches.map((cache) => of(context, 'redis', cache.name, cache))

/** The same server in another reading. */
export const cacheIn = (snapshot: Snapshot, name: string): RedisReading | undefined =>
  snapshot.caches.find((cache) => cache.name === name)

export const services = (context: Context): Subject<ServiceReading>[] =>
  context.snapshot.services.map((service) => of(context, 'service', service.name, service))

export const ollamas = (context: Context): Subject<OllamaReading>[] =>
  context.snapshot.models.map((ollama) => of(context, 'ollama', ollama.url, ollama))

/**
 * The parts of each subject, each a subject of its own on the same target. Of several with one name, the first: they
 * would be one finding twice (a mount over another one, a model that is loaded in two versions).
 */
export const partsOf = <Whole, Part>(
  subjects: readonly Subject<Whole>[],
  parts: (whole: Whole) => readonly Part[],
  named: (part: Part) => string,
): Subject<Part>[] =>
  subjects.flatMap(({ target, value }) =>
    [...Map.groupBy(parts(value), named)].flatMap(([part, [first]]) =>
      first === undefined ? [] : [{ target, value: first, part }],
    ),
  )
