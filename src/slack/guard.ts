import type { Logger } from 'pino'
import { explain } from './platform-errors.ts'

export type Guard = (
  what: string,
  work: () => Promise<unknown>,
  /** Tells the person who asked. */
  tell: (text: string) => Promise<unknown>,
) => Promise<void>

/**
 * A failure ends what was asked for, never the process; it is logged, and the person who asked is told. With what is
 * under way, for whoever wants to end.
 */
export function createGuard(logger: Logger): { guard: Guard; ended: () => Promise<void> } {
  const underWay = new Set<Promise<void>>()

  const guarded: Guard = async (what, work, tell) => {
    try {
      await work()
    } catch (error) {
      const reason = explain(error)
      logger.error({ what, err: error }, reason)
      await tell(`That did not work: ${reason}`).catch((again: unknown) =>
        logger.error({ what, reason: explain(again) }, 'the failure could not be reported in Slack either'),
      )
    }
  }

  return {
    guard(what, work, tell) {
      const going = guarded(what, work, tell).finally(() => underWay.delete(going))
      underWay.add(going)
      return going
    },
    async ended() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
