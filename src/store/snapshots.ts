import type { Kysely } from 'kysely'
import { HISTORY_LENGTH, Snapshot } from '../model/snapshot.ts'
import type { Timestamp } from '../model/units.ts'
import { documentOf, type OnDamage, parseRow, type Row, readable } from './documents.ts'
import type { Tables } from './tables.ts'

export type SnapshotStore = {
  saveSnapshot(snapshot: Snapshot): Promise<void>
  /** The newest `limit` of one host, taken at or after `since`; oldest first. */
  snapshotsSince(host: string, since: Timestamp, limit: number): Promise<Snapshot[]>
}

export function snapshotStore(db: Kysely<Tables>, onDamage: OnDamage): SnapshotStore {
  // Each collection asks for the last half hour: to parse that anew every time costs more than all else that it does.
  const known = new Map<string, Snapshot>()
  function remember(snapshot: Snapshot): void {
    known.delete(snapshot.id)
    known.set(snapshot.id, snapshot)
    for (const id of known.keys()) {
      if (known.size <= HISTORY_LENGTH) break
      known.delete(id)
    }
  }

  async function documentsOf(ids: readonly string[]): Promise<Map<string, Row>> {
    if (ids.length === 0) return new Map()
    const rows = await db.selectFrom('snapshots').select(['id', 'document']).where('id', 'in', ids).execute()
    return new Map(rows.map((row) => [row.id, row]))
  }

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
      remember(snapshot)
    },

    async snapshotsSince(host, since, limit) {
      const rows = await db
        .selectFrom('snapshots')
        .select('id')
        .where('host', '=', host)
        .where('taken_at', '>=', since)
        .orderBy('taken_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      const ids = rows.map(({ id }) => id).toReversed()
      const documents = await documentsOf(ids.filter((id) => !known.has(id)))
      // One that was forgotten between the two questions is in neither.
      const there = ids.filter((id) => known.has(id) || documents.has(id))
      const snapshots = readable(
        there,
        (id) => known.get(id) ?? parseRow('snapshots', Snapshot, documents.get(id) as Row),
        onDamage,
      )
      for (const snapshot of snapshots) remember(snapshot)
      return snapshots
    },
  }
}
