import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPerfbot } from '../app.ts'
import { type Config, ConfigFailure } from '../config.ts'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../demo/postgres.ts'
import { startPlayground } from '../playground/server.ts'
import { startSchedule } from '../schedule/jobs.ts'
import { createFace } from '../slack/face.ts'
import { createLogger, readConfig, surviveMishaps, untilStopped } from './session.ts'

/** More often than a bot does: nobody watches a demonstration for hours. */
const EVERY = '*/15 * * * * *'

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Undone in the opposite order, each whether or not the others succeed. */
type Undo = () => Promise<unknown>

async function undoAll(undos: readonly Undo[]): Promise<void> {
  for (const undo of undos.toReversed()) await undo().catch(() => {})
}

/** Names are unique, and somebody may have a database called demo. */
const demoName = ({ postgres }: Config): string =>
  postgres.some(({ name }) => name === 'demo') ? 'throw-away' : 'demo'

/**
 * The configuration of the demonstration: this machine as it is, a data folder that goes with the demonstration, a
 * PostgreSQL of its own so that there is something to fix, and the person at the page as the one who may approve.
 */
function demoConfig(
  config: Config,
  directory: string,
  database: ThrowawayPostgres | null,
  approver: string,
): Config {
  return {
    ...config,
    dataDirectory: directory,
    postgres: database
      ? [...config.postgres, { name: demoName(config), url: database.superuserUrl, configured: true }]
      : config.postgres,
    approvers: { ...config.approvers, users: [approver] },
    slack: { ...config.slack, channels: ['ops'] },
  }
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
async function startSurroundings(port: number, undos: Undo[]) {
  const [playground, database] = await Promise.allSettled([
    startPlayground({ port, page: true }),
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

/** The bot on a local stand-in for Slack: nothing is needed but Node, and nothing leaves the machine. */
export async function runDemo(
  configFile: string | undefined,
  options: { readonly port: number },
): Promise<void> {
  // Listened for from the start, so that Ctrl-C never leaves anything behind.
  const stopped = untilStopped()
  const config = await readConfig(configFile)
  const logger = createLogger(config.logLevel === 'info' ? 'warn' : config.logLevel)
  surviveMishaps(logger)
  const undos: Undo[] = []
  try {
    say('Starting the playground …')
    const { playground, database } = await startSurroundings(options.port, undos)
    const directory = await mkdtemp(join(tmpdir(), 'perfbot-demo-'))
    undos.push(() => rm(directory, { recursive: true, force: true }))

    const approver = playground.users.find((user) => user.name === 'you')?.id ?? ''
    const perfbot = await createPerfbot(demoConfig(config, directory, database, approver), logger)
    undos.push(() => perfbot.close())
    const { botToken, appToken, slackApiUrl } = playground
    const face = createFace({ perfbot, logger, botToken, appToken, apiUrl: slackApiUrl })
    undos.push(() => face.stop())
    const [channel] = await face.start()

    say(`\n  ${playground.url}\n`)
    say('Open it: the bot posts a report about this machine. Type /perf help there. Ctrl-C ends it.')
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
