import type { LogTail } from '../../model/container-reading.ts'
import type { LogSink } from '../../model/log-sink.ts'
import { bytes, timestamp } from '../../model/units.ts'
import { type Counts, createCounts } from './line-counts.ts'
import type { LogEntry } from './log-stream.ts'
import { createTail, type Tail } from './log-tail.ts'

/** The first reading of a log goes back so far. */
export const HORIZON_MS = 24 * 3_600_000

/**
 * How far one log has been read, and what is known of it. The place is the last line itself, by its time to the
 * nanosecond, stream and text, and not only a time: the clock of the engine can step back, and two lines can share one.
 */
export type LogPosition = {
  readonly sink: LogSink | null
  readonly counts: Counts
  tail: Tail
  last: LogEntry | null
  /** How often each line with the time of the last has come: Podman's times are whole seconds. */
  readonly repeats: Map<string, number>
  /** Everything that was there at the last reading has been read. */
  isComplete: boolean
  /** About how many lines a reading that was cut short has left for the next. */
  behind: number
  /** What of the container and of the file was last seen when all had been read; null where that is not known. */
  seen: string | null
  /** How many lines to ask for first: about twice as many as came the last time. */
  expected: number
  readAt: number
}

export const beginLog = (sink: LogSink | null): LogPosition => ({
  sink,
  counts: createCounts(),
  tail: createTail(),
  last: null,
  repeats: new Map(),
  isComplete: false,
  behind: 0,
  seen: null,
  expected: 0,
  readAt: Number.NEGATIVE_INFINITY,
})

export const isSameLine = (left: LogEntry, right: LogEntry): boolean =>
  left.stamp === right.stamp && left.stream === right.stream && left.text === right.text

/** The log has been read up to this line. */
export function moveTo(position: LogPosition, entry: LogEntry): void {
  if (position.last?.stamp !== entry.stamp) position.repeats.clear()
  const key = keyOf(entry)
  position.repeats.set(key, (position.repeats.get(key) ?? 0) + 1)
  position.last = entry
}

/** Which of the lines that are the same as the last is the last. */
export const repeatsOf = ({ last, repeats }: LogPosition): number =>
  last === null ? 1 : (repeats.get(keyOf(last)) ?? 1)

const keyOf = ({ stream, text }: LogEntry): string => `${stream} ${text}`

/** What one reading took; the part of LogTail that is new. */
export type Taken = {
  from: number | null
  to: number | null
  bytes: number
  lines: number
  skipped: boolean
}

export const nothingTaken = (): Taken => ({ from: null, to: null, bytes: 0, lines: 0, skipped: false })

/** One new line, in the order of the log. */
export function take(position: LogPosition, entry: LogEntry, taken: Taken): void {
  const { ms, stream, text } = entry
  const isTimed = !Number.isNaN(ms)
  if (isTimed) position.counts.count(ms, stream === 'stderr')
  position.sink?.line({ at: isTimed ? timestamp(new Date(ms)) : null, stream, text })
  moveTo(position, entry)
  taken.bytes += entry.bytes
  taken.lines++
  if (!isTimed) return
  taken.from ??= ms
  taken.to = ms
}

/** Lines between the last that was read and `next` are lost. */
export function skipTo(position: LogPosition, next: LogEntry | undefined, taken: Taken): void {
  taken.skipped = true
  position.sink?.skipped?.()
  position.counts.beginAt(next === undefined || Number.isNaN(next.ms) ? Date.now() : next.ms)
}

export function readOf(taken: Taken, isComplete: boolean): LogTail['read'] {
  const time = (ms: number | null) => (ms === null ? null : timestamp(new Date(ms)))
  return {
    from: time(taken.from),
    to: time(taken.to),
    bytes: bytes(taken.bytes),
    lines: taken.lines,
    skipped: taken.skipped,
    complete: isComplete,
  }
}
