import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPerfbot } from '../app.ts'
import type { Config } from '../config.ts'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../demo/postgres.ts'
import { startPlayground } from '../playground/server.ts'
import { createFace } from '../slack/face.ts'
import { createLogger, readConfig, surviveMishaps, untilStopped } from './session.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Undone in the opposite order, each whether or not the others succeed. */
type Undo = () => Promise<unknown>

async function undoAll(undos: readonly Undo[]): Promise<void> {
  for (const undo of undos.toReversed()) await undo().catch(() => {})
}

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
      ? [...config.postgres, { name: 'demo', url: database.superuserUrl, configured: true }]
      : config.postgres,
    approvers: { users: [approver], userGroups: [] },
    slack: { ...config.slack, channels: ['ops'] },
  }
}

/** A database that does not start is no reason not to show the rest. */
async function databaseOrReason(): Promise<{ database: ThrowawayPostgres | null; reason: string }> {
  try {
    return { database: await startThrowawayPostgres(), reason: '' }
  } catch (error) {
    return {
      database: null,
      reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
    }
  }
}

/** The bot on a local stand-in for Slack: nothing is needed but Node, and nothing leaves the machine. */
export async function runDemo(
  configFile: string | undefined,
  options: { readonly port: number },
): Promise<void> {
  const config = await readConfig(configFile)
  const logger = createLogger(config.logLevel === 'info' ? 'warn' : config.logLevel)
  surviveMishaps(logger)
  const undos: Undo[] = []
  try {
    say('Starting the playground …')
    const directory = await mkdtemp(join(tmpdir(), 'perfbot-demo-'))
    undos.push(() => rm(directory, { recursive: true, force: true }))
    const [playground, { database, reason }] = await Promise.all([
      startPlayground({ port: options.port, page: true }),
      databaseOrReason(),
    ])
    undos.push(() => playground.close())
    if (database) undos.push(() => database.stop())
    else say(`No throw-away PostgreSQL for the demonstration: ${reason}`)

    const approver = playground.users.find((user) => user.name === 'you')?.id ?? ''
    const perfbot = await createPerfbot(demoConfig(config, directory, database, approver), logger)
    undos.push(() => perfbot.close())
    const { botToken, appToken, slackApiUrl } = playground
    const face = createFace({ perfbot, logger, botToken, appToken, apiUrl: slackApiUrl })
    const [channel] = await face.start()
    undos.push(() => face.stop())

    say(`\n  ${playground.url}\n`)
    say('Open it: the bot posts a report about this machine. Type /perf help there. Ctrl-C ends it.')
    if (channel) await face.postReport(channel.id)
    await untilStopped()
  } finally {
    await undoAll(undos)
  }
}
