import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { styleText } from 'node:util'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { ConfigFailure } from '../config.ts'
import { logEngine } from '../logs.ts'
import { showWhile } from './progress.ts'

export type LogsOptions = { readonly json?: boolean; readonly since?: string }

const DURATION = /^(\d+)\s*(s|m|h|d)$/
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** "2h" before now, or an instant. */
function instantOf(since: string, now: number): number {
  const duration = DURATION.exec(since)
  const at = duration ? now - Number(duration[1]) * UNIT_MS[duration[2] as 's'] : Date.parse(since)
  if (Number.isNaN(at)) {
    throw new ConfigFailure(
      `--since ${since}: write a duration such as 90m, 2h or 3d, or a time such as 2026-01-31T14:00:00Z`,
    )
  }
  return at
}

type Take = (bytes: Buffer) => void

async function eachPiece(source: AsyncIterable<Buffer>, take: Take): Promise<void> {
  for await (const piece of source) take(piece)
}

/** One buffer, used again and again: a new one for each piece would fill the memory faster than it is freed. */
const PIECE_BYTES = 256 * 1024

async function eachPieceOfFile(file: FileHandle, take: Take): Promise<void> {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES)
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES)
    if (bytesRead === 0) return
    take(buffer.subarray(0, bytesRead))
  }
}

/** By what stands at its beginning, whatever the file is called. */
async function compression(file: FileHandle): Promise<(() => Transform) | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
  if (bytesRead < 4) return null
  if (buffer[0] === 0x1f && buffer[1] === 0x8b) return createGunzip
  return buffer.readUInt32LE() === 0xfd2fb528 ? createZstdDecompress : null
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder; name a file in it',
}

async function readFile(path: string, take: Take): Promise<void> {
  try {
    await using file = await open(path)
    const decompress = (await file.stat()).isFile() ? await compression(file) : null
    if (decompress === null) {
      await eachPieceOfFile(file, take)
      return
    }
    await pipeline(
      file.createReadStream({ start: 0, autoClose: false }),
      decompress(),
      (plain: AsyncIterable<Buffer>) => eachPiece(plain, take),
    )
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ConfigFailure(`The log ${path} cannot be read: ${REASONS[code ?? ''] ?? message}`, {
      cause: error,
    })
  }
}

/** More than what is stored with every reading of a container: it is read once, by a person or a program. */
const LARGEST_SUMMARY_BYTES = 32 * 1024

/** What the log engine found in files, or in what is piped in. */
export async function runLogs(files: readonly string[], { json, since }: LogsOptions): Promise<void> {
  const now = Date.now()
  const digest = logEngine.createDigest({
    reference: new Date(now),
    mostPatterns: 1000,
    largestSummaryBytes: LARGEST_SUMMARY_BYTES,
    ...(since === undefined ? {} : { since: new Date(instantOf(since, now)) }),
  })
  if (files.length === 0) {
    if (process.stdin.isTTY)
      process.stderr.write('Reading standard input; Ctrl-D ends it. A file: npm run logs -- FILE\n')
    const splitter = logEngine.createSplitter((text) => digest.line({ at: null, stream: 'stdout', text }))
    await eachPiece(process.stdin, splitter.write)
    splitter.end()
  }
  for (const file of files) {
    const stream = files.length > 1 ? basename(file) : 'stdout'
    const splitter = logEngine.createSplitter((text) => digest.line({ at: null, stream, text }))
    await showWhile(`Reading ${basename(file)}`, () => readFile(file, splitter.write))
    splitter.end()
  }
  const summary = digest.summary()
  if (json) {
    process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
    return
  }
  const colour = process.stdout.hasColors?.() ?? false
  for (const line of logEngine.describe(summary)) process.stdout.write(`${colour ? painted(line) : line}\n`)
}

/** What happened stands out, its sample stands back. */
function painted(line: string): string {
  const style = /^\d+\. /.test(line) ? 'bold' : /^ {3}line: /.test(line) ? 'dim' : null
  return style === null ? line : styleText(style, line, { validateStream: false })
}
