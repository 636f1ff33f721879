import type { Kysely } from 'kysely'
import { Alert, Silence } from '../model/alert.ts'
import type { Timestamp } from '../model/units.ts'
import { documentOf, type OnDamage, parseRecord, readable, storableText } from './documents.ts'
import type { Tables } from './tables.ts'

export type AlertStore = {
  /** Those that are open, and those that were resolved at or after `since`. */
  alerts(host: string, since: Timestamp): Promise<Alert[]>
  saveAlert(alert: Alert): Promise<void>
  /** Those that still hold. */
  silences(host: string, now: Timestamp): Promise<Silence[]>
  /** Takes the place of an earlier silence of the same finding. */
  saveSilence(silence: Silence): Promise<void>
  /** False when there was none. */
  endSilence(host: string, findingId: string): Promise<boolean>
}

export function alertStore(db: Kysely<Tables>, onDamage: OnDamage): AlertStore {
  return {
    async alerts(host, since) {
      const rows = await db
        .selectFrom('alerts')
        .select(['finding_id as id', 'document'])
        .where('host', '=', host)
        .where(({ eb, or }) => or([eb('resolved_at', 'is', null), eb('resolved_at', '>=', since)]))
        .orderBy('finding_id')
        .execute()
      const parse = ({ id, document }: (typeof rows)[number]) =>
        parseRecord('alerts', id, () => Alert.parse(JSON.parse(document)))
      return readable(rows, parse, onDamage)
    },

    async saveAlert(alert) {
      const row = {
        resolved_at: alert.resolvedAt,
        document: documentOf(`Alert ${alert.findingId}`, alert),
      }
      await db
        .insertInto('alerts')
        .values({ host: alert.host, finding_id: alert.findingId, ...row })
        .onConflict((conflict) => conflict.columns(['host', 'finding_id']).doUpdateSet(row))
        .execute()
    },

    async silences(host, now) {
      const rows = await db
        .selectFrom('silences')
        .select(['host', 'finding_id as findingId', 'until', 'by_whom as by', 'at'])
        .where('host', '=', host)
        .where(({ eb, or }) => or([eb('until', 'is', null), eb('until', '>', now)]))
        .orderBy('at')
        .execute()
      const parse = (row: (typeof rows)[number]) =>
        parseRecord('silences', row.findingId, () => Silence.parse(row))
      return readable(rows, parse, onDamage)
    },

    async saveSilence({ host, findingId, until, by, at }) {
      const row = { until, by_whom: storableText(by), at }
      await db
        .insertInto('silences')
        .values({ host, finding_id: storableText(findingId), ...row })
        .onConflict((conflict) => conflict.columns(['host', 'finding_id']).doUpdateSet(row))
        .execute()
    },

    async endSilence(host, findingId) {
      const { numDeletedRows } = await db
        .deleteFrom('silences')
        .where('host', '=', host)
        .where('finding_id', '=', storableText(findingId))
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}
