import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { userGroupsOf } from '../config.ts'
import type { Recovered } from '../executing.ts'
import type { Perfbot } from '../perfbot.ts'
import { createAlerter } from './alerter.ts'
import { tellingOfChanges } from './changes.ts'
import { type Channel, rememberedChannels } from './channels.ts'
import { type ConnectionOptions, createConnection } from './connection.ts'
import { deliverDigest } from './deliver-digest.ts'
import { deliverReport } from './deliver-report.ts'
import { createGuard } from './guard.ts'
import { createHome } from './home/home.ts'
import { listenToAssistant } from './listen-to-assistant.ts'
import { listenToClicks } from './listen-to-clicks.ts'
import { listenToFeedback } from './listen-to-feedback.ts'
import { listenToHome } from './listen-to-home.ts'
import { listenToSettings } from './listen-to-settings.ts'
import { listenToShortcuts } from './listen-to-shortcuts.ts'
import { listenToTheEnd } from './listen-to-the-end.ts'
import { listenToWords } from './listen-to-words.ts'
import { createOnce, createOnceOfAll } from './once.ts'
import { createOutbox } from './outbox.ts'
import { createPeople } from './people.ts'
import { explain } from './platform-errors.ts'
import { createPoster } from './poster.ts'
import type { FaceParts } from './subcommand.ts'
import { createThreads } from './threads.ts'
import { recoveredMessage } from './views/execution-message.ts'

export type FaceOptions = ConnectionOptions & {
  readonly perfbot: Perfbot
  readonly logger: Logger
}

/** What was asked for is brought to its end before perfbot goes; longer than this nobody waits for it. */
const GRACE_MILLISECONDS = 20_000

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

export function createFace({ perfbot: silent, logger, ...way }: FaceOptions): Face {
  const perfbot = tellingOfChanges(silent, () => home.changed())
  const connection = createConnection(way, logger)
  const { app, impatient } = connection
  const { client } = app
  const outbox = createOutbox(logger)
  const parts: FaceParts = {
    client,
    perfbot,
    poster: createPoster(impatient, outbox, logger),
    people: createPeople(client, userGroupsOf(perfbot.config), logger),
    threads: createThreads(),
    channels: rememberedChannels(client, perfbot.config.slack.channels, logger),
    logger,
  }
  const home = createHome(parts)
  const { guard, ended } = createGuard(logger)
  const once = createOnce()
  const onceOfAll = createOnceOfAll(once, perfbot.takeEvent, logger)
  listenToWords(app, parts, guard, { once, onceOfAll })
  listenToClicks(app, parts, guard, once)
  listenToHome(app, home, parts, guard, { once, onceOfAll })
  listenToTheEnd(app, logger)
  listenToSettings(app, parts, guard, once)
  listenToShortcuts(app, parts, guard, once)
  listenToFeedback(app, parts, guard, once)
  listenToAssistant(app, parts, guard, { once, onceOfAll })
  app.error(async (error) => logger.error({ err: error }, explain(error)))

  const alerter = createAlerter(parts)
  const { channels } = parts
  return {
    async start() {
      await connection.open()
      const found = await channels()
      await perfbot.subscribeConfigured(found.map(({ id }) => id))
      return found
    },
    isConnected: connection.isOpen,
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
      await connection.close()
      const patience = new AbortController()
      const isOver = Promise.all([ended(), outbox.emptied()]).then(() => true)
      const isLate = delay(GRACE_MILLISECONDS, false, { signal: patience.signal }).catch(() => false)
      if (!(await Promise.race([isOver, isLate]))) {
        logger.warn('what was asked for in Slack is not all answered: perfbot ends all the same')
      }
      patience.abort()
    },
  }
}
