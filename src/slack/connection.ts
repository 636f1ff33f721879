import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt'
import { LogLevel, retryPolicies, WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import { boltLogger } from './bolt-logger.ts'

/** How Slack reaches perfbot: by a socket that perfbot opens, or by requests that are signed. */
export type Way =
  | { readonly appToken: string }
  | {
      readonly http: {
        readonly signingSecret: string
        readonly port: number
        readonly address: string
        readonly path: string
      }
    }

export type ConnectionOptions = Way & {
  readonly botToken: string
  /** Another server that speaks Slack's protocol: the playground. */
  readonly apiUrl?: string | undefined
}

export type Connection = {
  readonly app: App
  /** For what keeps an order of its own: a call that Slack asks to wait with is refused, not held back. */
  readonly impatient: WebClient
  open(): Promise<void>
  isOpen(): boolean
  close(): Promise<void>
}

/** A server that is away for longer is told of in the log, and nothing waits for it for half an hour. */
const { fiveRetriesInFiveMinutes: retryConfig } = retryPolicies

export function createConnection(options: ConnectionOptions, logger: Logger): Connection {
  const { botToken: token, apiUrl } = options
  const bolt = boltLogger(logger)
  const clientOptions = { ...(apiUrl ? { slackApiUrl: apiUrl } : {}), retryConfig }
  const http = 'http' in options ? options.http : null
  // Made here, and not by Bolt from the tokens, since only the receiver knows whether it is connected.
  const receiver =
    'http' in options
      ? new HTTPReceiver({
          signingSecret: options.http.signingSecret,
          endpoints: [options.http.path],
          logger: bolt,
        })
      : new SocketModeReceiver({
          appToken: options.appToken,
          logger: bolt,
          installerOptions: { clientOptions },
        })
  const app = new App({
    token,
    receiver,
    logger: bolt,
    // Bolt would ask Slack in its constructor, where nobody can catch what it answers.
    deferInitialization: true,
    clientOptions,
  })
  let isListening = false
  return {
    app,
    impatient: new WebClient(token, {
      ...clientOptions,
      rejectRateLimitedCalls: true,
      logger: bolt,
      logLevel: LogLevel.ERROR,
    }),
    async open() {
      await app.init()
      if (http && receiver instanceof HTTPReceiver) {
        await receiver.start({ port: http.port, host: http.address })
        isListening = true
      } else await app.start()
    },
    isOpen: () =>
      receiver instanceof SocketModeReceiver ? (receiver.client.websocket?.isActive() ?? false) : isListening,
    async close() {
      isListening = false
      await app.stop()
    },
  }
}
