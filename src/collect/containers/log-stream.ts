import { stripVTControlCharacters } from 'node:util'

/** A line as the engine gave it, or what of it fits. */
export type LogEntry = {
  /** When the engine took it, in its own words, to the nanosecond; empty where it does not say. */
  readonly stamp: string
  /** The same in milliseconds since 1970; NaN where it does not say. */
  readonly ms: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
  /** Of the line as it was written, whatever was cut. */
  readonly bytes: number
}

/** Longer ones are cut. A program that writes a megabyte without a line end must not be held. */
const LONGEST_LINE_BYTES = 8192
const HEADER_BYTES = 8
const NEWLINE = 0x0a
const LONGEST_STAMP = 64

export type LogDecoder = {
  /** Lines that are whole with this chunk. */
  push(chunk: Buffer): LogEntry[]
  /** What was begun and not ended. */
  end(): LogEntry[]
  /** Messages so far, as `tail` counts them: the engine keeps a long line as several. */
  messages(): number
}

/**
 * The body of `GET /containers/{id}/logs?timestamps=1`, cut anywhere. Without a terminal it is multiplexed: frames of
 * 1 byte stream (1 stdout, 2 stderr), 3 bytes of zero, 4 bytes of length, big endian, then the message. A long line
 * comes in several frames of its own stream, each with its time. With a terminal it is plain text.
 */
export function logDecoder(tty: boolean): LogDecoder {
  const lines = { stdout: lineAssembler('stdout'), stderr: lineAssembler('stderr') }
  let raw = tty
  let messages = 0
  let header = Buffer.alloc(0)
  /** Of the message that is being read: how much is missing, and of which stream it is. */
  let missing = 0
  let stream: LogEntry['stream'] = 'stdout'

  function takeFrames(chunk: Buffer, entries: LogEntry[]): void {
    let rest = chunk
    while (rest.length > 0) {
      if (missing === 0) {
        const needed = HEADER_BYTES - header.length
        header = Buffer.concat([header, rest.subarray(0, needed)])
        rest = rest.subarray(needed)
        if (header.length < HEADER_BYTES) return
        if (!isHeader(header)) {
          // No stream of frames, whatever the engine said: the text is all there is.
          raw = true
          lines.stdout.take(header, entries)
          lines.stdout.take(rest, entries)
          return
        }
        stream = header[0] === 2 ? 'stderr' : 'stdout'
        missing = header.readUInt32BE(4)
        header = Buffer.alloc(0)
        messages++
        lines[stream].beginMessage()
        continue
      }
      const part = rest.subarray(0, missing)
      missing -= part.length
      rest = rest.subarray(part.length)
      lines[stream].take(part, entries)
      if (missing === 0) lines[stream].endMessage(entries)
    }
  }

  return {
    push(chunk) {
      const entries: LogEntry[] = []
      if (raw) lines.stdout.take(chunk, entries)
      else takeFrames(chunk, entries)
      if (tty) messages += entries.length
      return entries
    },
    end: () => [...lines.stdout.end(), ...lines.stderr.end()],
    messages: () => messages,
  }
}

const isHeader = (header: Buffer): boolean =>
  (header[0] ?? 9) <= 2 && header[1] === 0 && header[2] === 0 && header[3] === 0

/** Puts the lines of one stream together, and takes the times off. */
function lineAssembler(stream: LogEntry['stream']) {
  let parts: Buffer[] = []
  let held = 0
  let bytes = 0
  /** Of a further message of the same line, which has a time of its own that is no part of it, until that is whole. */
  let beginning: Buffer | null = null

  const hold = (part: Buffer) => {
    bytes += part.length
    // The time before the line is held beside it.
    const room = LONGEST_LINE_BYTES + LONGEST_STAMP - held
    if (room <= 0 || part.length === 0) return
    const kept = part.subarray(0, room)
    parts.push(kept)
    held += kept.length
  }
  const finish = (): LogEntry => {
    const entry = entryOf(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts), bytes, stream)
    parts = []
    held = 0
    bytes = 0
    return entry
  }
  const split = (chunk: Buffer, entries: LogEntry[]) => {
    let rest = chunk
    for (;;) {
      const end = rest.indexOf(NEWLINE)
      if (end === -1) break
      hold(rest.subarray(0, end))
      entries.push(finish())
      rest = rest.subarray(end + 1)
    }
    hold(rest)
  }
  const continueWith = (message: Buffer, entries: LogEntry[]) => {
    beginning = null
    const stamp = stampIn(message.toString('latin1', 0, LONGEST_STAMP))
    split(stamp === '' ? message : message.subarray(stamp.length + 1), entries)
  }
  return {
    beginMessage() {
      beginning = bytes > 0 ? Buffer.alloc(0) : null
    },
    take(chunk: Buffer, entries: LogEntry[]) {
      if (beginning === null) return split(chunk, entries)
      beginning = Buffer.concat([beginning, chunk])
      if (beginning.length >= LONGEST_STAMP) continueWith(beginning, entries)
    },
    endMessage(entries: LogEntry[]) {
      if (beginning !== null) continueWith(beginning, entries)
    },
    end: () => (bytes > 0 ? [finish()] : []),
  }
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)(?= |$)/
const stampIn = (text: string): string => STAMP.exec(text)?.[0] ?? ''

function entryOf(line: Buffer, bytes: number, stream: LogEntry['stream']): LogEntry {
  const stamp = stampIn(line.toString('latin1', 0, LONGEST_STAMP))
  const start = stamp === '' ? 0 : stamp.length + 1
  const text = line.toString('utf8', start, start + LONGEST_LINE_BYTES)
  return {
    stamp,
    ms: stamp === '' ? Number.NaN : Date.parse(stamp),
    stream,
    text: cleaned(text),
    // With its line end, which the last one may lack.
    bytes: Math.max(0, bytes - start) + 1,
  }
}

/** Without escape sequences, and without the carriage return of a terminal. */
function cleaned(text: string): string {
  const plain = text.includes('\u001b') || text.includes('\u009b') ? stripVTControlCharacters(text) : text
  return plain.endsWith('\r') ? plain.slice(0, -1) : plain
}
