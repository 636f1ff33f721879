import { readFile } from 'node:fs/promises'

/**
 * The text of a file of sysfs; null where there is none, or where the driver will not tell now (EPERM, EBUSY, EINVAL
 * of a GPU that sleeps or is being reset).
 */
export const textOf = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').then(
    (text) => text.trim() || null,
    () => null,
  )

export async function numberOf(path: string): Promise<number | null> {
  const digits = /^(-?\d+)\b/.exec((await textOf(path)) ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}
