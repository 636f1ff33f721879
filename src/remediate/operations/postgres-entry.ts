import type pg from 'pg'
import { z } from 'zod'

/** What postgresql.auto.conf holds for a setting. */
export const Entry = z.union([
  z.strictObject({ former: z.literal('no entry') }),
  z.strictObject({ former: z.literal('entry'), value: z.string() }),
])
export type Entry = z.infer<typeof Entry>

/** pg_settings tells the value in use; only pg_file_settings tells what postgresql.auto.conf holds. */
export const ENTRY = String.raw`
  SELECT setting FROM pg_file_settings
  WHERE name = $1 AND sourcefile ~ '(^|[/\\])postgresql\.auto\.conf$'
  ORDER BY seqno DESC LIMIT 1`
export const EntryRow = z.object({ setting: z.string().nullable() })

export async function formerEntry(client: pg.Client, setting: string): Promise<Entry> {
  const rows = (await client.query(ENTRY, [setting])).rows.map((row) => EntryRow.parse(row))
  const value = rows[0]?.setting
  return value == null ? { former: 'no entry' } : { former: 'entry', value }
}
