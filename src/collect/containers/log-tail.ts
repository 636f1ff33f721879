import { stripVTControlCharacters } from 'node:util'
import type { ContainerReading } from '../../model/container-reading.ts'
import { redact } from '../../model/redact.ts'

export const TAIL_LINES = 200
const LONGEST_LINE = 2000
const LARGEST_TAIL_BYTES = 256 * 1024

/** A container that runs and is well needs no log read; one that is not says why in its last lines. */
export const needsLog = (container: ContainerReading): boolean =>
  container.state === 'restarting' ||
  container.state === 'dead' ||
  (container.exitCode !== null && container.exitCode !== 0) ||
  container.health?.status === 'unhealthy' ||
  container.restartCount > 0 ||
  container.oomKilled

/**
 * The lines of `GET /containers/{id}/logs`: stdout and stderr in the order of their writing; without escape
 * sequences, capped, and with secrets redacted.
 */
export function readLogTail(body: Buffer, tty: boolean): string[] {
  const lines = tty ? linesOf(body.toString('utf8')) : demultiplex(body)
  const clean = lines
    .map((line) => stripVTControlCharacters(line).replace(/\r$/, ''))
    .slice(-TAIL_LINES)
    // Redacted whole, before capping: a cut secret has no shape to be known by. Keys span lines.
    .join('\n')
  if (clean === '') return []
  return capped(
    redact(clean)
      .split('\n')
      .map((line) => line.slice(0, LONGEST_LINE)),
  )
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

const HEADER_BYTES = 8

/**
 * Docker's multiplexed stream: frames of 1 byte stream (1 stdout, 2 stderr), 3 bytes of zero, 4 bytes of
 * length, big endian, then the payload. A long line comes in several frames of its own stream.
 */
function demultiplex(body: Buffer): string[] {
  const lines: string[] = []
  const unfinished = new Map<number, Buffer[]>()
  let offset = 0
  while (offset + HEADER_BYTES <= body.length) {
    const stream = body.readUInt8(offset)
    const end = offset + HEADER_BYTES + body.readUInt32BE(offset + 4)
    const payload = body.subarray(offset + HEADER_BYTES, end)
    offset = end
    const parts = unfinished.get(stream) ?? []
    parts.push(payload)
    if (payload.at(-1) === 0x0a) {
      lines.push(...linesOf(Buffer.concat(parts).toString('utf8')))
      parts.length = 0
    }
    unfinished.set(stream, parts)
  }
  for (const parts of unfinished.values()) {
    if (parts.length > 0) lines.push(...linesOf(Buffer.concat(parts).toString('utf8')))
  }
  return lines
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
