import { App, LogLevel } from '@slack/bolt'
import { type Playground, type PlaygroundOptions, startPlayground } from '../../src/playground/server.ts'

export type Connected = { playground: Playground; app: App } & AsyncDisposable

/** Stock Bolt against a playground, as perfbot uses it; `listen` adds the listeners of one test. */
export async function connect(
  options: PlaygroundOptions,
  listen: (app: App, playground: Playground) => void,
): Promise<Connected> {
  const playground = await startPlayground(options)
  const app = new App({
    token: playground.botToken,
    appToken: playground.appToken,
    socketMode: true,
    // Tests provoke errors on purpose; they look at what comes of them, not at the log.
    logger: silent,
    clientOptions: { slackApiUrl: playground.slackApiUrl, retryConfig: { retries: 0 } },
  })
  listen(app, playground)
  await app.start()
  return {
    playground,
    app,
    async [Symbol.asyncDispose]() {
      await app.stop()
      await playground.close()
    },
  }
}

const nothing = () => undefined
export const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  setName: nothing,
  getLevel: () => LogLevel.ERROR,
}

export const you = 'U0FOUNDER'
export const visitor = 'U0VISITOR'

export function plain(text: string): { type: 'plain_text'; text: string } {
  return { type: 'plain_text', text }
}
