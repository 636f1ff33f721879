import type { Gap } from '../model/gap.ts'
import type { LogSinkOf } from '../model/log-sink.ts'
import { type Seconds, seconds } from '../model/units.ts'
import type { Collector } from './collector.ts'
import { mapBounded } from './concurrency.ts'
import { type Asking, partsOf } from './containers/asking.ts'
import { type DockerEngine, engineFailure, isHere } from './containers/engine.ts'
import { type EngineApi, engineApi, type Listed } from './containers/engine-api.ts'
import { createInspections, type Inspections } from './containers/inspections.ts'
import { createLogReader, type LogReader, logBudget } from './containers/logs.ts'
import { createMeter, type Look, type Meter } from './containers/measure.ts'
import type { SystemPaths } from './system-paths.ts'

/** The engine answers in parallel; more than this only queues up in it. */
const QUESTIONS_AT_A_TIME = 16

export type ContainerOptions = {
  windowSeconds: Seconds
  /** Of the whole collector; a question about one container gets a part of it. */
  deadlineSeconds: Seconds
  paths: SystemPaths
  /** Who wants to have each line of the logs. */
  logSinkOf?: LogSinkOf
}

/** What is kept between collections. */
type Engine = {
  readonly engine: DockerEngine
  readonly api: EngineApi
  readonly inspections: Inspections
  readonly meter: Meter
  readonly logs: LogReader
  /** Digests by image: an image never changes, and is asked about once while a container has it. */
  readonly digests: Map<string, readonly string[]>
}

export function containerCollector(engine: DockerEngine, options: ContainerOptions): Collector {
  const { windowSeconds, deadlineSeconds, paths } = options
  // A container that hangs is asked one question in vain; a busy engine keeps one waiting while it starts others.
  const callLimit = seconds(deadlineSeconds * 0.4)
  const api = engineApi(engine.at, callLimit)
  const rootfs = isHere(engine) ? paths.rootfs : null
  const kept: Engine = {
    engine,
    api,
    inspections: createInspections(engine.name, api, rootfs),
    meter: createMeter(paths, isHere(engine), windowSeconds),
    logs: createLogReader({
      rootfs,
      sinkOf: options.logSinkOf ?? null,
      budget: logBudget(deadlineSeconds),
      callLimit,
    }),
    digests: new Map(),
  }
  return {
    name: `docker:${engine.name}`,
    missing: engine.configured ? `Containers of ${engine.name}` : 'Containers',
    async collect(signal) {
      try {
        return await readEngine(kept, signal)
      } catch (error) {
        throw engineFailure(error, engine, signal)
      }
    },
    close: async () => engine.close?.(),
  }
}

async function readEngine(kept: Engine, signal: AbortSignal) {
  const { engine, api, inspections, meter, logs, digests } = kept
  const gaps: Gap[] = []
  const asking: Asking = { engine, api, about: partsOf(engine, gaps, signal), signal }
  const listed = await api.list(signal)
  inspections.forgetOthers(new Set(listed.map(({ Id }) => Id)))

  const looks = await lookAt(listed, inspections, asking)
  const [usages, read] = await Promise.all([
    meter.usageOf(looks, asking),
    logs.read(looks, asking),
    readDigests(looks, digests, asking),
  ])
  const containers = looks.map(({ reading }) => ({
    ...reading,
    imageDigests: [...(digests.get(reading.imageId) ?? [])],
    usage: usages.get(reading.id) ?? null,
  }))
  return { containers, logs: read.logs, gaps: [...gaps, ...read.gaps] }
}

async function lookAt(
  listed: readonly Listed[],
  inspections: Inspections,
  { about, signal }: Asking,
): Promise<Look[]> {
  const looks = await mapBounded(listed, QUESTIONS_AT_A_TIME, ({ Id, Names }) => {
    const name = Names?.[0]?.replace(/^\//, '') ?? Id.slice(0, 12)
    return about(`container ${name}`, () => inspections.of(Id, signal))
  })
  return looks.filter((look) => look !== null)
}

/** An image that is gone while its container lasts has none; that is no fault. */
async function readDigests(
  looks: readonly Look[],
  digests: Map<string, readonly string[]>,
  { api, about, signal }: Asking,
): Promise<void> {
  const images = new Set(looks.map(({ reading }) => reading.imageId))
  for (const image of digests.keys()) if (!images.has(image)) digests.delete(image)
  const unknown = [...images].filter((image) => !digests.has(image))
  await mapBounded(unknown, QUESTIONS_AT_A_TIME, async (image) => {
    const names = looks.find(({ reading }) => reading.imageId === image)?.reading.image ?? image
    const found = await about(`digest of image ${names}`, () => api.imageDigests(image, signal))
    digests.set(image, found ?? [])
  })
}
