import type { Kysely } from 'kysely'
import type { Point, Resolution, Trend, TrendPoint, TrendRequest } from '../../model/series.ts'
import type { Tables } from '../tables.ts'
import { decodeBatch } from './batch.ts'
import { decodeMinutes, decodePoints } from './blocks.ts'
import { decodeSketch, quantileOf } from './sketch.ts'
import {
  addPoint,
  addSummary,
  emptySummary,
  HOUR_MS,
  hourOf,
  MINUTE_MS,
  type Summary,
  summaryOfMinute,
} from './summaries.ts'

/** A stretch of the past, in milliseconds since 1970; `to` is not in it. */
export type Span = { readonly from: number; readonly to: number }

const ROUND_STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12, 24, 48, 7 * 24].map((hours) => hours * HOUR_MS),
]

/** The smallest round step that gives no more points than wanted. */
function stepFor({ from, to }: Span, points: number): number {
  const least = (to - from) / Math.max(1, points)
  return ROUND_STEPS_MS.find((step) => step >= least) ?? Math.ceil(least / (24 * HOUR_MS)) * 24 * HOUR_MS
}

/** The past of a series in equal steps, from the coarsest blocks that are fine enough. */
export async function readTrend(db: Kysely<Tables>, request: TrendRequest): Promise<Trend> {
  const span = { from: Date.parse(request.from), to: Date.parse(request.to) }
  const wanted = stepFor(span, request.points)
  const { resolution, step } = await finest(db, request.series, span, wanted)
  const buckets = new Map<number, Summary>()
  const bucketAt = (at: number): Summary => {
    const start = Math.floor(at / step) * step
    const found = buckets.get(start) ?? emptySummary()
    buckets.set(start, found)
    return found
  }
  // Whole steps only where the blocks are coarser than a point: their edges cannot be cut.
  const from = resolution === 'raw' ? span.from : Math.floor(span.from / step) * step
  const whole = { from, to: span.to }
  if (resolution === 'raw') {
    for (const { at, value } of await readPoints(db, request.series, whole)) addPoint(bucketAt(at), value)
  } else {
    if (resolution === 'minute') await addMinutes(db, request.series, whole, bucketAt)
    else await addHours(db, request.series, whole, bucketAt)
    // What is not packed yet.
    for (const { at, value } of await readBatches(db, request.series, whole)) addPoint(bucketAt(at), value)
  }
  const points = [...buckets]
    .toSorted(([left], [right]) => left - right)
    .map(([at, summary]) => pointOf(at, summary))
  return { resolution, stepSeconds: step / 1000, points }
}

function pointOf(at: number, { count, minimum, maximum, total, sketch }: Summary): TrendPoint {
  const quantile = (q: number) => (sketch ? clamped(quantileOf(sketch, q), minimum, maximum) : null)
  return {
    at,
    count,
    minimum,
    maximum,
    mean: total / count,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
  }
}

/** The middle of a bucket may lie a little outside of what was measured. */
const clamped = (value: number | null, minimum: number, maximum: number): number | null =>
  value === null ? null : Math.min(maximum, Math.max(minimum, value))

/** Steps of whole hours need no more than the hours; finer ones what is still kept of the beginning. */
async function finest(
  db: Kysely<Tables>,
  series: number,
  span: Span,
  wanted: number,
): Promise<{ resolution: Resolution; step: number }> {
  if (wanted >= HOUR_MS) return { resolution: 'hour', step: wanted }
  const packed = await oldestHours(db, series, span)
  const reaches = (oldest: number | null) =>
    oldest !== null && (packed.hours === null || oldest <= packed.hours)
  if (packed.hours === null || reaches(packed.raw)) return { resolution: 'raw', step: wanted }
  if (reaches(packed.minutes)) return { resolution: 'minute', step: Math.max(MINUTE_MS, wanted) }
  return { resolution: 'hour', step: HOUR_MS }
}

/** From which hour of the span on each fineness is kept; null where there is none. */
async function oldestHours(db: Kysely<Tables>, series: number, span: Span) {
  const oldest = async (table: 'series_raw' | 'series_minutes' | 'series_hours'): Promise<number | null> => {
    const row = await db
      .selectFrom(table)
      .select('hour')
      .where('series_id', '=', series)
      .where('hour', '>=', hourOf(span.from))
      .where('hour', '<=', hourOf(span.to - 1))
      .orderBy('hour')
      .limit(1)
      .executeTakeFirst()
    return row?.hour ?? null
  }
  return {
    raw: await oldest('series_raw'),
    minutes: await oldest('series_minutes'),
    hours: await oldest('series_hours'),
  }
}

/** Every sample that is still kept, oldest first. */
export async function readPoints(db: Kysely<Tables>, series: number, span: Span): Promise<Point[]> {
  const blocks = await blocksOf(db, 'series_raw', series, span)
  const packed = blocks
    .flatMap((block) => decodePoints(block))
    .filter(({ at }) => at >= span.from && at < span.to)
  return [...packed, ...(await readBatches(db, series, span))].toSorted((left, right) => left.at - right.at)
}

async function addMinutes(
  db: Kysely<Tables>,
  series: number,
  span: Span,
  bucketAt: (at: number) => Summary,
): Promise<void> {
  for (const block of await blocksOf(db, 'series_minutes', series, span)) {
    for (const minute of decodeMinutes(block)) {
      if (minute.at >= span.from && minute.at < span.to)
        addSummary(bucketAt(minute.at), summaryOfMinute(minute))
    }
  }
}

async function addHours(
  db: Kysely<Tables>,
  series: number,
  span: Span,
  bucketAt: (at: number) => Summary,
): Promise<void> {
  const rows = await db
    .selectFrom('series_hours')
    .select(['hour', 'count', 'minimum', 'maximum', 'total', 'sketch'])
    .where('series_id', '=', series)
    .where('hour', '>=', hourOf(span.from))
    .where('hour', '<=', hourOf(span.to - 1))
    .execute()
  for (const { hour, sketch, ...figures } of rows) {
    addSummary(bucketAt(hour * HOUR_MS), { ...figures, sketch: decodeSketch(sketch) })
  }
}

async function blocksOf(
  db: Kysely<Tables>,
  table: 'series_raw' | 'series_minutes',
  series: number,
  { from, to }: Span,
): Promise<Uint8Array[]> {
  const rows = await db
    .selectFrom(table)
    .select('block')
    .where('series_id', '=', series)
    .where('hour', '>=', hourOf(from))
    .where('hour', '<=', hourOf(to - 1))
    .orderBy('hour')
    .execute()
  return rows.map(({ block }) => block)
}

/** The samples of collections whose hour is not packed yet. */
async function readBatches(db: Kysely<Tables>, series: number, { from, to }: Span): Promise<Point[]> {
  const owner = await db.selectFrom('series').select('host').where('id', '=', series).executeTakeFirst()
  if (!owner) return []
  const rows = await db
    .selectFrom('sample_batches')
    .select(['at', 'block'])
    .where('host', '=', owner.host)
    .where('at', '>=', from)
    .where('at', '<', to)
    .orderBy('at')
    .execute()
  return rows.flatMap(({ at, block }) => [...decodeBatch(block, series)].map(([, value]) => ({ at, value })))
}
