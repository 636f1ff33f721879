import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { scenariosOf } from './scenario.ts'

export const postgresServer = scenariosOf('postgres', [
  {
    name: 'a server that was never told how much memory there is',
    async broken(stage) {
      const database = await stage.postgres('stock')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-shared-buffers', severity: 'medium', says: /128 MiB/ },
  },
  {
    name: 'a server that does not write its pages in full',
    quick: true,
    async broken(stage) {
      const database = await stage.postgres()
      await database.set('full_page_writes', 'off')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-durability-off', severity: 'critical', says: /full_page_writes/ },
  },
  {
    name: 'a server whose autovacuum was switched off',
    async broken(stage) {
      const database = await stage.postgres()
      await database.set('autovacuum', 'off')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-autovacuum-off', severity: 'high' },
  },
  {
    name: 'a server that counts nothing',
    async broken(stage) {
      const database = await stage.postgres()
      await database.set('track_counts', 'off')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-track-counts-off', severity: 'high' },
  },
  {
    name: 'a setting that waits for a restart',
    async broken(stage) {
      const database = await stage.postgres('stock')
      await database.set('max_locks_per_transaction', '128')
      await sleep(300)
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-shared-buffers', also: ['pg-pending-restart'] },
  },
  {
    name: 'passwords kept as MD5',
    async broken(stage) {
      const database = await stage.postgres()
      await database.set('password_encryption', 'md5')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-password-md5', severity: 'low' },
  },
  {
    name: 'work_mem that the connections together could not have',
    async broken(stage) {
      const database = await stage.postgres()
      await database.set('work_mem', '16GB')
      for (let client = 0; client < 6; client += 1) await database.connect()
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-work-mem', severity: 'medium' },
  },
  {
    name: 'checkpoints before their time, again and again',
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE t (id int)')
      return {
        postgres: [database.source],
        async between() {
          for (let count = 0; count < 5; count += 1)
            await client.query('INSERT INTO t VALUES (1); CHECKPOINT')
        },
      }
    },
    expects: { first: 'pg-checkpoints', severity: 'medium' },
  },
  {
    name: 'an archive command that always fails',
    async broken(stage) {
      const database = await stage.postgres('stock')
      await database.set('archive_mode', 'on')
      await database.set('archive_command', 'false')
      await database.restart()
      const client = await database.connect()
      await client.query('CREATE TABLE t (id int)')
      return {
        postgres: [database.source],
        async between() {
          await client.query('INSERT INTO t VALUES (1); SELECT pg_switch_wal()')
          for (let attempt = 0; attempt < 100; attempt += 1) {
            const { rows } = await client.query('SELECT failed_count::int AS failed FROM pg_stat_archiver')
            if (rows[0].failed > 1) return
            await sleep(100)
          }
        },
      }
    },
    expects: { first: 'pg-archiver', severity: 'high', maybe: ['pg-shared-buffers'] },
  },
  {
    name: 'a replication slot whose reader is gone',
    thresholds: { slotBytes: 1024 ** 2 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query("SELECT pg_create_physical_replication_slot('old_standby', true)")
      stage.undo(() => database.admin.query("SELECT pg_drop_replication_slot('old_standby')"))
      await client.query('CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 40000) n')
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-slot-retains', severity: 'medium', says: /old_standby/ },
  },
  {
    name: 'a page of a table that is not what was written',
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) n')
      const { rows } = await client.query(
        "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('t') AS path",
      )
      await client.query('CHECKPOINT')
      await database.restart()
      const file = rows[0].path as string
      const content = await readFile(file)
      content.fill(0x5a, 8192 + 4000, 8192 + 4100)
      await writeFile(file, content)
      const reader = await database.connect()
      await reader.query('SELECT count(*) FROM t').catch(() => undefined)
      await reader.end()
      await sleep(600)
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-checksum-failures', severity: 'critical' },
  },
  {
    name: 'a server that was restarted between two readings',
    async broken(stage) {
      const database = await stage.postgres('stock')
      let isDone = false
      return {
        postgres: [database.source],
        async between() {
          if (!isDone) await database.restart()
          isDone = true
        },
      }
    },
    readings: 2,
    expects: { first: 'pg-shared-buffers', also: ['pg-restarted'] },
  },
  {
    name: 'a server that does not let perfbot in: a gap, and no finding',
    async broken(stage) {
      const database = await stage.postgres()
      const url = new URL(database.source.url)
      url.username = 'nobody'
      return { postgres: [{ ...database.source, url: url.href }] }
    },
    expects: { first: null },
  },
  {
    name: 'transaction numbers that are used up to a good part',
    thresholds: { wraparound: 1e-7 },
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query(
        'DO $$ BEGIN FOR n IN 1..500 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$',
      )
      return { postgres: [database.source] }
    },
    expects: { first: 'pg-wraparound', severity: 'high' },
  },
])
