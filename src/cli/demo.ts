import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPerfbot } from '../app.ts'
import { type Config, ConfigFailure } from '../config.ts'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../demo/postgres.ts'
import type { Scenario } from '../demo/scenarios.ts'
import { startPlayground } from '../playground/server.ts'
import { startSchedule } from '../schedule/jobs.ts'
import { createFace } from '../slack/face.ts'
import { recordedConfig, startScene } from './demo/scene.ts'
import { createLogger, readConfig, surviveMishaps, untilStopped } from './session.ts'

/** More often than a bot does: nobody watches a demonstration for hours. */
const EVERY = '*/15 * * * * *'

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Undone in the opposite order, each whether or not the others succeed. */
type Undo = () => Promise<unknown>

async function undoAll(undos: readonly Undo[]): Promise<void> {
  for (const undo of undos.toReversed()) await undo().catch(() => {})
}

/** One who may approve, a second for what has high risk, and one who may only look. */
const PEOPLE = [
  { id: 'U0FOUNDER', name: 'you', realName: 'You', mayApprove: true },
  { id: 'U0SAM', name: 'sam', realName: 'Sam', title: 'second approver', mayApprove: true },
  { id: 'U0GUEST', name: 'guest', realName: 'Guest', title: 'may look and ask', mayApprove: false },
]

/** Names are unique, and somebody may have a database called demo. */
const demoName = ({ postgres }: Config): string =>
  postgres.some(({ name }) => name === 'demo') ? 'throw-away' : 'demo'

/**
 * The configuration of the demonstration: this machine as it is, a data folder that goes with the demonstration, a
 * PostgreSQL of its own so that there is something to fix, and the people at the page who may approve.
 */
function demoConfig(config: Config, directory: string, database: ThrowawayPostgres | null): Config {
  return {
    ...config,
    dataDirectory: directory,
    postgres: database
      ? [...config.postgres, { name: demoName(config), url: database.superuserUrl, configured: true }]
      : config.postgres,
    approvers: {
      ...config.approvers,
      users: PEOPLE.filter(({ mayApprove }) => mayApprove).map(({ id }) => id),
    },
    slack: { ...config.slack, channels: ['ops'] },
  }
}

const NOTICES: Record<Scenario, string> = {
  'example-system':
    'These readings were written down, not taken here: a machine with 16 cores, 3 GPUs and an API that cannot start. Its PostgreSQL is a real, throw-away one.',
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''

const portFailure = (error: unknown, port: number): unknown =>
  (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? new ConfigFailure(
        `Port ${port} is taken, perhaps by another demonstration. Take another: npm run demo -- --port 0`,
      )
    : error

/** The two that take a moment, side by side. Each is undone whatever becomes of the other. */
async function startSurroundings({ port, scenario }: DemoOptions, undos: Undo[]) {
  const notice = scenario ? { notice: NOTICES[scenario] } : {}
  const channels = [{ name: 'ops' }, { name: 'general', botIsMember: false }]
  const [playground, database] = await Promise.allSettled([
    startPlayground({ port, page: true, users: PEOPLE, channels, ...notice }),
    startThrowawayPostgres(),
  ])
  if (database.status === 'fulfilled') undos.push(() => database.value.stop())
  if (playground.status === 'rejected') throw portFailure(playground.reason, port)
  undos.push(() => playground.value.close())
  // A database that does not start is no reason not to show the rest.
  if (database.status === 'rejected') {
    say(`No throw-away PostgreSQL for the demonstration: ${reasonOf(database.reason)}`)
  }
  return { playground: playground.value, database: database.status === 'fulfilled' ? database.value : null }
}

export type DemoOptions = { readonly port: number; readonly scenario?: Scenario }

/** The bot on a local stand-in for Slack: nothing is needed but Node, and nothing leaves the machine. */
export async function runDemo(configFile: string | undefined, options: DemoOptions): Promise<void> {
  // Listened for from the start, so that Ctrl-C never leaves anything behind.
  const stopped = untilStopped()
  const config = await readConfig(configFile)
  const logger = createLogger(config.logLevel === 'info' ? 'warn' : config.logLevel)
  surviveMishaps(logger)
  const undos: Undo[] = []
  try {
    say('Starting the playground …')
    const { playground, database } = await startSurroundings(options, undos)
    const directory = await mkdtemp(join(tmpdir(), 'perfbot-demo-'))
    undos.push(() => rm(directory, { recursive: true, force: true }))
    const recorded = options.scenario
      ? await startScene(options.scenario, directory, database?.superuserUrl ?? null)
      : null
    if (recorded) undos.push(() => recorded.stop())

    const perfbot = await createPerfbot(
      demoConfig(
        recorded ? recordedConfig(config, recorded, database?.superuserUrl ?? null) : config,
        directory,
        recorded ? null : database,
      ),
      logger,
      recorded?.scene,
    )
    undos.push(() => perfbot.close())
    const { botToken, appToken, slackApiUrl } = playground
    const face = createFace({ perfbot, logger, botToken, appToken, apiUrl: slackApiUrl })
    undos.push(() => face.stop())
    const [channel] = await face.start()

    say(`\n  ${playground.url}\n`)
    say(
      `Open it: the bot posts a report about ${recorded ? 'a recorded system' : 'this machine'}. Type /perf help there. Ctrl-C ends it.`,
    )
    if (channel) await face.postReport(channel.id)
    // So that there are trends to look at, and alerts when something breaks.
    const schedule = startSchedule(
      [{ name: 'collection', expression: EVERY, run: () => face.watch() }],
      logger,
    )
    undos.push(() => schedule.stop())
    await stopped
  } finally {
    await undoAll(undos)
  }
}
