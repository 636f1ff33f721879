import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import type { SeriesValue } from '../../src/model/series.ts'
import { timestamp } from '../../src/model/units.ts'
import { openDatabase } from '../../src/store/database.ts'
import { storeOn } from '../../src/store/store.ts'
import { quantile } from './quantile.ts'

/**
 * Fills the embedded store as `--series` series every `--interval` seconds for `--days` days would, nothing of it
 * forgotten, and asks for trends over all of it. Filled without waiting for the disk; then, with the store as perfbot
 * opens it, what one collection costs to write.
 */
const { values: options } = parseArgs({
  options: {
    series: { type: 'string', default: '500' },
    interval: { type: 'string', default: '15' },
    days: { type: 'string', default: '30' },
    queries: { type: 'string', default: '200' },
  },
})
const SERIES = Number(options.series)
const INTERVAL_MS = Number(options.interval) * 1000
const DAYS = Number(options.days)
const QUERIES = Number(options.queries)
const BEGINNING = Date.parse('2026-03-01T00:00:00Z')
const HOUR_MS = 3_600_000

/** Four kinds as collections bring them: counters, noisy ratios, sizes that wander, and what hardly ever changes. */
const level = Array.from({ length: SERIES }, () => 1e9 * Math.random())
function nextValue(series: number): number {
  const before = level[series] as number
  if (series % 4 === 0) level[series] = Math.floor(before + 1000 * Math.random())
  if (series % 4 === 1) return Math.random() ** 2
  if (series % 4 === 2)
    level[series] = Math.max(0, Math.round((before + 1e7 * (Math.random() - 0.5)) / 4096) * 4096)
  if (series % 4 === 3)
    level[series] = Math.random() < 0.001 ? Math.round(100 * Math.random()) : Math.round(before)
  return level[series] as number
}
const keys = Array.from({ length: SERIES }, (_, index) => ({
  metric: `bench_${index % 40}`,
  labels: { host: 'bench', part: String(index) },
}))
const collection = (): SeriesValue[] => keys.map((key, index) => ({ ...key, value: nextValue(index) }))

const directory = await mkdtemp(join(tmpdir(), 'perfbot-bench-'))
try {
  const db = await openDatabase({ directory })
  const store = storeOn(db)
  await sql`pragma synchronous = off`.execute(db)

  const packing: number[] = []
  let packingCpuMs = 0
  const end = BEGINNING + DAYS * 24 * HOUR_MS
  for (let hour = BEGINNING; hour < end; hour += HOUR_MS) {
    for (let at = hour; at < hour + HOUR_MS; at += INTERVAL_MS) {
      await store.saveSamples('bench', timestamp(new Date(at)), collection())
    }
    const begun = performance.now()
    const cpu = process.cpuUsage()
    await store.rollUp(timestamp(new Date(hour + HOUR_MS)))
    packing.push(performance.now() - begun)
    const used = process.cpuUsage(cpu)
    packingCpuMs += (used.user + used.system) / 1000
  }

  await sql`pragma synchronous = full`.execute(db)
  const writing: number[] = []
  for (let index = 0; index < 100; index += 1) {
    const samples = collection()
    const begun = performance.now()
    await store.saveSamples('bench', timestamp(new Date(end + index * INTERVAL_MS)), samples)
    writing.push(performance.now() - begun)
  }

  await sql`pragma wal_checkpoint(truncate)`.execute(db)
  const { size } = await stat(join(directory, 'perfbot.sqlite'))

  const series = await store.series()
  const asked = async (from: number, points: number): Promise<number[]> => {
    const times: number[] = []
    for (let index = 0; index < QUERIES; index += 1) {
      const { id } = series[Math.floor(Math.random() * series.length)] as (typeof series)[number]
      const begun = performance.now()
      await store.trend({ series: id, from: timestamp(new Date(from)), to: timestamp(new Date(end)), points })
      times.push(performance.now() - begun)
    }
    return times
  }
  const whole = await asked(BEGINNING, 200)
  const day = await asked(end - 24 * HOUR_MS, 1440)
  const samples = (SERIES * DAYS * 24 * HOUR_MS) / INTERVAL_MS

  const figures = {
    series: SERIES,
    intervalSeconds: INTERVAL_MS / 1000,
    days: DAYS,
    samples,
    bytes: size,
    bytesPerSample: size / samples,
    trendOverAllP50Ms: quantile(whole, 0.5),
    trendOverAllP95Ms: quantile(whole, 0.95),
    trendOverADayP95Ms: quantile(day, 0.95),
    collectionWriteP50Ms: quantile(writing, 0.5),
    collectionWriteP95Ms: quantile(writing, 0.95),
    packHourP95Ms: quantile(packing, 0.95),
    packHourCpuMs: packingCpuMs / packing.length,
    limits: { bytes: 2e9, trendOverAllP95Ms: 50 },
  }
  const rows: [string, string, string][] = [
    ['samples kept', samples.toLocaleString('en'), ''],
    ['size of the file', `${(size / 1e9).toFixed(2)} GB`, 'below 2 GB'],
    ['bytes per sample', figures.bytesPerSample.toFixed(2), ''],
    ['trend over all of it, P50', `${figures.trendOverAllP50Ms.toFixed(1)} ms`, ''],
    ['trend over all of it, P95', `${figures.trendOverAllP95Ms.toFixed(1)} ms`, 'below 50 ms'],
    ['trend over a day by the minute, P95', `${figures.trendOverADayP95Ms.toFixed(1)} ms`, ''],
    ['writing one collection, P50', `${figures.collectionWriteP50Ms.toFixed(1)} ms`, ''],
    ['writing one collection, P95', `${figures.collectionWriteP95Ms.toFixed(1)} ms`, ''],
    ['packing an hour, P95', `${figures.packHourP95Ms.toFixed(0)} ms`, ''],
    ['packing an hour, CPU', `${figures.packHourCpuMs.toFixed(0)} ms`, ''],
  ]
  console.log(
    `${SERIES} series every ${INTERVAL_MS / 1000} s for ${DAYS} days, raw, by the minute and by the hour`,
  )
  for (const [name, value, limit] of rows) console.log(`  ${name.padEnd(38)}${value.padStart(14)}  ${limit}`)
  console.log(JSON.stringify(figures))
  await store.close()
} finally {
  await rm(directory, { recursive: true, force: true })
}
