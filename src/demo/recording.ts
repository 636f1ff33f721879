import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Snapshot } from '../model/snapshot.ts'
import { Timestamp } from '../model/units.ts'
import type { Scenario } from './scenarios.ts'

/** A system that was written down as readings, to be looked at where there is no such system. */
const Recording = z.object({
  /** Where its figures come from, and which of them were not in what it was made of. */
  about: z.string(),
  snapshot: Snapshot,
  /** What containers wrote before, by their ids. */
  logs: z.record(
    z.string(),
    z.array(z.object({ at: Timestamp, stream: z.enum(['stdout', 'stderr']), text: z.string() })),
  ),
})
export type Recording = z.infer<typeof Recording>

const DIRECTORY = join(import.meta.dirname, 'recordings')

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** Every time in it, later by as much: what had begun an hour before the recording has begun an hour ago. */
function shifted(value: unknown, milliseconds: number): unknown {
  if (typeof value === 'string' && INSTANT.test(value))
    return new Date(Date.parse(value) + milliseconds).toISOString()
  if (Array.isArray(value)) return value.map((each) => shifted(each, milliseconds))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shifted(each, milliseconds)]))
}

/** Puts a null where the recording, older than this program, says nothing: null is "not stated" in every reading. */
function stateNothing(value: unknown, path: readonly PropertyKey[]): boolean {
  let inside = value as Record<PropertyKey, unknown>
  for (const key of path.slice(0, -1)) inside = inside?.[key] as Record<PropertyKey, unknown>
  const last = path.at(-1)
  if (typeof inside !== 'object' || inside === null || last === undefined || last in inside) return false
  inside[last] = null
  return true
}

function parse(value: unknown): Recording {
  const parsed = Recording.safeParse(value)
  if (parsed.success) return parsed.data
  const filled = parsed.error.issues.filter(({ path }) => stateNothing(value, path))
  return filled.length > 0 ? parse(value) : Recording.parse(value)
}

/** The recording as if it had been made at `now`. */
export async function openRecording(name: Scenario, now: Date): Promise<Recording> {
  const written = JSON.parse(await readFile(join(DIRECTORY, `${name}.json`), 'utf8'))
  return parse(shifted(written, now.getTime() - Date.parse(written.snapshot.takenAt)))
}
