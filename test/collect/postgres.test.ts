import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Collector } from '../../src/collect/collector.ts'
import { postgresCollector } from '../../src/collect/postgres.ts'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import { PostgresReading, settingInBytes, settingNamed } from '../../src/model/postgres-reading.ts'
import { seconds } from '../../src/model/units.ts'

describe('PostgreSQL', () => {
  let server: ThrowawayPostgres
  const open: (pg.Client | Collector)[] = []

  beforeAll(async () => {
    server = await startThrowawayPostgres()
  })
  afterAll(async () => {
    await Promise.all(open.map((one) => ('collect' in one ? one.close?.() : one.end())))
    await server.stop()
  })

  const connect = async (url = server.superuserUrl, application = 'test') => {
    const client = new pg.Client({ connectionString: url, application_name: application })
    // Ended by the server in one test.
    client.on('error', () => undefined)
    await client.connect()
    open.push(client)
    return client
  }
  const collectorOf = (url: string) => {
    const collector = postgresCollector(
      { name: 'main', url, configured: true },
      { windowSeconds: seconds(0.1), deadlineSeconds: seconds(5) },
    )
    open.push(collector)
    return collector
  }
  const collect = (collector: Collector) => collector.collect(AbortSignal.timeout(5000))
  const changed = (change: (url: URL) => void) => {
    const url = new URL(server.url)
    change(url)
    return url.href
  }

  it('is read as it is: settings in the units of the server, connections, databases', async () => {
    const { databases, gaps } = await collect(collectorOf(server.url))
    const reading = PostgresReading.parse(databases?.[0])
    expect(gaps).toMatchObject([
      {
        kind: 'absent',
        reason: 'pg_stat_statements is not loaded',
        remedy:
          "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; and restart, then in perfbot: CREATE EXTENSION pg_stat_statements;",
      },
    ])
    expect(reading).toMatchObject({
      name: 'main',
      address: { host: '127.0.0.1', database: 'perfbot' },
      onThisHost: true,
      versionNumber: expect.any(Number),
      connections: { maximum: 100, reserved: 3 },
    })
    expect(reading.roundTripSeconds).toBeLessThan(0.5)
    const sharedBuffers = settingNamed(reading, 'shared_buffers')
    expect(sharedBuffers && settingInBytes(sharedBuffers)).toBe(128 * 1024 * 1024)
    expect(settingNamed(reading, 'shared_preload_libraries')).toBeDefined()
    // Our own session must not be taken for the server.
    expect(settingNamed(reading, 'statement_timeout')).toMatchObject({ setting: '0', source: 'default' })
    expect(reading.databases.map(({ name }) => name)).toEqual(['perfbot', 'postgres'])
    expect(reading.databases[0]?.sizeBytes).toBeGreaterThan(1e6)
  })

  it('keeps one connection, which can write nothing', async () => {
    const collector = collectorOf(server.url)
    await collect(collector)
    await collect(collector)
    const superuser = await connect()
    const { rows } = await superuser.query(
      `SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE application_name = 'perfbot' AND state = 'idle'`,
    )
    // One of this collector and one of the test before.
    expect(rows).toEqual([{ sessions: 2 }])
    const { withSessionOptions } = await import('../../src/collect/postgres/connection.ts')
    const readOnly = await connect(withSessionOptions(`${server.url}?options=-c%20work_mem=1MB`))
    await expect(readOnly.query('CREATE TABLE written (id int)')).rejects.toMatchObject({ code: '25006' })
    expect((await readOnly.query('SHOW work_mem')).rows).toEqual([{ work_mem: '1MB' }])
  })

  it('shows who is idle in a transaction, and all who wait because of it', async () => {
    const holder = await connect(server.url, 'nightly-import')
    const victims = await Promise.all([connect(), connect()])
    await holder.query('CREATE TABLE stock (id int PRIMARY KEY, amount int); INSERT INTO stock VALUES (1, 1)')
    await holder.query('BEGIN; UPDATE stock SET amount = 2')
    // The second victim queues behind the first, not behind the holder.
    const waiting = victims.map((victim) => victim.query('UPDATE stock SET amount = 3 WHERE id = 1'))
    const collector = collectorOf(server.url)
    await expect
      .poll(async () => (await collect(collector)).databases?.[0]?.idleTransactions, { timeout: 10_000 })
      .toMatchObject([
        {
          userName: 'perfbot',
          applicationName: 'nightly-import',
          databaseName: 'perfbot',
          blockedSessions: 2,
        },
      ])
    const { databases } = await collect(collector)
    const [session] = databases?.[0]?.idleTransactions ?? []
    expect(session?.transactionSeconds).toBeGreaterThanOrEqual(
      session?.idleSeconds ?? Number.POSITIVE_INFINITY,
    )
    expect(databases?.[0]?.connections.idleInTransaction).toBe(1)
    await holder.query('ROLLBACK')
    await Promise.all(waiting)
  })

  it('is read again after the connection was lost', async () => {
    const collector = collectorOf(server.url)
    await collect(collector)
    const superuser = await connect()
    await superuser.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'perfbot'`,
    )
    await expect
      .poll(() => collect(collector).catch(() => null), { timeout: 10_000 })
      .toMatchObject({ databases: [{ name: 'main' }] })
  })

  it('names the grant that a role without pg_monitor lacks, and reads what it may', async () => {
    const superuser = await connect()
    await superuser.query(`CREATE ROLE "web app" LOGIN PASSWORD 'limited-pw'`)
    const limited = changed((url) => {
      url.username = 'web app'
      url.password = 'limited-pw'
    })
    const { databases, gaps } = await collect(collectorOf(limited))
    expect(gaps).toMatchObject([
      { kind: 'failed', source: 'postgres:main', remedy: 'GRANT pg_monitor TO "web app";' },
      { kind: 'absent', missing: 'statements of PostgreSQL main' },
    ])
    const reading = PostgresReading.parse(databases?.[0])
    expect(reading.connections.used).toBeGreaterThan(1)
    expect(settingNamed(reading, 'shared_preload_libraries')).toBeUndefined()
    expect(reading).toMatchObject({ walDirectory: null, unencryptedConnections: null })
    expect(reading.databases[0]?.counters.commits).toBeGreaterThan(0)
    expect(reading.catalogue?.tables).not.toBeNull()
  })

  it('says which of the ways of having no statements it is', async () => {
    const superuser = await connect()
    await superuser.query('CREATE EXTENSION pg_stat_statements')
    const created = await collect(collectorOf(server.url))
    await superuser.query('DROP EXTENSION pg_stat_statements')
    expect(created.gaps).toMatchObject([
      { reason: 'The extension pg_stat_statements is created, but its library is not loaded' },
    ])
  })

  it('goes without a part that the server refuses, and has it again when it is allowed', async () => {
    const superuser = await connect()
    await superuser.query('REVOKE SELECT ON pg_replication_slots FROM PUBLIC')
    const collector = collectorOf(server.url)
    const refused = await collect(collector)
    await superuser.query('GRANT SELECT ON pg_replication_slots TO PUBLIC')
    expect(refused.databases?.[0]).toMatchObject({ slots: null, xminHolders: null, standbys: [] })
    expect(refused.gaps?.map(({ missing }) => missing)).toEqual([
      'what holds VACUUM back of PostgreSQL main',
      'replication slots of PostgreSQL main',
      'statements of PostgreSQL main',
    ])
    expect((await collect(collector)).databases?.[0]).toMatchObject({ slots: [] })
  })

  it('shows who blocks whom, by what statement', async () => {
    const holder = await connect(server.url, 'migration')
    const victim = await connect()
    await holder.query('CREATE TABLE seats (id int PRIMARY KEY, taken bool); INSERT INTO seats VALUES (1)')
    await holder.query('BEGIN')
    await holder.query(`UPDATE seats SET taken = true WHERE id = 1 AND 'secret' <> ''`)
    const waiting = victim.query('UPDATE seats SET taken = false WHERE id = 1')
    const collector = collectorOf(server.url)
    await expect
      .poll(async () => (await collect(collector)).databases?.[0]?.blocking, { timeout: 10_000 })
      .toMatchObject([
        {
          root: {
            applicationName: 'migration',
            state: 'idle in transaction',
            query: 'UPDATE seats SET taken = true WHERE id = ? AND ? <> ?',
          },
          victims: 1,
          waiting: [{ query: 'UPDATE seats SET taken = false WHERE id = ?' }],
        },
      ])
    await holder.query('ROLLBACK')
    await waiting
  })

  const faults: [string, (url: URL) => void, RegExp, RegExp][] = [
    [
      'the password is wrong',
      (url) => {
        url.password = 'wrong%20hunter2'
      },
      /password authentication failed/,
      /Correct the user or the password/,
    ],
    [
      'there is no such database',
      (url) => {
        url.pathname = '/nowhere'
      },
      /"nowhere" does not exist/,
      /no database "nowhere"/,
    ],
    ['TLS is asked for', (url) => url.searchParams.set('sslmode', 'verify-full'), /TLS/, /sslmode=disable/],
    [
      'nothing listens',
      (url) => {
        url.port = '1'
      },
      /No PostgreSQL at 127\.0\.0\.1:1/,
      /published port/,
    ],
    [
      'the name is unknown',
      (url) => {
        url.hostname = 'db.invalid'
      },
      /db\.invalid/,
      /resolved/,
    ],
  ]
  it.each(faults)('says so when %s, without a secret', async (_, change, reason, remedy) => {
    const url = changed(change)
    const failure = await collect(collectorOf(url)).then(
      () => null,
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(reason),
      remedy: expect.stringMatching(remedy),
    })
    const said = JSON.stringify([failure, String((failure as Error).stack), (failure as Error).cause])
    for (const secret of [new URL(url).password, decodeURIComponent(new URL(url).password)]) {
      expect(said).not.toContain(secret)
    }
  })

  it('never quotes a connection string that is none', async () => {
    const failure = collect(collectorOf('postgres://u:hunter2@ho st:99999/db'))
    await expect(failure).rejects.toSatisfy(
      (error) => error instanceof Error && !JSON.stringify([error, error.stack]).includes('hunter2'),
    )
  })
})
