import type { Kysely } from 'kysely'
import { Snapshot } from '../model/snapshot.ts'
import type { Timestamp } from '../model/units.ts'
import { documentOf, type OnDamage, parseRow, readable } from './documents.ts'
import type { Tables } from './tables.ts'

export type SnapshotStore = {
  saveSnapshot(snapshot: Snapshot): Promise<void>
  /** The newest `limit` of one host, taken at or after `since`; oldest first. */
  snapshotsSince(host: string, since: Timestamp, limit: number): Promise<Snapshot[]>
}

export function snapshotStore(db: Kysely<Tables>, onDamage: OnDamage): SnapshotStore {
  return {
    async saveSnapshot(snapshot) {
      const row = {
        host: snapshot.host,
        taken_at: snapshot.takenAt,
        document: documentOf(`Snapshot ${snapshot.id}`, snapshot),
      }
      await db
        .insertInto('snapshots')
        .values({ id: snapshot.id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    },

    async snapshotsSince(host, since, limit) {
      const rows = await db
        .selectFrom('snapshots')
        .select(['id', 'document'])
        .where('host', '=', host)
        .where('taken_at', '>=', since)
        .orderBy('taken_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return readable(rows.toReversed(), (row) => parseRow('snapshots', Snapshot, row), onDamage)
    },
  }
}
