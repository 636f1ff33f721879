import type Dockerode from 'dockerode'
import type pg from 'pg'
import { z } from 'zod'
import type { Target } from '../model/target.ts'
import { type Timestamp, timestamp } from '../model/units.ts'
import type { Engines } from './engines.ts'
import { requestOllama } from './operations/ollama-request.ts'
import { openSession } from './operations/postgres-session.ts'
import { withRedis } from './operations/redis-session.ts'

export type InspectedContainer = Dockerode.ContainerInspectInfo & { engine: string }

/** Eyes on one target for the readings of one command: what several of them need is asked for once. */
export type Look = {
  readonly target: Target
  readonly engines: Engines
  now(): Timestamp
  /** Null when no engine has one of that name. Throws when several have: a fix must not pick. */
  container(): Promise<InspectedContainer | null>
  /** Memory in use without the inactive file cache, as `docker stats` counts it; null when it does not run. */
  workingSet(): Promise<number | null>
  docker(name: string): Dockerode
  query<Row>(sql: string, values: unknown[], row: z.ZodType<Row>): Promise<Row[]>
  redis(...command: string[]): Promise<unknown>
  ollama(path: string): Promise<unknown>
  close(): Promise<void>
}

/** cgroup v1 has the figure of the whole hierarchy under total_…, v2 under its plain name. */
const Stats = z.object({
  memory_stats: z.object({
    usage: z.number().optional(),
    stats: z
      .object({ total_inactive_file: z.number().optional(), inactive_file: z.number().optional() })
      .optional(),
  }),
})

const isMissing = (error: unknown): boolean => (error as { statusCode?: number }).statusCode === 404

export function lookAt(target: Target, engines: Engines, clock: () => Date, signal: AbortSignal): Look {
  let container: Promise<InspectedContainer | null> | null = null
  let session: Promise<{ client: pg.Client; close(): Promise<void> }> | null = null

  const docker = (name: string): Dockerode => {
    const client = engines.docker(name)
    if (!client) throw new Error(`no Docker engine is configured under the name ${name}`)
    return client
  }

  async function inspected(): Promise<InspectedContainer | null> {
    const found: InspectedContainer[] = []
    const unread: unknown[] = []
    for (const engine of engines.dockerNames()) {
      try {
        const info = await docker(engine).getContainer(target.name).inspect({ abortSignal: signal })
        // Docker finds containers by the beginning of their id too.
        if (info.Name === `/${target.name}`) found.push({ ...info, engine })
      } catch (error) {
        if (!isMissing(error)) unread.push(error)
      }
    }
    if (found.length > 1) {
      throw new Error(`several engines have a container ${target.name}, and it is not clear which is meant`)
    }
    if (found[0]) return found[0]
    if (unread[0]) throw unread[0]
    return null
  }

  let memory: Promise<number | null> | null = null
  async function workingSet(): Promise<number | null> {
    const found = await inspectedOnce()
    if (found?.State.Running !== true) return null
    const stats = Stats.parse(
      await docker(found.engine).getContainer(found.Id).stats({ stream: false, 'one-shot': true }),
    )
    const { usage, stats: parts } = stats.memory_stats
    return usage === undefined ? null : usage - (parts?.total_inactive_file ?? parts?.inactive_file ?? 0)
  }
  const inspectedOnce = () => {
    container ??= inspected()
    return container
  }

  return {
    target,
    engines,
    now: () => timestamp(clock()),
    container: inspectedOnce,
    workingSet() {
      memory ??= workingSet()
      return memory
    },
    docker,
    async query(sql, values, row) {
      session ??= openSession(target.name, engines, signal)
      const { client } = await session
      return (await client.query(sql, values)).rows.map((each) => row.parse(each))
    },
    redis: (...command) => withRedis(target.name, engines, signal, (send) => send(command)),
    ollama: (path) => requestOllama(target.name, engines, signal, { method: 'GET', path }),
    async close() {
      await session?.then(({ close }) => close()).catch(() => {})
    },
  }
}
