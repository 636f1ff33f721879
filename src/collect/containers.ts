import type { ContainerReading, ContainerUsage, LogTail } from '../model/container-reading.ts'
import type { Gap } from '../model/gap.ts'
import { redact } from '../model/redact.ts'
import { type Seconds, seconds } from '../model/units.ts'
import { CollectFailure, type Collector, messageOf } from './collector.ts'
import { mapBounded } from './concurrency.ts'
import { type DockerEngine, engineFailure, isSocket, statusOf } from './containers/engine.ts'
import { type EngineApi, engineApi } from './containers/engine-api.ts'
import { type Inspection, readInspection } from './containers/inspection.ts'
import { needsLog, readLogTail } from './containers/log-tail.ts'
import { readOomKills } from './containers/oom-kills.ts'
import { type UsageSample, usageBetween } from './containers/usage.ts'
import { isTooOld, untilWindowHolds } from './deadline.ts'

/** The engine answers in parallel; more than this only queues up in it. */
const QUESTIONS_AT_A_TIME = 8

/**
 * Samples cost the engine little, but Docker 20.10 answers each at the next tick of its clock of one second:
 * asked in turn, forty containers would take five.
 */
const SAMPLES_AT_A_TIME = 128

export type ContainerOptions = {
  windowSeconds: Seconds
  /** Of the whole collector; a question about one container gets a part of it. */
  deadlineSeconds: Seconds
}

export function containerCollector(engine: DockerEngine, options: ContainerOptions): Collector {
  // A container that hangs is asked one question in vain; a busy engine keeps one waiting while it starts others.
  const api = engineApi(engine.client, seconds(options.deadlineSeconds * 0.4))
  const earlier = new Map<string, UsageSample>()
  return {
    name: `docker:${engine.name}`,
    missing: engine.configured ? `Containers of ${engine.name}` : 'Containers',
    async collect(signal) {
      try {
        return await readEngine(engine, api, earlier, options.windowSeconds, signal)
      } catch (error) {
        throw engineFailure(error, engine, signal)
      }
    },
  }
}

async function readEngine(
  engine: DockerEngine,
  api: EngineApi,
  earlier: Map<string, UsageSample>,
  window: Seconds,
  signal: AbortSignal,
) {
  const gaps: Gap[] = []
  const listed = await api.list(signal)
  const about = partsOf(engine, gaps, signal)

  const inspected = await mapBounded(listed, QUESTIONS_AT_A_TIME, ({ Id, Names }) =>
    about(`container ${Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12)}`, () => api.inspect(Id, signal)),
  )
  const looks = inspected
    .filter((inspection) => inspection !== null)
    .map((inspection) => ({ inspection, reading: readInspection(engine.name, inspection) }))
  const asking = { engine, api, about, signal }
  const [usages, logs] = await Promise.all([
    measureUsage(looks, earlier, window, asking),
    readLogs(looks, asking),
  ])
  const containers = looks.map(({ reading }) => ({ ...reading, usage: usages.get(reading.id) ?? null }))
  return { containers, logs, gaps }
}

/** One container, as the engine states it and as perfbot reads it. */
type Look = { inspection: Inspection; reading: ContainerReading }

type Asking = { engine: DockerEngine; api: EngineApi; about: AboutPart; signal: AbortSignal }

type AboutPart = <Result>(missing: string, ask: () => Promise<Result>) => Promise<Result | null>

/** Asks about one container: gone in the meantime (404) is no fault; any other failure is a gap of that part. */
const partsOf =
  (engine: DockerEngine, gaps: Gap[], signal: AbortSignal): AboutPart =>
  async (missing, ask) => {
    try {
      return await ask()
    } catch (error) {
      if (signal.aborted) throw error
      if (statusOf(error) === 404) return null
      gaps.push({
        kind: 'failed',
        source: `docker:${engine.name}`,
        missing,
        reason: redact(`The engine ${reasonOf(error)}`),
        remedy:
          error instanceof CollectFailure
            ? error.remedy
            : 'Look at the log of the engine: journalctl -u docker',
      })
      return null
    }
  }

const reasonOf = (error: unknown): string =>
  statusOf(error) === null ? messageOf(error) : `answered: ${messageOf(error).trim()}`

/** Usage by container id, measured against the earlier sample of the same run, or over a window of its own. */
async function measureUsage(
  looks: readonly Look[],
  earlier: Map<string, UsageSample>,
  window: Seconds,
  asking: Asking,
): Promise<Map<string, ContainerUsage | null>> {
  const running = looks.filter(({ reading }) => reading.state === 'running' || reading.state === 'paused')
  const begun = await mapBounded(running, SAMPLES_AT_A_TIME, async (look) => ({
    look,
    first: usableSample(look, earlier) ?? (await sample(look, asking)),
  }))
  const youngest = Math.max(0, ...begun.map(({ first }) => first?.readAt ?? 0))
  await untilWindowHolds(youngest, window, asking.signal)

  earlier.clear()
  const usages = new Map<string, ContainerUsage | null>()
  await mapBounded(begun, SAMPLES_AT_A_TIME, async ({ look, first }) => {
    const last = first && (await sample(look, asking))
    if (!first || !last) return
    earlier.set(look.reading.id, last)
    usages.set(look.reading.id, usageBetween(first, last, look.reading.limits.cpuCores !== null))
  })
  return usages
}

function usableSample({ inspection }: Look, earlier: Map<string, UsageSample>): UsageSample | null {
  const kept = earlier.get(inspection.Id)
  return kept && kept.startedAt === inspection.State.StartedAt && !isTooOld(kept.readAt) ? kept : null
}

const sample = ({ inspection, reading }: Look, { engine, api, about, signal }: Asking) =>
  about(`usage of container ${reading.name}`, async (): Promise<UsageSample> => {
    const [stats, oomKills] = await Promise.all([
      api.stats(inspection.Id, signal),
      // Another machine's process numbers mean nothing here.
      isSocket(engine) ? readOomKills(inspection.Id, inspection.State.Pid) : null,
    ])
    return { startedAt: inspection.State.StartedAt, readAt: performance.now(), stats, oomKills }
  })

async function readLogs(looks: readonly Look[], { api, about, signal }: Asking): Promise<LogTail[]> {
  const unwell = looks.filter(({ reading }) => needsLog(reading))
  const tails = await mapBounded(unwell, QUESTIONS_AT_A_TIME, async ({ inspection, reading }) => {
    const body = await about(`log of container ${reading.name}`, () => api.log(reading.id, signal))
    if (!body) return null
    const { Config, State } = inspection
    const lines = [...readLogTail(body, Config.Tty), ...startError(State.Error)]
    return { containerId: reading.id, containerName: reading.name, lines }
  })
  return tails.filter((tail) => tail !== null)
}

/** A container that could not be started wrote nothing: the engine says why. */
const startError = (failure: string): string[] => (failure === '' ? [] : [redact(`docker: ${failure}`)])
