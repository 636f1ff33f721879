import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import type pg from 'pg'
import type { Outcome } from '../../../src/model/execution.ts'
import type { DockerArea } from '../../support/docker-area.ts'

/** Sleeps, and still ends at once when it is asked to. */
const SERVES = "trap 'exit 0' TERM; while true; do sleep 60 & wait $!; done"
const MEBIBYTE = 1024 ** 2

export type Lane = { readonly area: DockerArea; readonly client: Docker; readonly admin: pg.Client }

/** How often something was done, by the engine's own account, and whether nothing is left lying about. */
export type Done = { readonly times: number; readonly tidy: boolean }

/** One subject for each run: made, to be fixed by a command, and asked afterwards what was done to it. */
export type Scenario = {
  readonly name: string
  readonly command: string
  prepare(lane: Lane, run: string): Promise<{ target: string; assignments: string[] }>
  /** `since` in seconds of 1970. */
  done(lane: Lane, run: string, since: number): Promise<Done>
  /** How often it should have been done, by what became of it. */
  expected(outcome: Outcome): readonly number[]
}

async function eventsOf({ client, area }: Lane, run: string, since: number): Promise<string[]> {
  const stream = await client.getEvents({
    since,
    until: Math.ceil(Date.now() / 1000),
    filters: {
      type: ['container'],
      label: Object.entries(area.labels).map(([name, value]) => `${name}=${value}`),
    },
  })
  const lines = Buffer.concat(
    await (stream as unknown as NodeJS.ReadableStream & { toArray(): Promise<Buffer[]> }).toArray(),
  ).toString()
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { Action: string; Actor: { Attributes: { name: string } } })
    .filter(({ Actor }) => Actor.Attributes.name.startsWith(area.name(run)))
    .map(({ Action }) => Action)
}

const count = (events: readonly string[], action: string): number =>
  events.filter((each) => each === action).length

/** So often for a fix that stayed; its undo does it once more; nothing for one that was refused. */
const once = (outcome: Outcome): readonly number[] =>
  outcome === 'refused' ? [0] : outcome === 'undone' ? [2] : [1]

/** How often the server has completed a statement that begins so. */
async function statements({ admin }: Lane, beginning: string): Promise<number> {
  const { rows } = await admin.query<{ calls: number }>(
    'SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements WHERE starts_with(query, $1)',
    [beginning],
  )
  return rows[0]?.calls ?? 0
}

const memoryLimit: Scenario = {
  name: 'set a memory limit',
  command: 'container.set-memory-limit',
  async prepare({ area }, run) {
    await area.run(run, SERVES, { HostConfig: { Memory: 64 * MEBIBYTE } })
    return { target: area.name(run), assignments: ['memory=96MiB'] }
  },
  async done(lane, run, since) {
    return { times: count(await eventsOf(lane, run, since), 'update'), tidy: true }
  },
  expected: once,
}

const restart: Scenario = {
  name: 'restart a container',
  command: 'container.restart',
  async prepare({ area }, run) {
    await area.run(run, SERVES)
    // A run counts when it has lasted for some seconds.
    await sleep(8500)
    return { target: area.name(run), assignments: [] }
  },
  async done(lane, run, since) {
    return { times: count(await eventsOf(lane, run, since), 'restart'), tidy: true }
  },
  expected: (outcome) => (outcome === 'refused' ? [0] : [1]),
}

const createIndex: Scenario = {
  name: 'create an index',
  command: 'postgres.create-index',
  async prepare(_lane, run) {
    return { target: `main-${run}`, assignments: ['table=bench', `index=${run}`, 'columns=a, b'] }
  },
  async done(lane, run) {
    const invalid = await lane.admin.query('SELECT FROM pg_index WHERE NOT indisvalid')
    const times = await statements(lane, `CREATE INDEX CONCURRENTLY "${run}"`)
    return { times, tidy: invalid.rowCount === 0 }
  },
  expected: (outcome) => (outcome === 'refused' ? [0] : [1]),
}

/** The new container falls over at once, which is worse than before: undone by itself, wherever it was cut off. */
const undoneByItself: Scenario = {
  name: 'make anew, worse, undone by itself',
  command: 'container.set-environment',
  async prepare({ area }, run) {
    await area.run(run, `test "$MODE" = bad && exit 1; ${SERVES}`, { Env: ['MODE=good'], StopTimeout: 2 })
    return { target: area.name(run), assignments: ['variable=MODE', 'value=bad'] }
  },
  async done(lane, run, since) {
    const events = await eventsOf(lane, run, since)
    const left = await lane.client.listContainers({ all: true, filters: { name: [lane.area.name(run)] } })
    const [only] = left
    const isBack =
      left.length === 1 && only?.State === 'running' && !('perfbot.recreated-from' in only.Labels)
    return { times: count(events, 'create'), tidy: isBack }
  },
  expected: (outcome) => (outcome === 'refused' ? [0] : [1]),
}

/** What a run made is of no use after it, and would only burden the runs that come. */
export async function removeContainers({ client, area }: Lane, run: string): Promise<void> {
  const left = await client.listContainers({
    all: true,
    filters: { name: [`^/${area.name(run)}(-before-.*)?$`] },
  })
  await Promise.all(
    left.map(({ Id }) =>
      client
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => {}),
    ),
  )
}

export const SCENARIOS: readonly Scenario[] = [memoryLimit, restart, createIndex, undoneByItself]
