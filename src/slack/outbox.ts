import { setTimeout as delay } from 'node:timers/promises'
import { ErrorCode } from '@slack/web-api'
import type { Logger } from 'pino'

/**
 * What goes to Slack, one after the other in each channel: what waits because Slack asked to is overtaken by nothing
 * that was said later in the same place. Channels do not wait for each other.
 */
export type Outbox = {
  send<Result>(channel: string, act: () => Promise<Result>): Promise<Result>
  /** Resolves when nothing waits any more. */
  emptied(): Promise<void>
}

/** Slack asks for seconds; whoever is asked so often in a row says too much. */
const ATTEMPTS = 10

/** The seconds of Retry-After; null for any other error. */
function secondsAsked(error: unknown): number | null {
  const isAsked =
    error instanceof Error &&
    'code' in error &&
    error.code === ErrorCode.RateLimitedError &&
    'retryAfter' in error
  return isAsked && typeof error.retryAfter === 'number' ? error.retryAfter : null
}

export function createOutbox(
  logger: Logger,
  wait: (milliseconds: number) => Promise<unknown> = (milliseconds) => delay(milliseconds),
): Outbox {
  const last = new Map<string, Promise<unknown>>()

  async function patiently<Result>(channel: string, act: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await act()
      } catch (error) {
        const seconds = secondsAsked(error)
        if (seconds === null || attempt >= ATTEMPTS) throw error
        logger.warn({ channel, seconds }, 'Slack asks to wait: what goes to this channel waits with it')
        await wait(seconds * 1000)
      }
    }
  }

  return {
    send(channel, act) {
      const sent = (last.get(channel) ?? Promise.resolve()).then(() => patiently(channel, act))
      // The next one goes out whatever became of this one.
      const over = sent.catch(() => {})
      last.set(channel, over)
      void over.then(() => {
        if (last.get(channel) === over) last.delete(channel)
      })
      return sent
    },
    async emptied() {
      while (last.size > 0) await Promise.all(last.values())
    },
  }
}
