import pg from 'pg'
import { installations, startServer, type TestServer } from '../../support/postgres.ts'

const TABLES = 50

/** The newest PostgreSQL that is here, with what a small application has in it. */
export async function startDatabase(): Promise<TestServer> {
  const newest = installations().at(-1)
  if (!newest) throw new Error('there is no PostgreSQL here, not even the one from npm')
  const server = await startServer(newest, { shared_preload_libraries: 'pg_stat_statements' })
  const admin = new pg.Client(server.url)
  await admin.connect()
  await admin.query(`
    CREATE EXTENSION pg_stat_statements;
    DO $$ BEGIN FOR i IN 1..${TABLES} LOOP
      EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, customer int, name text)', i);
      EXECUTE format('CREATE INDEX ON t%s (customer)', i);
      EXECUTE format('INSERT INTO t%s (customer, name) SELECT g, md5(g::text) FROM generate_series(1, 100) g', i);
    END LOOP; END $$;
    ANALYZE;`)
  await admin.end()
  return server
}
