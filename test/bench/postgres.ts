import pg from 'pg'
import { postgresCollector } from '../../src/collect/postgres.ts'
import { seconds } from '../../src/model/units.ts'
import { installations, startServer } from '../support/postgres.ts'
import { quantile } from './quantile.ts'

/**
 * What reading a PostgreSQL costs, on each version that is here (test/support/install-postgres.sh): a database of 500
 * tables, 1,500 indexes and 1,000 statements.
 */
const TABLES = 500
const READINGS = 40

const FILL = `
  CREATE EXTENSION pg_stat_statements;
  DO $$ BEGIN FOR i IN 1..${TABLES} LOOP
    EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, customer int, name text)', i);
    EXECUTE format('CREATE INDEX ON t%s (customer)', i);
    EXECUTE format('CREATE INDEX ON t%s (name)', i);
    EXECUTE format('INSERT INTO t%s (customer, name) SELECT g, md5(g::text) FROM generate_series(1, 100) g', i);
  END LOOP; END $$;
  ANALYZE;`

async function measure(installation: ReturnType<typeof installations>[number]) {
  const server = await startServer(installation, {
    shared_preload_libraries: 'pg_stat_statements',
    autovacuum: 'off',
    // Each table and index is locked until the one transaction that makes them all ends.
    max_locks_per_transaction: '1024',
  })
  const admin = new pg.Client(server.url)
  await admin.connect()
  await admin.query(FILL)
  for (let index = 1; index <= TABLES; index += 1) {
    await admin.query(`SELECT name FROM t${index} WHERE customer = 7`)
    await admin.query(`SELECT count(*) FROM t${index} WHERE name = 'x'`)
  }
  const source = { name: 'main', url: server.url, configured: true }
  const pace = { windowSeconds: seconds(0.1), deadlineSeconds: seconds(30) }
  const collector = postgresCollector(source, pace)
  const all = postgresCollector(source, {
    ...pace,
    catalogueEverySeconds: seconds(0),
    statementsEverySeconds: seconds(0),
  })
  const timesOf = async (one: typeof collector, readings: number) => {
    const times: number[] = []
    let cpuMs = 0
    for (let index = 0; index < readings; index += 1) {
      const cpu = process.cpuUsage()
      const begun = performance.now()
      await one.collect(AbortSignal.timeout(30_000))
      times.push(performance.now() - begun)
      const used = process.cpuUsage(cpu)
      cpuMs += (used.user + used.system) / 1000 / readings
    }
    return { times, cpuMs }
  }
  const cold = await timesOf(collector, 1)
  await timesOf(collector, 10)
  const warm = await timesOf(collector, READINGS)
  await timesOf(all, 3)
  const whole = await timesOf(all, 10)
  await Promise.all([collector.close?.(), all.close?.(), admin.end()])
  await server.stop()
  return {
    major: installation.major,
    coldMs: quantile(cold.times, 0.5),
    warmP50Ms: quantile(warm.times, 0.5),
    warmP95Ms: quantile(warm.times, 0.95),
    warmCpuMs: warm.cpuMs,
    wholeP50Ms: quantile(whole.times, 0.5),
    wholeP95Ms: quantile(whole.times, 0.95),
  }
}

const servers = []
for (const installation of installations()) servers.push(await measure(installation))

const column = (value: number): string => `${value.toFixed(1)} ms`.padStart(12)
console.log(`PostgreSQL with ${TABLES} tables; the warm reading is to stay within 50 ms`)
console.log('  version        cold        warm    warm P95    warm CPU  with tables and statements, P95')
for (const one of servers) {
  const { major, coldMs, warmP50Ms, warmP95Ms, warmCpuMs, wholeP50Ms, wholeP95Ms } = one
  const figures = [coldMs, warmP50Ms, warmP95Ms, warmCpuMs, wholeP50Ms, wholeP95Ms].map(column)
  console.log(`  ${String(major).padEnd(7)}${figures.join('')}`)
}
console.log(JSON.stringify({ tables: TABLES, limits: { warmP50Ms: 50 }, servers }))
