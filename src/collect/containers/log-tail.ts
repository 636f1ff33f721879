import { redact } from '../../model/redact.ts'
import type { LogEntry } from './log-stream.ts'

export const TAIL_LINES = 200
const LONGEST_LINE = 2000
const LARGEST_TAIL_BYTES = 256 * 1024

/** The newest lines of one log, oldest first. */
export type Tail = { add(entry: LogEntry): void; lines(): string[] }

export function createTail(): Tail {
  let kept: string[] = []
  return {
    add({ text }) {
      kept.push(text)
      // Now and then, not at each line: shifting a long list costs as much as it holds.
      if (kept.length > 4 * TAIL_LINES) kept = kept.slice(-TAIL_LINES)
    },
    lines: () => readable(kept.slice(-TAIL_LINES)),
  }
}

/** Capped, and with secrets redacted. */
function readable(lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  // Redacted whole, before capping: a cut secret has no shape to be known by. Keys span lines.
  return capped(
    redact(lines.join('\n'))
      .split('\n')
      .map((line) => line.slice(0, LONGEST_LINE)),
  )
}

/** The newest lines that fit. */
function capped(lines: readonly string[]): string[] {
  let room = LARGEST_TAIL_BYTES
  const kept = lines.toReversed()
  const tooMany = kept.findIndex((line) => {
    room -= Buffer.byteLength(line) + 1
    return room < 0
  })
  return (tooMany === -1 ? kept : kept.slice(0, tooMany)).toReversed()
}
