import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../../src/demo/postgres.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

/** One server for all: each command applied, verified, looked at from outside, and taken back. */
describe('commands on a real PostgreSQL', () => {
  let server: ThrowawayPostgres
  let admin: pg.Client
  let bench: Workbench

  beforeAll(async () => {
    server = await startThrowawayPostgres({ shared_preload_libraries: 'pg_stat_statements' })
    admin = new pg.Client(server.superuserUrl)
    await admin.connect()
    await admin.query(`CREATE TABLE orders (id int PRIMARY KEY, "Customer" int, note text)`)
    await admin.query(`INSERT INTO orders SELECT i, i % 100, 'x' FROM generate_series(1, 5000) AS i`)
    await admin.query(`CREATE INDEX orders_note ON orders (note) WHERE id > 10`)
    bench = await openWorkbench({
      engines: { postgres: (name) => (name === 'main' ? server.superuserUrl : null) },
    })
  })
  afterAll(async () => {
    await bench?.close()
    await admin?.end()
    await server?.stop()
  })

  const one = async (sql: string): Promise<unknown> =>
    Object.values((await admin.query(sql)).rows[0] ?? {})[0]
  const indexDefinition = (name: string) => one(`SELECT indexdef FROM pg_indexes WHERE indexname = '${name}'`)

  async function otherSession(
    sql: string,
  ): Promise<{ client: pg.Client; pid: number; ended: Promise<string> }> {
    const client = new pg.Client(server.superuserUrl)
    const lost = new Promise<string>((resolve) => client.on('error', ({ message }) => resolve(message)))
    await client.connect()
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const failed = client.query(sql).then(
      () => lost,
      ({ message }: Error) => message,
    )
    await sleep(100)
    return { client, pid: rows[0]?.pid ?? 0, ended: failed }
  }

  test('reset a parameter', async () => {
    await admin.query(`ALTER SYSTEM SET work_mem = '9MB'`)
    await admin.query('SELECT pg_reload_conf()')
    const { plan, execution } = await bench.fix('postgres.reset-parameter', 'main', 'name=work_mem')
    expect(plan.steps[0]?.exact).toBe('ALTER SYSTEM RESET work_mem;\nSELECT pg_reload_conf();')
    expect(await one('SHOW work_mem')).toBe('4MB')
    await bench.takeBack(execution)
    const entry = `SELECT setting FROM pg_file_settings WHERE name = 'work_mem' AND sourcefile LIKE '%auto.conf'`
    expect(await one(entry)).toBe('9MB')
    const why = await bench.whyNot('postgres.reset-parameter', 'main', 'name=jit')
    expect(why).toContain('the presence of jit in postgresql.auto.conf of main is now no')
  })

  test('create an index, and drop it again by the undo', async () => {
    const { plan, execution } = await bench.fix(
      'postgres.create-index',
      'main',
      'table=orders',
      'index=orders by customer',
      'columns=Customer, id',
    )
    expect(plan.steps[0]?.exact).toBe(
      'CREATE INDEX CONCURRENTLY "orders by customer" ON "public"."orders" ("Customer", "id");',
    )
    expect(await indexDefinition('orders by customer')).toContain('("Customer", id)')
    await bench.takeBack(execution)
    expect(await indexDefinition('orders by customer')).toBeUndefined()
  })

  test('drop an index, and make it again as it was', async () => {
    const before = await indexDefinition('orders_note')
    const { execution } = await bench.fix('postgres.drop-index', 'main', 'index=orders_note')
    expect(await indexDefinition('orders_note')).toBeUndefined()
    await bench.takeBack(execution)
    expect(await indexDefinition('orders_note')).toBe(before)
    const why = await bench.whyNot('postgres.drop-index', 'main', 'index=orders_pkey')
    expect(why).toBe('the duty of orders_pkey of main is now constraint; it has to be speed only')
  })

  test('rebuild an index', async () => {
    const file = () => one(`SELECT pg_relation_filenode('orders_note')`)
    const before = await file()
    await bench.fix('postgres.reindex', 'main', 'index=orders_note')
    expect(await file()).not.toBe(before)
  })

  test('analyze and vacuum a table', async () => {
    await admin.query('DELETE FROM orders WHERE id > 4000')
    await sleep(1100) // the statistics of the deletion
    await bench.fix('postgres.analyze', 'main', 'table=orders')
    const { execution } = await bench.fix('postgres.vacuum', 'main', 'table=orders')
    const dead = (list: typeof execution.after) =>
      list.find(({ label }) => label.startsWith('dead rows'))?.value
    expect([dead(execution.before), dead(execution.after)]).toEqual([1000, 0])
  })

  test('cancel a statement: its session stays', async () => {
    const { client, pid, ended } = await otherSession('SELECT pg_sleep(60)')
    await bench.fix('postgres.cancel-query', 'main', `pid=${pid}`)
    expect(await ended).toContain('canceling statement')
    expect((await client.query('SELECT 1')).rowCount).toBe(1)
    const why = await bench.whyNot('postgres.cancel-query', 'main', `pid=${pid}`)
    expect(why).toContain(`the work of session ${pid} of main is now no`)
    await client.end()
  })

  test('end a session that is idle in a transaction; another with its number would be refused', async () => {
    const { client, pid, ended } = await otherSession('BEGIN')
    const plan = await bench.plan('postgres.terminate-session', 'main', `pid=${pid}`)
    expect(plan.steps[0]?.exact).toContain(`WHERE pid = ${pid} AND backend_start = '20`)
    const execution = await bench.apply(plan)
    expect(execution.outcome, execution.message).toBe('verified')
    expect(await ended).toMatch(/terminat/)
    await client.end().catch(() => {})
  })

  test('enable pg_stat_statements', async () => {
    const { execution } = await bench.fix('postgres.enable-statements', 'main')
    expect(await one('SELECT count(*)::int FROM pg_stat_statements')).toBeGreaterThan(0)
    await bench.takeBack(execution)
    expect(await one(`SELECT count(*)::int FROM pg_extension WHERE extname = 'pg_stat_statements'`)).toBe(0)
  })

  test('drop an inactive replication slot, with the yes of two', async () => {
    await admin.query(`SELECT pg_create_physical_replication_slot('forgotten', true)`)
    const { plan } = await bench.fix('postgres.drop-slot', 'main', 'slot=forgotten')
    expect(plan.risk).toBe('high')
    expect(await one('SELECT count(*)::int FROM pg_replication_slots')).toBe(0)
    expect((await bench.store.votesOf(plan.id)).map((vote) => vote.person)).toEqual(['U1', 'U2'])
  })

  test('set a timeout for a role, and put back what it had', async () => {
    await admin.query(`CREATE ROLE "web app" LOGIN; ALTER ROLE "web app" SET statement_timeout = '7s'`)
    const parameters = ['role=web app', 'setting=statement_timeout', 'value=30s']
    const { plan, execution } = await bench.fix('postgres.set-role-timeout', 'main', ...parameters)
    expect(plan.steps[0]?.exact).toBe(`ALTER ROLE "web app" SET "statement_timeout" = '30s';`)
    const config = () => one(`SELECT rolconfig::text FROM pg_roles WHERE rolname = 'web app'`)
    expect(await config()).toBe('{statement_timeout=30s}')
    await bench.takeBack(execution)
    expect(await config()).toBe('{statement_timeout=7s}')
  })

  test('what a person changed since is not taken back', async () => {
    await admin.query(`CREATE ROLE batch LOGIN`)
    const parameters = ['role=batch', 'setting=lock_timeout', 'value=30s']
    const { execution } = await bench.fix('postgres.set-role-timeout', 'main', ...parameters)
    await admin.query(`ALTER ROLE batch SET lock_timeout = '1min'`)
    await expect(bench.takeBack(execution)).rejects.toThrow('Somebody changed it since')
  })

  test('names are quoted wherever they go', async () => {
    const evil = `x"; DROP TABLE orders; --`
    const why = await bench.whyNot('postgres.analyze', 'main', `table=${evil}`)
    expect(why).toContain('table has to look like')
    expect(await one('SELECT count(*)::int FROM orders')).toBe(4000)
  })
})
