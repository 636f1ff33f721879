import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Collector } from '../../../src/collect/collector.ts'
import { postgresCollector } from '../../../src/collect/postgres.ts'
import type { Gap } from '../../../src/model/gap.ts'
import { PostgresReading, settingNamed } from '../../../src/model/postgres-reading.ts'
import { seconds } from '../../../src/model/units.ts'
import { installations, startServer, type TestServer } from '../../support/postgres.ts'

/** A shop with one of each fault, and statements that were run. */
const SCHEMA = `
  CREATE EXTENSION pg_stat_statements;
  CREATE TABLE customers (id serial PRIMARY KEY, name text);
  CREATE TABLE orders (id serial PRIMARY KEY, customer int REFERENCES customers, note text, filler text);
  CREATE INDEX orders_note ON orders (note);
  CREATE INDEX orders_note_again ON orders (note);
  CREATE INDEX orders_note_customer ON orders (note, customer);
  INSERT INTO customers SELECT g, 'name ' || g FROM generate_series(1, 100) g;
  INSERT INTO orders SELECT g, 1 + g % 100, 'note ' || g, repeat('x', 200) FROM generate_series(1, 20000) g;
  DELETE FROM orders WHERE id % 4 <> 0;
  SELECT setval('orders_id_seq', 1900000000);
  CREATE ROLE perfbot LOGIN PASSWORD 'p' IN ROLE pg_monitor;
  GRANT SELECT ON ALL TABLES IN SCHEMA public TO perfbot;
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO perfbot;`

describe.each(installations())('PostgreSQL $major', ({ major, bin }) => {
  let server: TestServer
  let admin: pg.Client
  let collector: Collector

  beforeAll(async () => {
    server = await startServer(
      { major, bin },
      {
        shared_preload_libraries: 'pg_stat_statements',
        track_io_timing: 'on',
        autovacuum: 'off',
        max_prepared_transactions: '5',
        wal_level: 'logical',
      },
    )
    admin = new pg.Client({ connectionString: server.url, application_name: 'admin' })
    await admin.connect()
    await admin.query(SCHEMA)
    // Cannot be in a transaction; there are equal names in it, so it fails and leaves an invalid index behind.
    await admin.query(`INSERT INTO customers SELECT 1000, 'name 1'`)
    await admin
      .query('CREATE UNIQUE INDEX CONCURRENTLY customers_name ON customers (name)')
      .catch(() => undefined)
    await admin.query('ANALYZE')
    await admin.query(`SELECT pg_create_physical_replication_slot('forgotten', true)`)
    await admin.query(
      `BEGIN; UPDATE customers SET name = 'x' WHERE id = 7; PREPARE TRANSACTION 'left behind'`,
    )
    collector = collectorAs('perfbot:p')
  }, 60_000)
  afterAll(async () => {
    await collector?.close?.()
    await admin?.end()
    await server?.stop()
  })

  const collectorAs = (credentials: string) =>
    postgresCollector(
      { name: 'main', url: server.url.replace('postgres@', `${credentials}@`), configured: true },
      {
        windowSeconds: seconds(0.1),
        deadlineSeconds: seconds(10),
        catalogueEverySeconds: seconds(0),
        statementsEverySeconds: seconds(0),
      },
    )
  async function read(): Promise<{ reading: PostgresReading; gaps: Gap[] }> {
    const { databases, gaps = [] } = await collector.collect(AbortSignal.timeout(10_000))
    return { reading: PostgresReading.parse(databases?.[0]), gaps }
  }

  it('is read without a gap, each part as the version has it', async () => {
    await read()
    for (const name of ['a', 'b', 'c']) {
      await admin.query(`SELECT count(*) FROM orders WHERE filler = '${name} hunter2'`)
    }
    // Sessions tell what they did a moment later, before 15 at most twice a second.
    const committed = async () => {
      await admin.query('SELECT 1')
      return (await read()).reading.databases[0]?.rates?.commits
    }
    await expect.poll(committed, { timeout: 5000, interval: 200 }).toBeGreaterThan(0)
    const { reading, gaps } = await read()
    expect(gaps).toEqual([])
    expect(Math.floor(reading.versionNumber / 10_000)).toBe(major)
    expect({
      sessions: reading.databases[0]?.counters.sessions === null,
      wal: reading.wal?.counters.records === null,
      walWrites: reading.wal?.counters.writes === null,
      backendBuffers: reading.checkpoints?.counters.backendBuffers === null,
      io: reading.io === null,
    }).toEqual({
      sessions: major < 14,
      wal: major < 14,
      walWrites: major < 14 || major >= 18,
      backendBuffers: major >= 17,
      io: major < 16,
    })
    expect(reading.wal?.counters.positionBytes).toBeGreaterThan(1e6)
    expect(reading.walDirectory?.sizeBytes).toBeGreaterThanOrEqual(16 * 1024 ** 2)
    expect(reading.io?.some(({ counters }) => (counters.hits ?? 0) > 0) ?? true).toBe(true)
    expect(reading.wraparound?.length).toBe(3)
    expect(settingNamed(reading, 'wal_level')).toMatchObject({ setting: 'logical', source: 'command line' })
    expect(reading.connectionGroups).toContainEqual(
      expect.objectContaining({ applicationName: 'admin', userName: 'postgres', connections: 1 }),
    )
    expect(reading.slots).toMatchObject([
      { name: 'forgotten', active: false, kind: 'physical', walStatus: 'reserved' },
    ])
    expect(reading.slots?.[0]?.retainedBytes).toBeGreaterThan(0)
    expect(reading.slots?.[0]?.inactiveSince !== null).toBe(major >= 17)
    expect(reading.preparedTransactions).toMatchObject([{ name: 'left behind', userName: 'postgres' }])
    expect(reading.xminHolders).toContainEqual(
      expect.objectContaining({ kind: 'prepared-transaction', name: 'left behind' }),
    )
    expect(JSON.stringify(reading)).not.toContain('hunter2')
  })

  it('has its statements as what they added since the reading before', async () => {
    await read()
    await admin.query('SELECT pg_stat_statements_reset()')
    await read()
    for (const name of ['d', 'e']) await admin.query(`SELECT count(*) FROM orders WHERE filler = '${name}'`)
    const once = (await read()).reading.statements
    const found = once?.top.find(({ text }) => text.startsWith('SELECT count(*) FROM orders'))
    expect(found).toMatchObject({
      text: 'SELECT count(*) FROM orders WHERE filler = $1',
      userName: 'postgres',
      databaseName: 'postgres',
      counters: { calls: 2, rows: 2 },
      window: { counters: { calls: 2 } },
    })
    expect(found?.window?.share).toBeGreaterThan(0.5)
    expect(found?.window?.meanSeconds).toBeCloseTo(found?.meanSeconds ?? 0, 9)
    // Nothing of what perfbot asks.
    expect(once?.top.filter(({ text }) => text.includes('pg_stat_'))).toMatchObject([
      { text: 'SELECT pg_stat_statements_reset()' },
    ])

    const idle = (await read()).reading.statements?.top
    expect(idle?.find(({ queryId }) => queryId === found?.queryId)?.window?.counters.calls).toBe(0)
    await admin.query('SELECT pg_stat_statements_reset()')
    await admin.query(`SELECT count(*) FROM orders WHERE filler = 'f'`)
    const reset = (await read()).reading.statements?.top
    expect(reset?.find(({ queryId }) => queryId === found?.queryId)).toMatchObject({
      counters: { calls: 1 },
      window: null,
    })
  })

  it('shows tables and indexes that are not as they should be', async () => {
    const { catalogue } = (await read()).reading
    expect(catalogue).toMatchObject({ database: 'postgres', tableCount: 2, indexCount: 6 })
    const orders = catalogue?.tables?.find(({ name }) => name === 'orders')
    expect(orders).toMatchObject({
      schema: 'public',
      rowsDeleted: 15_000,
      lastVacuumAt: null,
    })
    // The server's own estimate: it counts twice what a session tells of only after the ANALYZE.
    expect(orders?.liveRows).toBeGreaterThanOrEqual(5000)
    expect(orders?.lastAnalyzeAt).not.toBeNull()
    // Three rows of four are gone, and no VACUUM has given their space back.
    const { bloatBytes = null, tableBytes = null, totalBytes, indexBytes, toastBytes } = orders ?? {}
    expect((bloatBytes ?? 0) / (tableBytes ?? 1)).toBeGreaterThan(0.65)
    expect((bloatBytes ?? 0) / (tableBytes ?? 1)).toBeLessThan(0.85)
    expect(totalBytes).toBeGreaterThanOrEqual((tableBytes ?? 0) + (indexBytes ?? 0) + (toastBytes ?? 0))

    const index = (name: string) => catalogue?.indexes?.find((one) => one.name === name)
    expect(index('orders_note_again')).toMatchObject({ duplicateOf: 'orders_note', scans: 0, valid: true })
    expect(index('orders_note')).toMatchObject({ duplicateOf: null, prefixOf: 'orders_note_customer' })
    expect(index('orders_note')?.definition).toBe(
      'CREATE INDEX orders_note ON public.orders USING btree (note)',
    )
    expect(index('customers_name')).toMatchObject({ valid: false, unique: true, table: 'customers' })
    expect(index('orders_pkey')).toBeUndefined()
    expect(catalogue?.foreignKeysWithoutIndex).toMatchObject([
      { table: 'orders', columns: ['customer'], references: 'public.customers' },
    ])
    expect(catalogue?.sequences).toMatchObject([
      { name: 'orders_id_seq', column: 'public.orders.id', usedRatio: 1_900_000_000 / 2_147_483_647 },
    ])
    expect(catalogue?.extensions?.map(({ name }) => name)).toEqual(['pg_stat_statements', 'plpgsql'])
    expect(catalogue?.hbaRules).toBeNull()
  })

  it('has no rates across a reset', async () => {
    await read()
    await admin.query('SELECT pg_stat_reset()')
    // Until 14 what is shown may be half a second old.
    const rates = async () => (await read()).reading.databases[0]?.rates
    await expect.poll(rates, { timeout: 5000 }).toBeNull()
    expect(await rates()).toMatchObject({ commits: expect.any(Number) })
  })

  it('is read as far as a superuser sees, and a table that is locked is not waited for', async () => {
    const superuser = collectorAs('postgres')
    const holder = new pg.Client(server.url)
    await holder.connect()
    await holder.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE')
    const { databases, gaps } = await superuser.collect(AbortSignal.timeout(10_000))
    await holder.end()
    await superuser.close?.()
    expect(gaps).toEqual([])
    const catalogue = databases?.[0]?.catalogue
    expect(catalogue?.tables?.find(({ name }) => name === 'orders')).toMatchObject({ totalBytes: null })
    expect(catalogue?.tables?.find(({ name }) => name === 'customers')?.totalBytes).toBeGreaterThan(0)
    expect(catalogue?.hbaRules?.length).toBeGreaterThan(0)
    expect(new Set(catalogue?.hbaRules?.map(({ method }) => method))).toEqual(new Set(['trust']))
  })
})
