import type { Timestamp } from './units.ts'

/**
 * One line of a container's log: decoded, without escape sequences, and cut to a bounded length. Not redacted yet,
 * which costs more than all the rest: whoever keeps or shows a line redacts it first.
 */
export type LogLine = {
  /** When the engine took it; null where it does not say. */
  readonly at: Timestamp | null
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** Whoever wants every line of a container as it is read: each once, in the order of each stream. */
export type LogSink = {
  line(line: LogLine): void
  /** Lines before the next one are missing: too many for one reading, or rotated away before they were read. */
  skipped?(): void
}

/** Asked once in the life of a container: the sink is kept over its restarts, and dropped when it is removed. */
export type LogSinkOf = (container: {
  readonly engine: string
  readonly id: string
  readonly name: string
}) => LogSink
