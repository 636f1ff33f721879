import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { digestOf } from '../model/identity.ts'

/** The newest line of the audit log that somebody remembers. */
const AuditHead = z.object({ sequence: z.number(), hash: z.string() })
export type AuditHead = z.infer<typeof AuditHead>

export type HeadFile = {
  readonly path: string
  /** Null when there is none, or it is none. */
  read(): Promise<AuditHead | null>
  write(head: AuditHead): Promise<void>
}

/**
 * The second place: a file beside the database. It may lag behind the log by what a kill left unwritten, and never
 * runs ahead of it; copied elsewhere (a backup, a mounted disk), it also finds a store that was replaced as a whole.
 */
export function headFileIn(directory: string, name = 'audit-head.json'): HeadFile {
  const path = join(directory, name)
  return {
    path,
    async read() {
      try {
        return AuditHead.parse(JSON.parse(await readFile(path, 'utf8')))
      } catch {
        return null
      }
    },
    async write({ sequence, hash }) {
      // Renamed into its place, so that a kill leaves the old one or the new one.
      const draft = `${path}.${randomUUID().slice(0, 8)}`
      try {
        await mkdir(directory, { recursive: true })
        await writeFile(draft, `${JSON.stringify({ sequence, hash })}\n`, { mode: 0o600 })
        await rename(draft, path)
      } catch {
        // The row in the store is written already; a folder that takes no file is told at the start.
      }
    },
  }
}

/**
 * Beside no database of one's own: each database that is named has a file, so that another one is not taken for the
 * first with its end cut off. Every bot that shares the database remembers it for itself.
 */
export const headFileOf = (directory: string, place: string): HeadFile =>
  headFileIn(directory, `audit-head-${digestOf(place).slice(0, 8)}.json`)
