import { App, SocketModeReceiver } from '@slack/bolt'
import type { Logger } from 'pino'
import { userGroupsOf } from '../config.ts'
import type { Recovered } from '../executing.ts'
import type { Perfbot } from '../perfbot.ts'
import { createAlerter } from './alerter.ts'
import { boltLogger } from './bolt-logger.ts'
import { tellingOfChanges } from './changes.ts'
import { type Channel, findChannels } from './channels.ts'
import { deliverDigest } from './deliver-digest.ts'
import { deliverReport } from './deliver-report.ts'
import { createGuard } from './guard.ts'
import { createHome } from './home/home.ts'
import { listenToClicks } from './listen-to-clicks.ts'
import { listenToHome } from './listen-to-home.ts'
import { listenToWords } from './listen-to-words.ts'
import { createOnce } from './once.ts'
import { createPeople } from './people.ts'
import { explain } from './platform-errors.ts'
import { createPoster } from './poster.ts'
import type { FaceParts } from './subcommand.ts'
import { createThreads } from './threads.ts'
import { recoveredMessage } from './views/execution-message.ts'

export type FaceOptions = {
  readonly perfbot: Perfbot
  readonly logger: Logger
  readonly botToken: string
  readonly appToken: string
  /** Another server that speaks Slack's protocol: the playground. */
  readonly apiUrl?: string | undefined
}

/** perfbot in Slack. */
export type Face = {
  /** Connects, and finds the configured channels. Throws when Slack refuses the tokens. */
  start(): Promise<readonly Channel[]>
  /** Whether Slack can reach it now; it reconnects by itself. */
  isConnected(): boolean
  /** Posts each digest that is due in its channel, what was missed while perfbot was not there included. */
  postDigests(): Promise<void>
  postReport(channel: string): Promise<void>
  /** Reads, and tells the configured channels of what is new and pressing, or over. */
  watch(): Promise<void>
  /** Says in every configured channel what became of fixes that nobody clicked for just now. */
  postRecovered(recovered: readonly Recovered[], why: string): Promise<void>
  stop(): Promise<void>
}

export function createFace({ perfbot: silent, logger, botToken, appToken, apiUrl }: FaceOptions): Face {
  const perfbot = tellingOfChanges(silent, () => home.changed())
  const clientOptions = apiUrl ? { slackApiUrl: apiUrl } : {}
  const bolt = boltLogger(logger)
  // Made here, and not by Bolt from the app token, since only the receiver knows whether it is connected.
  const receiver = new SocketModeReceiver({
    appToken,
    logger: bolt,
    installerOptions: { clientOptions },
  })
  const app = new App({
    token: botToken,
    receiver,
    logger: bolt,
    // Bolt would ask Slack in its constructor, where nobody can catch what it answers.
    deferInitialization: true,
    clientOptions,
  })
  const { client } = app
  const parts: FaceParts = {
    perfbot,
    poster: createPoster(client, logger),
    people: createPeople(client, userGroupsOf(perfbot.config), logger),
    threads: createThreads(),
    channels: () => findChannels(client, perfbot.config.slack.channels, logger),
    logger,
  }
  const home = createHome(client, parts)
  const guard = createGuard(logger)
  const once = createOnce()
  listenToWords(app, parts, guard, once)
  listenToClicks(app, parts, guard, once)
  listenToHome(app, home, parts, guard, once)
  app.error(async (error) => logger.error({ err: error }, explain(error)))

  const alerter = createAlerter(parts)
  const { channels } = parts
  return {
    async start() {
      await app.init()
      await app.start()
      const found = await channels()
      await perfbot.subscribeConfigured(found.map(({ id }) => id))
      return found
    },
    isConnected: () => receiver.client.websocket?.isActive() ?? false,
    async postDigests() {
      for (const due of await perfbot.dueDigests()) {
        if (!(await perfbot.claimDigest(due))) continue
        await guard(
          'digest',
          () => deliverDigest(due, parts),
          async () => {},
        )
      }
    },
    async watch() {
      const changed = await perfbot.watch()
      if (changed.length === 0) return
      // Found once and believed for a while: Slack is asked nothing while all is well.
      await alerter.follow(changed, await channels())
    },
    async postReport(channel) {
      await deliverReport({ channel }, parts)
    },
    async postRecovered(recovered, why) {
      if (recovered.length === 0) return
      for (const { id, name } of await channels()) {
        for (const { plan, execution } of recovered) {
          await guard(
            `news of a fix in #${name}`,
            () => parts.poster.post({ channel: id }, recoveredMessage(plan, execution, why)),
            async () => {},
          )
        }
      }
    },
    async stop() {
      await app.stop()
    },
  }
}
