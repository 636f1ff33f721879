import { readFileSync } from 'node:fs'
import { CollectFailure, errorCode } from '../collector.ts'

/**
 * Files of /proc and /sys that the kernel makes up from memory as they are read: at once, one after the other, they
 * cost a third of what Node's threads take to pass them around. Not for what asks hardware (hwmon) or may wait.
 */
export function kernelFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not there (ENOENT, ESRCH, ENODEV), not for this user (EACCES), or switched off (EOPNOTSUPP): not known.
    return null
  }
}

/** A file that every Linux has: without it nothing can be said. */
export function requiredFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CollectFailure(
      'failed',
      `${path} cannot be read (${errorCode(error) ?? String(error)})`,
      `Let the user that perfbot runs as read ${path}, or correct collect.paths in config/perfbot.yaml`,
      { cause: error },
    )
  }
}

/** The number in a file of one number; null for `max`, for what is none, and where there is no file. */
export const numberIn = (path: string): number | null => wholeNumber(kernelFile(path))

export const wholeNumber = (text: string | null): number | null =>
  text !== null && /^\s*-?\d+\s*$/.test(text) ? Number(text) : null

/** Lines of a name, an optional colon and a number: /proc/meminfo, /proc/vmstat. */
export function namedNumbers(text: string): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^(\S+?):?\s+(\d+)/.exec(line)
    if (match) numbers.set(match[1] as string, Number(match[2]))
  }
  return numbers
}
