/** More than Slack delivers again: what is not acknowledged comes back within minutes. */
const REMEMBERED = 1000

/**
 * True the first time a key is seen. Slack delivers again what was not acknowledged in time, and a report or a fix
 * must not happen twice for it.
 */
export type Once = (key: string | undefined) => boolean

export function createOnce(): Once {
  const seen = new Set<string>()
  return (key) => {
    if (key === undefined) return true
    if (seen.has(key)) return false
    seen.add(key)
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value as string)
    return true
  }
}
