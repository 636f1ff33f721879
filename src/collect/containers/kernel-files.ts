import { closeSync, openSync, readSync } from 'node:fs'

/**
 * Files that the kernel makes up as they are read: nothing waits for a disk, and a read takes microseconds. Read in
 * turn and at once, they cost a tenth of what the thread pool takes to pass them around.
 */
const HALF_PAGE = 2048
const buffer = Buffer.allocUnsafe(64 * 1024)

/** Null when it is not there, or not for this user. A file of several pages comes in as many reads. */
export function readKernelFile(path: string): string | null {
  try {
    const file = openSync(path, 'r')
    try {
      let end = 0
      while (end < buffer.length) {
        const read = readSync(file, buffer, end, buffer.length - end, null)
        end += read
        // Records that did not fit a page come with the next read; a page that is half empty was the last.
        if (read < HALF_PAGE) break
      }
      return buffer.toString('latin1', 0, end)
    } finally {
      closeSync(file)
    }
  } catch {
    // It ended meanwhile (ENOENT, ESRCH, ENODEV), or may not be read (EACCES): in each case it is not known.
    return null
  }
}

/** The number behind `key` in a flat keyed file, as memory.stat and cpu.stat are. */
export function keyedNumber(text: string | null, key: string): number | null {
  if (text === null) return null
  const start = text.startsWith(`${key} `) ? 0 : text.indexOf(`\n${key} `) + 1
  if (start === 0 && !text.startsWith(`${key} `)) return null
  return wholeNumber(text.slice(start + key.length + 1, endOfLine(text, start)))
}

/** A file of one number. `max` is none. */
export const wholeNumber = (text: string | null): number | null =>
  text !== null && /^\d+\s*$/.test(text) ? Number(text) : null

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}
