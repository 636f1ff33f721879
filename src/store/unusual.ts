import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Series } from '../model/series.ts'
import type { Timestamp } from '../model/units.ts'
import { type SeriesUnusual, Unusual } from '../model/unusual.ts'
import { documentOf, type OnDamage, parseRecord, readable } from './documents.ts'
import type { Tables } from './tables.ts'

/** What was learnt of a series, as text that only who learnt it reads. */
export type DetectorState = { readonly series: number; readonly state: string }

export type UnusualStore = {
  saveDetectors(states: readonly DetectorState[]): Promise<void>
  /** Of all series of a host. */
  detectors(host: string): Promise<DetectorState[]>
  saveUnusual(found: readonly { readonly series: number; readonly unusual: Unusual }[]): Promise<void>
  /** What was unusual from a time on, up to but without another, the oldest first. */
  unusual(host: string, from: Timestamp, to: Timestamp): Promise<SeriesUnusual[]>
  pruneUnusual(before: Timestamp): Promise<void>
}

/** SQLite takes some thousand values in one statement. */
const ROWS = 500

const Labels = z.record(z.string(), z.string())

export function unusualStore(db: Kysely<Tables>, onDamage: OnDamage): UnusualStore {
  return {
    async saveDetectors(states) {
      await db.transaction().execute(async (transaction) => {
        for (let from = 0; from < states.length; from += ROWS) {
          const rows = states.slice(from, from + ROWS)
          await transaction
            .insertInto('detectors')
            .values(rows.map(({ series, state }) => ({ series_id: series, state })))
            .onConflict((conflict) =>
              conflict.column('series_id').doUpdateSet(({ ref }) => ({ state: ref('excluded.state') })),
            )
            .execute()
        }
      })
    },

    async detectors(host) {
      const rows = await db
        .selectFrom('detectors')
        .innerJoin('series', 'series.id', 'detectors.series_id')
        .where('series.host', '=', host)
        .select(['detectors.series_id', 'detectors.state'])
        .execute()
      return rows.map(({ series_id, state }) => ({ series: series_id, state }))
    },

    async saveUnusual(found) {
      for (const { series, unusual } of found) {
        const document = documentOf(`What was unusual of series ${series}`, unusual)
        await db
          .insertInto('unusual')
          .values({ series_id: series, at: unusual.at, document })
          .onConflict((conflict) => conflict.columns(['series_id', 'at']).doUpdateSet({ document }))
          .execute()
      }
    },

    async unusual(host, from, to) {
      const rows = await db
        .selectFrom('unusual')
        .innerJoin('series', 'series.id', 'unusual.series_id')
        .where('series.host', '=', host)
        .where('unusual.at', '>=', Date.parse(from))
        .where('unusual.at', '<', Date.parse(to))
        .select(['series.id', 'series.metric', 'series.labels', 'unusual.at', 'unusual.document'])
        .orderBy('unusual.at')
        .orderBy('series.id')
        .execute()
      return readable(
        rows,
        ({ id, metric, labels, at, document }) =>
          parseRecord('unusual', `${id} ${at}`, () => {
            const series: Series = { id, host, metric, labels: Labels.parse(JSON.parse(labels)) }
            return { series, unusual: Unusual.parse(JSON.parse(document)) }
          }),
        onDamage,
      )
    },

    async pruneUnusual(before) {
      await db.deleteFrom('unusual').where('at', '<', Date.parse(before)).execute()
    },
  }
}
