import type { Envelope } from './envelope.ts'

/** `journalctl -o export`: an entry is a block of NAME=value lines, and a blank line ends it. */
export type JournalExport = {
  /** Whether the line is part of an entry, and the entry if the line ends it. */
  take(line: string): { readonly entry: Envelope | null } | null
}

const MOST_FIELDS = 200

export function createJournalExport(): JournalExport {
  let fields: Map<string, string> | null = null

  function finished(): Envelope | null {
    const entry = fields
    fields = null
    const body = entry?.get('MESSAGE')
    if (!entry || body === undefined) return null
    const priority = entry.get('PRIORITY')
    return {
      source:
        entry.get('SYSLOG_IDENTIFIER') ?? entry.get('CONTAINER_NAME') ?? entry.get('_SYSTEMD_UNIT') ?? null,
      ms: Number(entry.get('__REALTIME_TIMESTAMP') ?? Number.NaN) / 1000,
      body,
      priority: priority === undefined ? null : Number(priority),
    }
  }

  return {
    take(line) {
      if (fields === null) {
        if (!line.startsWith('__CURSOR=') && !line.startsWith('__REALTIME_TIMESTAMP=')) return null
        fields = new Map()
      }
      if (line === '') return { entry: finished() }
      const at = line.indexOf('=')
      // A field of several lines comes in binary: what is not NAME=value is left out.
      if (at > 0 && fields.size < MOST_FIELDS) fields.set(line.slice(0, at), line.slice(at + 1))
      return { entry: null }
    },
  }
}
