import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explainStatement } from '../../../src/collect/postgres/explain.ts'
import { installations, startServer, type TestServer } from '../../support/postgres.ts'

const newest = installations().toSorted((left, right) => right.major - left.major)[0]

describe.skipIf(!newest)('a statement of a real PostgreSQL', () => {
  let server: TestServer
  let admin: pg.Client
  beforeAll(async () => {
    if (!newest) return
    server = await startServer(newest, { shared_preload_libraries: 'pg_stat_statements' })
    admin = new pg.Client({ connectionString: server.url })
    await admin.connect()
    await admin.query(`
      CREATE EXTENSION pg_stat_statements;
      CREATE TABLE orders (id serial PRIMARY KEY, note text);
      CREATE TABLE secrets (id int);
      INSERT INTO orders (note) SELECT 'note ' || g FROM generate_series(1, 1000) g;
      CREATE ROLE perfbot LOGIN PASSWORD 'p' IN ROLE pg_monitor;
      GRANT SELECT, DELETE ON orders TO perfbot;`)
    await admin.query("SELECT count(*) FROM orders WHERE note = 'note 7'")
    await admin.query('SELECT count(*) FROM secrets WHERE id = 7')
    await admin.query('DELETE FROM orders WHERE id = 1000000')
    await admin.query('CREATE TABLE other (id int)')
  }, 60_000)
  afterAll(async () => {
    await admin?.end()
    await server?.stop()
  })

  const explained = async (beginning: string) => {
    const { rows } = await admin.query<{ id: string; name: string }>(
      `SELECT queryid::text AS id, current_database() AS name FROM pg_stat_statements WHERE query LIKE $1`,
      [`${beginning}%`],
    )
    const url = new URL(server.url)
    url.username = 'perfbot'
    url.password = 'p'
    return explainStatement(url.href, { queryId: rows[0]?.id ?? '0', databaseName: rows[0]?.name ?? '' })
  }

  it('is planned and not run, without the constants that it had', async () => {
    const plan = await explained('SELECT count(*) FROM orders')
    if ((newest?.major ?? 0) >= 16) {
      expect(plan).toMatchObject({ kind: 'explained' })
      const text = plan.kind === 'explained' ? plan.lines.join('\n') : ''
      expect(text).toMatch(/Seq Scan on orders/)
      expect(text).toContain('$1')
    } else
      expect(plan).toMatchObject({ kind: 'not-possible', reason: expect.stringContaining('GENERIC_PLAN') })
    await explained('DELETE FROM orders')
    expect((await admin.query('SELECT count(*)::int AS left FROM orders')).rows).toEqual([{ left: 1000 }])
  })

  it('that has no plan, may not be seen or is gone is told, with what would help', async () => {
    const reason = async (beginning: string) => {
      const plan = await explained(beginning)
      return plan.kind === 'not-possible' ? plan.reason : 'explained'
    }
    expect(await reason('CREATE TABLE other')).toBe('it is no statement that has a plan')
    if ((newest?.major ?? 0) >= 16)
      expect(await reason('SELECT count(*) FROM secrets')).toContain('GRANT pg_read_all_data')
    expect(await reason('nothing of the kind')).toBe('its text is not known any more')
  })
})
