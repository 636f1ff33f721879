import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

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
export function headFileIn(directory: string): HeadFile {
  const path = join(directory, 'audit-head.json')
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
        await writeFile(draft, `${JSON.stringify({ sequence, hash })}\n`, { mode: 0o600 })
        await rename(draft, path)
      } catch {
        // The row in the store is written already; a folder that takes no file is told at the start.
      }
    },
  }
}
