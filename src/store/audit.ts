import type { Kysely, Selectable } from 'kysely'
import { AuditEntry } from '../model/fix-plan.ts'
import { canonicalJson, digestOf } from '../model/identity.ts'
import { type OnDamage, readable, storableText } from './documents.ts'
import { holdLock } from './engine.ts'
import { StoreFailure } from './failure.ts'
import type { Tables } from './tables.ts'

export type NewAuditEntry = Pick<AuditEntry, 'at' | 'actor' | 'action' | 'subject' | 'detail'>
export type BrokenLink = { sequence: number; reason: string }

export type AuditStore = {
  appendAudit(entry: NewAuditEntry): Promise<AuditEntry>
  /** Newest first. */
  audit(limit: number): Promise<AuditEntry[]>
  /** Walks the chain; the first broken link, or null. That lines are missing at its end it cannot see. */
  verifyAudit(): Promise<BrokenLink | null>
}

/** What the first line names as its predecessor. */
const GENESIS = '0'.repeat(64)

/** Rows read at a time while walking: the log only ever grows. */
const PAGE = 1000

export function auditStore(db: Kysely<Tables>, onDamage: OnDamage): AuditStore {
  /** From the very first where null: no line can hide below number 1. */
  const rowsAfter = (sequence: number | null) =>
    db
      .selectFrom('audit')
      .selectAll()
      .$if(sequence !== null, (query) => query.where('sequence', '>', sequence as number))
      .orderBy('sequence')
      .limit(PAGE)
      .execute()

  return {
    async appendAudit(entry) {
      return await db.transaction().execute(async (transaction) => {
        await holdLock(transaction, 'audit')
        const last = await transaction
          .selectFrom('audit')
          .select(['sequence', 'hash'])
          .orderBy('sequence', 'desc')
          .limit(1)
          .executeTakeFirst()
        const line = linkedTo(last ?? { sequence: 0, hash: GENESIS }, entry)
        await transaction.insertInto('audit').values(rowOf(line)).execute()
        return line
      })
    },

    async audit(limit) {
      const rows = await db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(limit).execute()
      return readable(rows, entryOf, onDamage)
    },

    async verifyAudit() {
      let rows = await rowsAfter(null)
      let previous = { sequence: 0, hash: GENESIS }
      while (rows.length > 0) {
        for (const row of rows) {
          const reason = breakBetween(previous, row)
          if (reason) return { sequence: row.sequence, reason }
          previous = row
        }
        rows = await rowsAfter(previous.sequence)
      }
      return null
    },
  }
}

/** Texts as a database will give them back, or the hash of what was read would not be that of what was written. */
function linkedTo(previous: { sequence: number; hash: string }, entry: NewAuditEntry): AuditEntry {
  const unsealed = {
    sequence: previous.sequence + 1,
    at: entry.at,
    actor: storableText(entry.actor),
    action: entry.action,
    subject: storableText(entry.subject),
    detail: JSON.parse(canonicalJson(entry.detail)),
    previousHash: previous.hash,
  }
  return AuditEntry.parse({ ...unsealed, hash: digestOf(unsealed) })
}

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

function breakBetween(
  previous: { sequence: number; hash: string },
  row: Selectable<Tables['audit']>,
): string | null {
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
