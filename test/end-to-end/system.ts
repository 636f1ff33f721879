import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { createPerfbot } from '../../src/app.ts'
import { type Config, parseConfig } from '../../src/config.ts'
import type { Perfbot } from '../../src/perfbot.ts'
import { type Playground, type PlaygroundOptions, startPlayground } from '../../src/playground/server.ts'
import type { Way } from '../../src/slack/connection.ts'
import { createFace, type Face } from '../../src/slack/face.ts'

export const FOUNDER = 'U0FOUNDER'
export const VISITOR = 'U0VISITOR'

/** A whole perfbot, talking to a playground over a real socket, with a data folder of its own. */
export type System = {
  readonly perfbot: Perfbot
  readonly face: Face
  readonly playground: Playground
  readonly channel: string
  stop(): Promise<void>
}

export async function startSystem(
  changes: Partial<Config> = {},
  options: PlaygroundOptions = {},
  way?: Way,
  logger: Logger = pino({ level: process.env.PERFBOT_TEST_LOG ?? 'silent' }, pino.destination(2)),
): Promise<System> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-system-'))
  const playground = await startPlayground(options)
  const config: Config = {
    ...parseConfig('host: web-1', 'test.yaml', {}),
    dataDirectory: directory,
    // Nothing of the machine that runs the tests, unless a test names it.
    docker: [],
    approvers: { users: [FOUNDER], userGroups: [], channels: [], systemUsers: [] },
    ...changes,
  }
  const perfbot = await createPerfbot({ ...config, slack: { ...config.slack, channels: ['ops'] } }, logger)
  const { botToken, appToken, slackApiUrl } = playground
  const face = createFace({ perfbot, logger, botToken, apiUrl: slackApiUrl, ...(way ?? { appToken }) })
  await face.start()
  return {
    perfbot,
    face,
    playground,
    channel: playground.channelNamed('ops').id,
    async stop() {
      await face.stop()
      await perfbot.close()
      await playground.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
