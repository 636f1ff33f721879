import type { Logger } from 'pino'

/** More than Slack delivers again: what is not acknowledged comes back within minutes. */
const REMEMBERED = 1000

/**
 * True the first time a key is seen. Slack delivers again what was not acknowledged in time, and a report or a fix
 * must not happen twice for it.
 */
export type Once = (key: string | undefined) => boolean

/** The same over all bots of one app: what one of them did not acknowledge in time is delivered to another. */
export type OnceOfAll = (eventId: string) => Promise<boolean>

/** A store that cannot be asked must not make the bot deaf: then it is once in this process. */
export const createOnceOfAll =
  (once: Once, take: (key: string) => Promise<boolean>, logger: Logger): OnceOfAll =>
  async (eventId) => {
    if (!once(eventId)) return false
    try {
      return await take(eventId)
    } catch (error) {
      logger.error({ err: error }, 'whether another bot has taken an event is not known')
      return true
    }
  }

export type Onces = { readonly once: Once; readonly onceOfAll: OnceOfAll }

export function createOnce(): Once {
  const seen = new Set<string>()
  return (key) => {
    if (key === undefined) return true
    if (seen.has(key)) return false
    seen.add(key)
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value as string)
    return true
  }
}
