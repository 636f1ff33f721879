import { setTimeout as sleep } from 'node:timers/promises'
import { scenariosOf } from './scenario.ts'

const SECONDS = { idleInTransactionSeconds: 0.2, blockedSeconds: 0.2, transactionSeconds: 0.2 }

export const postgresSessions = scenariosOf('postgres', [
  {
    name: 'a session that began a transaction and went to sleep, with nobody behind it',
    quick: true,
    thresholds: SECONDS,
    async broken(stage) {
      const database = await stage.postgres()
      const sleeper = await database.connect({ application_name: 'importer' })
      await sleeper.query('BEGIN; CREATE TABLE t (id int)')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-idle-in-transaction', severity: 'medium', says: /importer/ },
  },
  {
    name: 'a session that sleeps in a transaction and blocks another',
    async broken(stage) {
      const database = await stage.postgres()
      const sleeper = await database.connect({ application_name: 'admin-shell' })
      await sleeper.query('CREATE TABLE orders (id int primary key); INSERT INTO orders VALUES (1)')
      await sleeper.query('BEGIN; UPDATE orders SET id = 2')
      const waiting = await database.connect()
      waiting.query('UPDATE orders SET id = 3').catch(() => undefined)
      // What blocks others is stuck after ten seconds.
      await sleep(10_500)
      return { postgres: [database.source] }
    },
    expects: {
      first: 'pg-idle-in-transaction',
      severity: 'critical',
      says: /admin-shell/,
      maybe: ['pg-blocking'],
    },
  },
  {
    name: 'sessions that wait for the lock of one that works',
    thresholds: { blockedSeconds: 0.2 },
    async broken(stage) {
      const database = await stage.postgres()
      const owner = await database.connect()
      await owner.query('CREATE TABLE t (id int)')
      const migration = await database.connect({ application_name: 'migration' })
      migration.query('BEGIN; LOCK TABLE t; SELECT pg_sleep(60)').catch(() => undefined)
      await sleep(200)
      for (let client = 0; client < 4; client += 1) {
        const waiting = await database.connect()
        waiting.query('SELECT * FROM t').catch(() => undefined)
      }
      await sleep(300)
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-blocking', severity: 'high', says: /4 sessions/ },
  },
  {
    name: 'pools that together have taken all connections',
    async broken(stage) {
      const database = await stage.postgres()
      await Promise.all(
        Array.from({ length: 35 }, () => database.connect({ application_name: 'api', user: 'postgres' })),
      )
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-connections', severity: 'critical', says: /stand idle/ },
  },
  {
    name: 'a report that has run for half a day',
    thresholds: { transactionSeconds: 0.3 },
    async broken(stage) {
      const database = await stage.postgres()
      const report = await database.connect({ application_name: 'report' })
      report.query('SELECT pg_sleep(60)').catch(() => undefined)
      await sleep(400)
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-long-transaction' },
  },
  {
    name: 'a prepared transaction whose coordinator is gone',
    thresholds: { preparedSeconds: 0.2 },
    async broken(stage) {
      const database = await stage.postgres()
      const coordinator = await database.connect()
      await coordinator.query('CREATE TABLE t (id int)')
      await coordinator.query("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'transfer-17'")
      stage.undo(() => coordinator.query("ROLLBACK PREPARED 'transfer-17'"))
      await sleep(300)
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-prepared-transaction', severity: 'high', says: /transfer-17/ },
  },
  {
    name: 'transactions that take the same rows in different order',
    async broken(stage) {
      const database = await stage.postgres()
      const [left, right] = [await database.connect(), await database.connect()]
      await left.query('CREATE TABLE t (id int primary key, n int); INSERT INTO t VALUES (1, 0), (2, 0)')
      return {
        postgres: [database.source],
        async between() {
          for (let round = 0; round < 3; round += 1) {
            await Promise.all([
              left.query('BEGIN; UPDATE t SET n = 1 WHERE id = 1'),
              right.query('BEGIN; UPDATE t SET n = 1 WHERE id = 2'),
            ])
            await Promise.allSettled([
              left.query('UPDATE t SET n = 2 WHERE id = 2'),
              right.query('UPDATE t SET n = 2 WHERE id = 1'),
            ])
            await Promise.allSettled([left.query('ROLLBACK'), right.query('ROLLBACK')])
          }
          for (const client of [left, right]) await client.query('SELECT pg_stat_force_next_flush()')
        },
      }
    },
    expects: { first: 'pg-deadlocks', severity: 'medium' },
  },
  {
    name: 'statements that sort on disk',
    thresholds: { tempFileBytes: 4 * 1024 ** 2 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query("SET work_mem = '64kB'")
      return {
        postgres: [database.source],
        async between() {
          await client.query(
            'SELECT count(*) FROM (SELECT n, md5(n::text) FROM generate_series(1, 60000) n ORDER BY 2) s',
          )
          await client.query('SELECT pg_stat_force_next_flush()')
        },
      }
    },
    expects: { first: 'pg-temp-files', severity: 'medium', maybe: ['pg-statement-spills'] },
  },
  {
    name: 'a client that connects anew for each request',
    thresholds: { newSessions: 0.01 },
    async broken(stage) {
      const database = await stage.postgres()
      return {
        postgres: [database.source],
        async between() {
          for (let request = 0; request < 30; request += 1) await (await database.connect()).end()
        },
      }
    },
    expects: { first: 'pg-new-connections', severity: 'low' },
  },
  {
    name: 'a database whose own limit of connections is as good as reached',
    async broken(stage) {
      const database = await stage.postgres()
      const name = new URL(database.source.url).pathname.slice(1)
      await database.admin.query(`ALTER DATABASE ${name} CONNECTION LIMIT 8`)
      for (let client = 0; client < 7; client += 1) await database.connect()
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-database-connections', severity: 'high' },
  },
])
