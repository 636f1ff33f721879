import { setImmediate as breathe } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'
import type { Point } from '../../model/series.ts'
import { holdLock } from '../engine.ts'
import type { Tables } from '../tables.ts'
import { decodeBatch } from './batch.ts'
import { decodePoints, encodeMinutes, encodePoints } from './blocks.ts'
import { ensurePartitions } from './partitions.ts'
import { decodeSketch, encodeSketch } from './sketch.ts'
import { addSummary, HOUR_MS, hourOf, minutesOf, type Summary, summaryOf } from './summaries.ts'

/** Series that are packed in one go: some milliseconds, then others may have the thread. */
const SERIES_AT_A_TIME = 50

/**
 * Packs the hours that are over: one block per series and hour instead of one row per collection. All of an hour or
 * none of it, in one transaction: what is cut off is done again. Samples that come late, after a clock was put
 * back, join those that are there.
 */
export async function rollUp(db: Kysely<Tables>, now: number): Promise<void> {
  for (;;) {
    const oldest = await db
      .selectFrom('sample_batches')
      .select(({ fn }) => fn.min('at').as('at'))
      .where('at', '<', hourOf(now) * HOUR_MS)
      .executeTakeFirst()
    if (oldest?.at == null) return
    const hour = hourOf(oldest.at)
    await ensurePartitions(db, hour)
    await db.transaction().execute((transaction) => packHour(transaction, hour))
  }
}

async function packHour(db: Transaction<Tables>, hour: number): Promise<void> {
  await holdLock(db, 'rollUp')
  const batches = await db
    .selectFrom('sample_batches')
    .select(['host', 'at', 'block'])
    .where('at', '>=', hour * HOUR_MS)
    .where('at', '<', (hour + 1) * HOUR_MS)
    .orderBy('at')
    .execute()
  if (batches.length === 0) return
  const bySeries = new Map<number, Point[]>()
  for (const { at, block } of batches) {
    for (const [id, value] of decodeBatch(block)) {
      const points = bySeries.get(id)
      if (points) points.push({ at, value })
      else bySeries.set(id, [{ at, value }])
    }
  }
  const series = [...bySeries]
  for (let done = 0; done < series.length; done += SERIES_AT_A_TIME) {
    await packSeries(db, hour, series.slice(done, done + SERIES_AT_A_TIME))
    await breathe()
  }
  // What was read, and nothing that another bot wrote meanwhile.
  for (const [host, packed] of Map.groupBy(batches, (batch) => batch.host)) {
    const times = packed.map(({ at }) => at)
    await db.deleteFrom('sample_batches').where('host', '=', host).where('at', 'in', times).execute()
  }
}

async function packSeries(db: Transaction<Tables>, hour: number, fresh: [number, Point[]][]): Promise<void> {
  const ids = fresh.map(([id]) => id)
  const earlier = await earlierOf(db, hour, ids)
  const rows = fresh.map(([id, points]) => packed(id, hour, points, earlier.get(id)))
  await db
    .insertInto('series_hours')
    .values(rows.map(({ hours }) => hours))
    .onConflict((conflict) =>
      conflict.columns(['series_id', 'hour']).doUpdateSet(({ ref }) => ({
        count: ref('excluded.count'),
        minimum: ref('excluded.minimum'),
        maximum: ref('excluded.maximum'),
        total: ref('excluded.total'),
        sketch: ref('excluded.sketch'),
      })),
    )
    .execute()
  for (const table of ['series_raw', 'series_minutes'] as const) {
    await db
      .insertInto(table)
      .values(rows.map((row) => row[table]))
      .onConflict((conflict) =>
        conflict.columns(['series_id', 'hour']).doUpdateSet(({ ref }) => ({ block: ref('excluded.block') })),
      )
      .execute()
  }
}

/** What an hour held when it was packed before. */
type Earlier = { readonly points: readonly Point[]; readonly summary: Summary }

async function earlierOf(
  db: Transaction<Tables>,
  hour: number,
  ids: number[],
): Promise<Map<number, Earlier>> {
  const rows = await db
    .selectFrom('series_hours')
    .leftJoin('series_raw', (join) =>
      join
        .onRef('series_raw.series_id', '=', 'series_hours.series_id')
        .onRef('series_raw.hour', '=', 'series_hours.hour'),
    )
    .select(['series_hours.series_id as id', 'count', 'minimum', 'maximum', 'total', 'sketch', 'block'])
    .where('series_hours.hour', '=', hour)
    .where('series_hours.series_id', 'in', ids)
    .execute()
  return new Map(
    rows.map(({ id, sketch, block, ...summary }) => [
      id,
      { points: block ? decodePoints(block) : [], summary: { ...summary, sketch: decodeSketch(sketch) } },
    ]),
  )
}

function packed(id: number, hour: number, fresh: readonly Point[], earlier: Earlier | undefined) {
  const key = { series_id: id, hour }
  // A collection at the same millisecond counts once: the later one.
  const byTime = new Map([...(earlier?.points ?? []), ...fresh].map((point) => [point.at, point]))
  const points = [...byTime.values()].toSorted((left, right) => left.at - right.at)
  const summary = summaryOf(points)
  // Where the points of before are forgotten already, their summary is all there is to add to.
  if (earlier && earlier.points.length === 0) addSummary(summary, earlier.summary)
  const { sketch, ...figures } = summary
  return {
    hours: { ...key, ...figures, sketch: sketch ? encodeSketch(sketch) : new Uint8Array() },
    series_raw: { ...key, block: encodePoints(points) },
    series_minutes: { ...key, block: encodeMinutes(minutesOf(points)) },
  }
}
