import { format } from 'node:util'
import { type Logger as BoltLogger, LogLevel } from '@slack/bolt'
import type { Logger } from 'pino'

/** Bolt's log lines as lines of ours: on stderr, structured, one level quieter, since its `info` is chatter. */
export function boltLogger(logger: Logger): BoltLogger {
  const child = logger.child({ part: 'bolt' })
  const line = (parts: unknown[]) => format(...parts)
  return {
    debug: (...parts) => child.trace(line(parts)),
    info: (...parts) => child.debug(line(parts)),
    warn: (...parts) => child.warn(line(parts)),
    error: (...parts) => child.error(line(parts)),
    setLevel: () => {},
    getLevel: () => LogLevel.DEBUG,
    setName: () => {},
  }
}
