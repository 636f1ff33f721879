import type { Kysely, Selectable, Transaction } from 'kysely'
import { AuditEntry, type NewAuditEntry } from '../model/execution.ts'
import { canonicalJson, digestOf } from '../model/identity.ts'
import { redact } from '../model/redact.ts'
import type { AuditHead, HeadFile } from './audit-head.ts'
import { type OnDamage, readable, storableText } from './documents.ts'
import { holdLock } from './engine.ts'
import { StoreFailure } from './failure.ts'
import type { Tables } from './tables.ts'

export type BrokenLink = { sequence: number; reason: string }

export type AuditStore = {
  appendAudit(entry: NewAuditEntry): Promise<AuditEntry>
  /** Newest first. */
  audit(limit: number): Promise<AuditEntry[]>
  /** Oldest first, a page at a time: all lines after one. */
  auditAfter(sequence: number): Promise<AuditEntry[]>
  /**
   * Walks the chain, and holds its end against what is kept apart from it: the first broken link, or null. Who can
   * write the store and the file beside it, and makes the whole chain anew from some line on, is not found.
   */
  verifyAudit(): Promise<BrokenLink | null>
}

/** What the first line names as its predecessor. */
const GENESIS = '0'.repeat(64)

/** Rows read at a time while walking: the log only ever grows. */
const PAGE = 1000

/** Entries at the end of the chain, in the transaction of what they are about: both are there, or neither. */
export async function appendTo(
  transaction: Transaction<Tables>,
  entries: readonly NewAuditEntry[],
): Promise<AuditEntry[]> {
  if (entries.length === 0) return []
  await holdLock(transaction, 'audit')
  const last = await transaction
    .selectFrom('audit')
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  let previous: AuditHead = last ?? { sequence: 0, hash: GENESIS }
  const lines: AuditEntry[] = []
  for (const entry of entries) {
    const line = linkedTo(previous, entry)
    await transaction.insertInto('audit').values(rowOf(line)).execute()
    lines.push(line)
    previous = line
  }
  const head = { sequence: previous.sequence, hash: previous.hash }
  await transaction
    .insertInto('audit_head')
    .values({ id: 1, ...head })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(head))
    .execute()
  return lines
}

export function auditStore(db: Kysely<Tables>, onDamage: OnDamage, headFile: HeadFile | null): AuditStore {
  /** From the very first where null: no line can hide below number 1. */
  const rowsAfter = (sequence: number | null) =>
    db
      .selectFrom('audit')
      .selectAll()
      .$if(sequence !== null, (query) => query.where('sequence', '>', sequence as number))
      .orderBy('sequence')
      .limit(PAGE)
      .execute()

  /** Where the log has to end at least, by what is kept beside it. */
  async function keptHeads(): Promise<{ where: string; head: AuditHead }[]> {
    const row = await db.selectFrom('audit_head').select(['sequence', 'hash']).executeTakeFirst()
    const file = await headFile?.read()
    return [
      ...(row ? [{ where: 'the store', head: row }] : []),
      ...(file ? [{ where: headFile?.path ?? '', head: file }] : []),
    ]
  }

  return {
    async appendAudit(entry) {
      const [line] = await db.transaction().execute((transaction) => appendTo(transaction, [entry]))
      if (!line) throw new Error('one entry gives one line')
      await headFile?.write(line)
      return line
    },

    async audit(limit) {
      const rows = await db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(limit).execute()
      return readable(rows, entryOf, onDamage)
    },

    async auditAfter(sequence) {
      return readable(await rowsAfter(sequence), entryOf, onDamage)
    },

    async verifyAudit() {
      // Read first: lines that are written meanwhile only make the log longer than they say.
      const heads = await keptHeads()
      const expected = new Map(heads.map(({ where, head }) => [head.sequence, { where, hash: head.hash }]))
      let rows = await rowsAfter(null)
      let previous = { sequence: 0, hash: GENESIS }
      while (rows.length > 0) {
        for (const row of rows) {
          const reason = breakBetween(previous, row)
          if (reason) return { sequence: row.sequence, reason }
          const kept = expected.get(row.sequence)
          if (kept && kept.hash !== row.hash) {
            return { sequence: row.sequence, reason: `it is not the line that ${kept.where} remembers` }
          }
          previous = row
        }
        rows = await rowsAfter(previous.sequence)
      }
      const cut = heads.find(({ head }) => head.sequence > previous.sequence)
      if (!cut) return null
      const reason = `the log ends before it, but ${cut.where} remembers line ${cut.head.sequence}: its end was cut off`
      return { sequence: previous.sequence + 1, reason }
    },
  }
}

/** Texts as a database will give them back, or the hash of what was read would not be that of what was written. */
function linkedTo(previous: AuditHead, entry: NewAuditEntry): AuditEntry {
  const unsealed = {
    sequence: previous.sequence + 1,
    at: entry.at,
    actor: storableText(entry.actor),
    action: entry.action,
    subject: storableText(entry.subject),
    detail: JSON.parse(canonicalJson(withoutSecrets(entry.detail))),
    previousHash: previous.hash,
  }
  return AuditEntry.parse({ ...unsealed, hash: digestOf(unsealed) })
}

/** Commands and their errors may quote what no log should hold. */
const withoutSecrets = (detail: NewAuditEntry['detail']): NewAuditEntry['detail'] =>
  Object.fromEntries(
    Object.entries(detail).map(([key, value]) => [key, typeof value === 'string' ? redact(value) : value]),
  )

const rowOf = (entry: AuditEntry): Selectable<Tables['audit']> => ({
  sequence: entry.sequence,
  at: entry.at,
  actor: entry.actor,
  action: entry.action,
  subject: entry.subject,
  detail: canonicalJson(entry.detail),
  previous_hash: entry.previousHash,
  hash: entry.hash,
})

function entryOf(row: Selectable<Tables['audit']>): AuditEntry {
  const { previous_hash: previousHash, ...columns } = row
  try {
    return AuditEntry.parse({ ...columns, detail: JSON.parse(row.detail), previousHash })
  } catch (error) {
    throw new StoreFailure(
      `Line ${row.sequence} of the audit log can no longer be read`,
      'Somebody or something changed it. Keep the file as it is, and compare it with a backup.',
      { cause: error },
    )
  }
}

function breakBetween(previous: AuditHead, row: Selectable<Tables['audit']>): string | null {
  if (row.sequence !== previous.sequence + 1) return `line ${previous.sequence + 1} is missing`
  if (row.previous_hash !== previous.hash) return 'it does not follow from the line before it'
  let entry: AuditEntry
  try {
    entry = entryOf(row)
  } catch (error) {
    if (error instanceof StoreFailure) return 'it can no longer be read'
    throw error
  }
  const { hash, ...unsealed } = entry
  const same = canonicalJson(rowOf(entry)) === canonicalJson(row) && hash === digestOf(unsealed)
  return same ? null : 'it was changed after it was written'
}
