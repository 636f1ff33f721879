import type { Kysely } from 'kysely'
import { z } from 'zod'
import { canonicalJson } from '../model/identity.ts'
import {
  type Point,
  type Series,
  type SeriesKey,
  type SeriesValue,
  seriesText,
  type Trend,
  type TrendRequest,
} from '../model/series.ts'
import type { Timestamp } from '../model/units.ts'
import { encodeBatch } from './history/batch.ts'
import { dropPartitions, PARTITIONED } from './history/partitions.ts'
import { rollUp } from './history/roll-up.ts'
import { hourOf } from './history/summaries.ts'
import { readPoints, readTrend } from './history/trend.ts'
import type { Tables } from './tables.ts'

/** Before when each fineness is forgotten. */
export type HistoryRetention = { raw: Timestamp; minutes: Timestamp; hours: Timestamp }

export type HistoryStore = {
  /** One collection in one write: after a crash all of it is there or nothing. What is no number is left out. */
  saveSamples(host: string, at: Timestamp, samples: readonly SeriesValue[]): Promise<void>
  /** Those that have a history, by metric and labels; of all hosts and metrics where none is named. */
  series(which?: { host?: string; metric?: string }): Promise<Series[]>
  trend(request: TrendRequest): Promise<Trend>
  /** Every sample that is still kept of a stretch, oldest first. */
  points(series: number, from: Timestamp, to: Timestamp): Promise<Point[]>
  /** Packs the hours that are over. Cheap when there are none. */
  rollUp(now: Timestamp): Promise<void>
  pruneHistory(before: HistoryRetention): Promise<void>
}

const Labels = z.record(z.string(), z.string())

export function historyStore(db: Kysely<Tables>): HistoryStore {
  const idOf = seriesIds(db)
  return {
    async saveSamples(host, at, samples) {
      const finite = samples.filter(({ value }) => Number.isFinite(value))
      const ids = await idOf(host, finite)
      const block = encodeBatch(new Map(finite.map(({ value }, index) => [ids[index] as number, value])))
      await db
        .insertInto('sample_batches')
        .values({ host, at: Date.parse(at), block })
        .onConflict((conflict) => conflict.columns(['host', 'at']).doUpdateSet({ block }))
        .execute()
    },

    async series({ host, metric } = {}) {
      const rows = await db
        .selectFrom('series')
        .selectAll()
        .$if(host !== undefined, (query) => query.where('host', '=', host as string))
        .$if(metric !== undefined, (query) => query.where('metric', '=', metric as string))
        .execute()
      // Not by the database: its collation may be any.
      return rows
        .toSorted(
          (left, right) =>
            compare(left.metric, right.metric) || compare(left.labels, right.labels) || left.id - right.id,
        )
        .map((row) => ({ ...row, labels: Labels.parse(JSON.parse(row.labels)) }))
    },

    trend: (request) => readTrend(db, request),
    points: (series, from, to) => readPoints(db, series, { from: Date.parse(from), to: Date.parse(to) }),
    rollUp: (now) => rollUp(db, Date.parse(now)),

    async pruneHistory({ raw, minutes, hours }) {
      const before = { series_raw: raw, series_minutes: minutes, series_hours: hours } as const
      for (const table of PARTITIONED) {
        const hour = hourOf(Date.parse(before[table]))
        await dropPartitions(db, table, hour)
        await db.deleteFrom(table).where('hour', '<', hour).execute()
      }
    },
  }
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** The ids of series, in the order asked; those that are new are made. Remembered: a collection asks for all of them. */
function seriesIds(db: Kysely<Tables>) {
  const known = new Map<string, number>()
  async function idOf(host: string, key: SeriesKey): Promise<number> {
    const text = `${host}\n${seriesText(key)}`
    const before = known.get(text)
    if (before !== undefined) return before
    const row = { host, metric: key.metric, labels: canonicalJson(key.labels) }
    await db
      .insertInto('series')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const { id } = await db
      .selectFrom('series')
      .select('id')
      .where('host', '=', host)
      .where('metric', '=', row.metric)
      .where('labels', '=', row.labels)
      .executeTakeFirstOrThrow()
    known.set(text, id)
    return id
  }
  return async (host: string, keys: readonly SeriesKey[]): Promise<number[]> => {
    const ids: number[] = []
    for (const key of keys) ids.push(await idOf(host, key))
    return ids
  }
}
