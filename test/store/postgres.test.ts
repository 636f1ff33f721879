import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import { StoreFailure } from '../../src/store/failure.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { describeStore } from './contract.ts'
import { makeDirectory } from './directory.ts'
import { describeHistory } from './history-contract.ts'
import { makeSnapshot, minute } from './records.ts'

let server: ThrowawayPostgres
beforeAll(async () => {
  server = await startThrowawayPostgres({
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
  })
})
afterAll(() => server?.stop())

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.superuserUrl)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** The URL of an empty database that the role perfbot owns. */
async function emptyDatabase(): Promise<string> {
  const name = `store_${randomUUID().slice(0, 8)}`
  await query(`create database ${name} owner perfbot`)
  const url = new URL(server.url)
  url.pathname = `/${name}`
  return url.href
}

/** Empties every table but those of the migrations: quicker by far than a database for each test. */
const EMPTY = `do $$ begin execute (
  select 'truncate ' || string_agg(format('%I', relname), ', ') || ' restart identity cascade'
  from pg_class
  where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace
    and relname not like 'kysely%'
); end $$`

let shared: string | null = null
async function open(): Promise<Store> {
  shared ??= await emptyDatabase()
  const store = await openStore({ url: shared })
  const client = new pg.Client(shared)
  await client.connect()
  await client.query(EMPTY)
  await client.end()
  return store
}

describeStore('PostgreSQL', open)
describeHistory('PostgreSQL', open)

describe('several bots on one PostgreSQL', () => {
  test('make its tables once, and write one chain of audit', async () => {
    const url = await emptyDatabase()
    const stores = await Promise.all([openStore({ url }), openStore({ url }), openStore({ url })])
    const entry = { at: minute(0), actor: 'U1', action: 'approved' as const, detail: {} }
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        (stores[index % 3] as Store).appendAudit({ ...entry, subject: `s${index}` }),
      ),
    )
    expect(await stores[0]?.verifyAudit()).toBeNull()
    expect(await stores[1]?.audit(99)).toHaveLength(30)
    await Promise.all(stores.map((store) => store.close()))
  })

  test('pack the same hour at once, and every sample is there once', async () => {
    const url = await emptyDatabase()
    const [one, other] = await Promise.all([openStore({ url }), openStore({ url })])
    const labels = {}
    for (let at = 0; at < 30; at += 1) {
      await one.saveSamples('atlas', minute(at), [{ metric: 'm', labels, value: at }])
      await other.saveSamples('borea', minute(at), [{ metric: 'm', labels, value: 100 + at }])
    }
    await Promise.all([one.rollUp(minute(120)), other.rollUp(minute(120))])
    for (const [host, first] of [
      ['atlas', 0],
      ['borea', 100],
    ] as const) {
      const [series] = await one.series({ host })
      const points = await one.points(series?.id ?? 0, minute(0), minute(60))
      expect(points.map(({ value }) => value)).toEqual(Array.from({ length: 30 }, (_, at) => first + at))
    }
    await Promise.all([one.close(), other.close()])
  })
})

test('what is forgotten goes by the week, as whole partitions', async () => {
  const url = await emptyDatabase()
  const store = await openStore({ url })
  const partitions = async () => {
    const client = new pg.Client(url)
    await client.connect()
    const { rows } = await client.query(
      "select relname from pg_class where relkind = 'r' and relname ~ '^series_raw_w'",
    )
    await client.end()
    return rows.length
  }
  const week = 7 * 24 * 60
  for (const at of [0, week, 2 * week]) {
    await store.saveSamples('atlas', minute(at), [{ metric: 'm', labels: {}, value: 1 }])
  }
  await store.rollUp(minute(3 * week))
  expect(await partitions()).toBe(3)
  const before = { raw: minute(week + week / 2), minutes: minute(0), hours: minute(0) }
  await store.pruneHistory(before)
  expect(await partitions()).toBe(2)
  const [series] = await store.series()
  expect(await store.points(series?.id ?? 0, minute(0), minute(3 * week))).toHaveLength(1)
  await store.close()
})

describe('a PostgreSQL that cannot be used', () => {
  const failure = async (act: Promise<unknown>): Promise<StoreFailure> => {
    const error = await act.then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(StoreFailure)
    return error as StoreFailure
  }

  test('is told with what to do, and without the password', async () => {
    const nobody = await failure(openStore({ url: 'postgres://perfbot:hunter2@127.0.0.1:1/perfbot' }))
    expect(nobody.message).toMatch(/^PostgreSQL at 127\.0\.0\.1:1\/perfbot: .*ECONNREFUSED/)
    expect(nobody.remedy).toContain('Start the server')
    const wrong = new URL(server.url)
    wrong.password = 'hunter2'
    const refused = await failure(openStore({ url: wrong.href }))
    expect(refused.message).toContain('password authentication failed')
    expect(refused.remedy).toContain('Correct the user or the password')
    expect(`${nobody.message}${refused.message}`).not.toContain('hunter2')
  })

  test('for want of a right says which', async () => {
    await query('create role reader login password $$reader$$')
    const url = new URL(server.url)
    url.username = 'reader'
    url.password = 'reader'
    expect((await failure(openStore({ url: url.href }))).remedy).toContain('GRANT CREATE, USAGE ON SCHEMA')
  })

  test('or was written by a newer perfbot, is left as it is', async () => {
    const url = await emptyDatabase()
    await (await openStore({ url })).close()
    const client = new pg.Client(url)
    await client.connect()
    await client.query("insert into kysely_migration values ('9999-later', now()::text)")
    await client.end()
    expect((await failure(openStore({ url }))).message).toContain('newer perfbot')
  })

  test('is used again after its connections were cut', async () => {
    const url = await emptyDatabase()
    const store = await openStore({ url })
    await store.saveSnapshot(makeSnapshot('s', minute(0)))
    await query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'perfbot store'",
    )
    // The one write that meets the cut connection may fail; the next one opens another.
    await store.saveSnapshot(makeSnapshot('t', minute(1))).catch(() => {})
    await store.saveSnapshot(makeSnapshot('u', minute(2)))
    expect((await store.snapshotsSince('atlas', minute(2), 9)).map(({ id }) => id)).toEqual(['u'])
    await store.close()
  })
})

test('an audit log that was cut off, with what the database remembers of its end, is found by the file beside the bot', async () => {
  const headDirectory = join(await makeDirectory(), 'data')
  const url = await emptyDatabase()
  const store = await openStore({ url, headDirectory })
  for (const line of [1, 2, 3])
    await store.appendAudit({ at: minute(line), actor: 'U1', action: 'approved', subject: 's', detail: {} })
  await store.close()

  const again = await openStore({ url, headDirectory })
  expect(await again.verifyAudit()).toBeNull()
  const client = new pg.Client(url)
  await client.connect()
  await client.query('delete from audit where sequence = 3')
  await client.query('update audit_head set sequence = 2, hash = (select hash from audit where sequence = 2)')
  await client.end()
  expect(await again.verifyAudit()).toEqual({
    sequence: 3,
    reason: expect.stringMatching(/audit-head-[0-9a-f]{8}\.json remembers line 3: its end was cut off$/),
  })
  await again.close()
  // Another database has a log of its own, and is not measured by this one's.
  const other = await openStore({ url: await emptyDatabase(), headDirectory })
  expect(await other.verifyAudit()).toBeNull()
  await other.close()
})
