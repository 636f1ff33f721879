import { type ChildProcess, spawn } from 'node:child_process'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresCollector } from '../../../src/collect/postgres.ts'
import { samplesOfReading } from '../../../src/model/samples/metric.ts'
import { postgresLabels, postgresMetrics } from '../../../src/model/samples/postgres.ts'
import { seconds } from '../../../src/model/units.ts'
import { freePort } from '../../support/free-port.ts'
import { installations, startServer, type TestServer } from '../../support/postgres.ts'
import { postgresExporter, whyNoExporter } from '../../support/postgres-exporter.ts'

/** Labels that only one of the two has. */
const OURS_ALONE = new Set(['server'])
const THEIRS_ALONE = new Set(['server', 'datid'])

type Series = ReadonlyMap<string, number>

const keyOf = (
  metric: string,
  labels: Readonly<Record<string, string>>,
  without: ReadonlySet<string>,
): string => {
  const kept = Object.entries(labels).filter(([name]) => !without.has(name))
  return `${metric}${JSON.stringify(kept.sort(([left], [right]) => left.localeCompare(right)))}`
}

/** `name{label="value",…} 1.5e+06`, as the exporter writes it; what it does not know is NaN. */
function parse(text: string): Series {
  const series = new Map<string, number>()
  for (const [, metric = '', labels = '', value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, text]) => [name, text])
    if (value !== 'NaN') series.set(keyOf(metric, Object.fromEntries(pairs), THEIRS_ALONE), Number(value))
  }
  return series
}

/** The newest version whose views the exporter of Debian 12 (0.11) knows: 17 moved the checkpoints. */
const installation = installations().findLast(({ major }) => major <= 16) ?? installations()[0]

describe.skipIf(!postgresExporter)(`beside postgres_exporter${whyNoExporter}`, () => {
  let server: TestServer
  let exporter: ChildProcess
  let metricsUrl: string

  beforeAll(async () => {
    if (!installation || !postgresExporter) return
    server = await startServer(installation, { autovacuum: 'off', log_temp_files: '0' })
    const admin = new pg.Client(server.url)
    await admin.connect()
    await admin.query(
      `CREATE TABLE t AS SELECT g AS id, md5(g::text) AS name FROM generate_series(1, 20000) g`,
    )
    await admin.query(`UPDATE t SET name = 'x' WHERE id < 100; DELETE FROM t WHERE id > 19000`)
    await admin.query(
      `SET work_mem = '64kB'; SELECT count(*) FROM (SELECT * FROM t ORDER BY name OFFSET 0) x`,
    )
    await admin.query('SELECT 1/0').catch(() => undefined)
    await admin.query('CHECKPOINT')
    // A session tells what it did at its end.
    await admin.end()
    const port = await freePort()
    metricsUrl = `http://127.0.0.1:${port}/metrics`
    exporter = spawn(postgresExporter, [`--web.listen-address=127.0.0.1:${port}`], {
      env: { ...process.env, DATA_SOURCE_NAME: `${server.url}?sslmode=disable` },
      stdio: 'ignore',
    })
  }, 60_000)
  afterAll(async () => {
    exporter?.kill()
    await server?.stop()
  })

  const scrape = async (): Promise<Series> => parse(await (await fetch(metricsUrl)).text())

  it('every number that both have is the same, or between two of its readings', async () => {
    const collector = postgresCollector(
      { name: 'main', url: server.url, configured: true },
      { windowSeconds: seconds(0.1), deadlineSeconds: seconds(10) },
    )
    const answered = () =>
      scrape().then(
        ({ size }) => size,
        () => 0,
      )
    await expect.poll(answered, { timeout: 10_000 }).toBeGreaterThan(50)
    const before = await scrape()
    const { databases } = await collector.collect(AbortSignal.timeout(10_000))
    const after = await scrape()
    await collector.close?.()
    const [reading] = databases ?? []
    if (!reading) throw new Error('nothing was read')

    const shared = [...samplesOfReading(postgresMetrics, reading, postgresLabels(reading))].flatMap(
      ({ metric, labels, value }) => {
        const key = keyOf(metric, labels, OURS_ALONE)
        const [low, high] = [before.get(key), after.get(key)]
        return low === undefined || high === undefined ? [] : [{ key, low, value, high }]
      },
    )
    const wrong = shared.filter(({ low, value, high }) => value < low || value > high)
    expect(wrong).toEqual([])
    const equal = shared.filter(({ low, value, high }) => low === value && value === high)
    const names = new Set(equal.map(({ key }) => key.replace(/\[.*/, '')))
    expect([...names]).toEqual(
      expect.arrayContaining([
        'pg_stat_database_tup_deleted',
        'pg_stat_database_tup_updated',
        'pg_stat_database_temp_files',
        'pg_stat_database_temp_bytes',
        'pg_stat_database_deadlocks',
        'pg_stat_database_conflicts',
        'pg_database_size_bytes',
        'pg_stat_archiver_archived_count',
        'pg_stat_archiver_failed_count',
        'pg_stat_bgwriter_checkpoints_timed_total',
        'pg_stat_bgwriter_checkpoints_req_total',
        'pg_stat_bgwriter_buffers_checkpoint_total',
        'pg_stat_bgwriter_buffers_clean_total',
        'pg_stat_bgwriter_maxwritten_clean_total',
      ]),
    )
    // Nothing is equal only because it is zero.
    const counted = shared.filter(({ value }) => value > 0).map(({ key }) => key.replace(/\[.*/, ''))
    expect(counted).toEqual(
      expect.arrayContaining([
        'pg_stat_database_xact_commit',
        'pg_stat_database_xact_rollback',
        'pg_stat_database_temp_bytes',
        'pg_stat_database_tup_deleted',
        'pg_stat_bgwriter_checkpoints_req_total',
      ]),
    )
  })
})
