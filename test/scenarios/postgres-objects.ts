import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { scenariosOf } from './scenario.ts'
import type { Stage } from './stage.ts'

const MANY = 60_000

/** Again and again until the scenario ends. */
function whileItLasts(stage: Stage, work: () => Promise<unknown>): void {
  let isOver = false
  const working = (async () => {
    while (!isOver) await work()
  })().catch(() => undefined)
  stage.undo(() => {
    isOver = true
    return working
  })
}

export const postgresObjects = scenariosOf('postgres', [
  {
    name: 'a table without autovacuum, mostly of dead rows',
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE events (id int, n int) WITH (autovacuum_enabled = false)')
      await client.query(`INSERT INTO events SELECT n, 0 FROM generate_series(1, ${MANY}) n`)
      await client.query('UPDATE events SET n = 1; UPDATE events SET n = 2')
      await client.query('SELECT pg_stat_force_next_flush()')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-dead-rows', severity: 'medium', says: /autovacuum is switched off for this table/ },
  },
  {
    name: 'a table that has kept the space of rows long deleted',
    thresholds: { bloatBytes: 1024 ** 2 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE sessions (id int, body text) WITH (autovacuum_enabled = false)')
      await client.query(`INSERT INTO sessions SELECT n, repeat('x', 200) FROM generate_series(1, ${MANY}) n`)
      await client.query('DELETE FROM sessions WHERE id % 10 > 0')
      await client.query('VACUUM ANALYZE sessions')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-bloat', severity: 'low' },
  },
  {
    name: 'a table that was filled and never analysed',
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE imported (id int) WITH (autovacuum_enabled = false)')
      await client.query('INSERT INTO imported SELECT n FROM generate_series(1, 150000) n')
      await client.query('SELECT pg_stat_force_next_flush()')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-statistics-stale', severity: 'low' },
  },
  {
    name: 'a table that is read from end to end for each look-up',
    thresholds: { sequentialScanRows: 10_000, sequentialScans: 20 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query(
        'CREATE TABLE users AS SELECT n AS id, md5(n::text) AS mail FROM generate_series(1, 20000) n',
      )
      for (let lookup = 0; lookup < 30; lookup += 1)
        await client.query(`SELECT * FROM users WHERE id = ${lookup}`)
      await client.query('ANALYZE users; SELECT pg_stat_force_next_flush()')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-sequential-scans', severity: 'low', maybe: ['pg-statement-dominates'] },
  },
  {
    name: 'an old snapshot that keeps dead rows',
    thresholds: { xminAge: 100 },
    async broken(stage) {
      const database = await stage.postgres()
      const holder = await database.connect({ application_name: 'dump' })
      await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1')
      const writer = await database.connect()
      await writer.query(
        'DO $$ BEGIN FOR n IN 1..300 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$',
      )
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-xmin-held', severity: 'medium' },
  },
  {
    name: 'an index that a failed CREATE INDEX CONCURRENTLY left behind',
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE t AS SELECT n % 10 AS id FROM generate_series(1, 100) n')
      await client.query('CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id)').catch(() => undefined)
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-index-invalid', severity: 'medium', says: /t_id/ },
  },
  {
    name: 'two indexes that say the same',
    thresholds: { indexBytes: 8192 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE t AS SELECT n AS id, n AS other FROM generate_series(1, 5000) n')
      await client.query('CREATE INDEX t_one ON t (id); CREATE INDEX t_two ON t (id)')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-index-duplicate', severity: 'low', maybe: ['pg-index-unused'] },
  },
  {
    name: 'a large index that nobody has ever used',
    thresholds: { indexBytes: 8192, indexUnusedSeconds: 0.001 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE t AS SELECT n AS id FROM generate_series(1, 20000) n')
      await client.query('CREATE INDEX t_unused ON t (id)')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-index-unused', severity: 'low', says: /t_unused/ },
  },
  {
    name: 'a foreign key without an index behind it',
    thresholds: { foreignKeyRows: 1000 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE customers AS SELECT n AS id FROM generate_series(1, 100) n')
      await client.query('ALTER TABLE customers ADD PRIMARY KEY (id)')
      await client.query(
        'CREATE TABLE orders AS SELECT n AS id, n % 100 + 1 AS customer FROM generate_series(1, 5000) n',
      )
      await client.query('ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers')
      await client.query('ANALYZE orders; SELECT pg_stat_force_next_flush()')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-foreign-key-unindexed', severity: 'low', says: /customer/ },
  },
  {
    name: 'a sequence near the end of its column',
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query("CREATE TABLE t (id serial PRIMARY KEY); SELECT setval('t_id_seq', 2100000000)")
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-sequence-end', severity: 'critical', says: /bigint/ },
  },
  {
    name: 'a statement that takes nearly all the time',
    thresholds: { statementSeconds: 0.05 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      whileItLasts(stage, () => client.query('SELECT pg_sleep(0.05)'))
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-statement-dominates', severity: 'low', says: /pg_sleep/ },
  },
  {
    name: 'one statement that spills to disk each time',
    thresholds: { tempFileBytes: 1024 ** 2, statementSeconds: 60 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query("SET work_mem = '64kB'")
      whileItLasts(stage, async () => {
        await client.query(
          'SELECT count(*) FROM (SELECT n, md5(n::text) FROM generate_series(1, 20000) n ORDER BY 2) s',
        )
        await client.query('SELECT pg_stat_force_next_flush()')
      })
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-statement-spills', symptoms: ['pg-temp-files'] },
  },
  {
    name: 'a server that lets everybody in from everywhere without a password',
    async broken(stage) {
      const database = await stage.postgres()
      const { rows } = await database.admin.query("SELECT current_setting('hba_file') AS file")
      const before = await readFile(rows[0].file, 'utf8')
      await appendFile(rows[0].file, 'host all all 0.0.0.0/0 trust\n')
      await database.admin.query('SELECT pg_reload_conf()')
      stage.undo(async () => {
        await writeFile(rows[0].file, before)
        await database.admin.query('SELECT pg_reload_conf()')
      })
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-hba-trust', severity: 'high', says: /0\.0\.0\.0/ },
  },
  {
    name: 'a database whose collation is of another version than the system’s',
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query(
        `CREATE COLLATION german (provider = icu, locale = 'de'); CREATE TABLE t (name text COLLATE german)`,
      )
      await client.query("UPDATE pg_collation SET collversion = '1.0' WHERE collname = 'german'")
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-collation-version', severity: 'high', says: /REINDEX/ },
  },
])
