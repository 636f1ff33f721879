import type { Logger } from 'pino'
import { type Config, ConfigFailure } from '../config.ts'
import type { Perfbot } from '../perfbot.ts'
import { type Job, startSchedule } from '../schedule/jobs.ts'
import { byTurns } from '../schedule/turns.ts'
import type { Way } from '../slack/connection.ts'
import { createFace, type Face } from '../slack/face.ts'
import { explain } from '../slack/platform-errors.ts'
import { serveMetrics } from './metrics.ts'
import { createLogger, readConfig, surviveMishaps, untilStopped, withPerfbot } from './session.ts'

const SECRET_MISSING = `perfbot needs two secrets to be sent requests by Slack (slack.http in the configuration):
  SLACK_BOT_TOKEN        xoxb-…   api.slack.com/apps → your app → OAuth & Permissions
  SLACK_SIGNING_SECRET            … → Basic Information → App Credentials
config/slack-manifest.yaml says beside socket_mode_enabled what the app needs for it.`

const TOKENS_MISSING = `perfbot needs two tokens to run in Slack:
  SLACK_BOT_TOKEN   xoxb-…   api.slack.com/apps → your app → OAuth & Permissions
  SLACK_APP_TOKEN   xapp-…   … → Basic Information → App-Level Tokens, scope connections:write
Make the app from config/slack-manifest.yaml, then set both in the environment or in .env.
To try perfbot without Slack: npm run demo`

/** What runs by the clock: readings between reports, the digest, and forgetting what is old. */
function jobsOf(perfbot: Perfbot, face: Face): Job[] {
  const { collect, fixes, host } = perfbot.config
  // Of several bots that watch one host together, one does each.
  const shared = (job: Job): Job => byTurns(job, (key) => perfbot.takeEvent(`${host} ${key}`))
  return [
    shared({ name: 'collection', expression: collect.schedule, run: () => face.watch() }),
    shared({ name: 'retention', expression: '17 3 * * *', run: () => perfbot.prune() }),
    // Shortly before midnight of the people who read: it is of the day that ends.
    shared({
      name: 'regressions',
      expression: '50 23 * * *',
      timezone: perfbot.timezone,
      run: () => perfbot.keepRegressions(),
    }),
    // Each channel has a time of its own, and what was missed is sent late: so it is looked for every minute.
    { name: 'digests', expression: '* * * * *', run: () => face.postDigests() },
    ...(fixes.automatic
      ? [
          shared({
            name: 'automatic fixes',
            expression: fixes.automatic.schedule,
            run: async () =>
              face.postRecovered(
                await perfbot.applyAutomatic(),
                'perfbot applied this by itself, as configured.',
              ),
          }),
        ]
      : []),
  ]
}

function warnOfNoApprovers({ config }: Perfbot, logger: Logger): void {
  const lists = [config.approvers, ...Object.values(config.roles.approve)]
  if (lists.some((members) => members && Object.values(members).some((list) => list.length > 0))) return
  logger.warn(
    'approvers is empty, so nobody may approve a fix: name user IDs under approvers.users (/perf whoami says yours)',
  )
}

/** What was cut off is taken up at the start, and whenever another perfbot that had begun something falls silent. */
function keepRecovering(perfbot: Perfbot, face: Face, logger: Logger): () => void {
  let isAtIt = false
  const look = async () => {
    if (isAtIt) return
    isAtIt = true
    try {
      const recovered = await perfbot.recover()
      for (const { plan, execution } of recovered) {
        logger.warn({ plan: plan.id, outcome: execution.outcome }, `was cut off: ${execution.message}`)
      }
      await face.postRecovered(
        recovered,
        'This fix was cut off when perfbot was ended, and was taken up again.',
      )
    } catch (error) {
      logger.error({ err: error }, 'what was cut off could not be looked for; it is tried again')
    } finally {
      isAtIt = false
    }
  }
  void look()
  const timer = setInterval(() => void look(), perfbot.recoverySeconds * 1000)
  return () => clearInterval(timer)
}

async function connect(face: Face): Promise<void> {
  try {
    await face.start()
  } catch (error) {
    throw new ConfigFailure(`perfbot could not connect to Slack: ${explain(error)}`, { cause: error })
  }
}

/** By a socket, or by requests where config says so; null while the secret for it is not there. */
function wayOf({ slack: { http, appToken, signingSecret } }: Config): Way | null {
  if (http) return signingSecret ? { http: { ...http, signingSecret } } : null
  return appToken ? { appToken } : null
}

export async function runStart(configFile: string | undefined): Promise<void> {
  const config = await readConfig(configFile)
  const { botToken, apiUrl, channels } = config.slack
  const way = wayOf(config)
  if (!botToken || !way) throw new ConfigFailure(config.slack.http ? SECRET_MISSING : TOKENS_MISSING)
  const logger = createLogger(config.logLevel)
  surviveMishaps(logger)
  await withPerfbot(config, logger, async (perfbot) => {
    warnOfNoApprovers(perfbot, logger)
    const face = createFace({ perfbot, logger, botToken, apiUrl, ...way })
    // Before it connects: whoever watches it can then see what it waits for.
    const exporter = await serveMetrics(perfbot, face, logger)
    try {
      await connect(face)
      const schedule = startSchedule(jobsOf(perfbot, face), logger)
      const stopRecovery = keepRecovering(perfbot, face, logger)
      logger.info({ host: config.host, channels }, 'perfbot is connected; /perf report in Slack')
      const signal = await untilStopped()
      logger.info({ signal }, 'stopping')
      stopRecovery()
      await schedule.stop()
    } finally {
      await exporter?.close()
      // Also after a failed start: a connection that stays open would take its share of the events.
      await face.stop().catch((error: unknown) => logger.debug({ err: error }, 'the connection was not open'))
    }
  })
}
