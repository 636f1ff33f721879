import type pg from 'pg'
import { scenariosOf } from './scenario.ts'
import { serve } from './services.ts'
import { composed, MEBIBYTE, SERVES, WELL_MADE } from './stage/containers.ts'
import { type Stage, serviceAt } from './stage.ts'

/** Serves a page over HTTP, as busybox does. */
const WEB = 'mkdir -p /tmp/www; echo well > /tmp/www/index.html; exec httpd -f -p 8000 -h /tmp/www'
const HEALTHY = { Test: ['CMD', 'true'], Interval: 1e9, Timeout: 20e9, Retries: 5 }

/** An ordinary compose project: a proxy, an API, a worker, its database and its cache. */
async function project(stage: Stage, scripts: Partial<Record<'proxy' | 'api' | 'worker', string>> = {}) {
  const engine = await stage.containers()
  const network = await engine.network('net')
  const HostConfig = { ...WELL_MADE, NetworkMode: network }
  const host = (service: string) => engine.name(service)
  const start = (service: string, script: string, needs: readonly string[], Env: string[] = []) =>
    engine.start(service, script, {
      HostConfig,
      Env,
      Labels: composed('shop', service, needs),
      Healthcheck: HEALTHY,
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [service] } } },
    })
  const containers = [
    await start('db', SERVES, []),
    await start('cache', SERVES, []),
    await start(
      'api',
      scripts.api ?? WEB,
      ['db', 'cache'],
      [`DATABASE_URL=postgres://app:pw@${host('db')}:5432/app`, `REDIS_URL=redis://${host('cache')}:6379`],
    ),
    await start('worker', scripts.worker ?? SERVES, ['db']),
    await start('proxy', scripts.proxy ?? SERVES, ['api']),
  ]
  for (const container of containers)
    await engine.until(container, ({ State }) => State.Health?.Status === 'healthy')
  return engine
}

/** Sessions of a pool that wait for work. */
const idlePool = (connect: () => Promise<pg.Client>, size: number): Promise<pg.Client[]> =>
  Promise.all(Array.from({ length: size }, connect))

export const healthySystems = scenariosOf('healthy', [
  {
    name: 'an ordinary compose project at rest',
    broken: async (stage) => ({ docker: [(await project(stage)).source] }),
    expects: { first: null },
  },
  {
    name: 'the same while its proxy calls the API without a pause',
    async broken(stage) {
      const engine = await project(stage, {
        proxy: `while :; do for n in $(seq 20); do wget -q -O /dev/null http://api:8000/; done; echo '10.0.0.7 - - "GET / HTTP/1.1" 200 5'; sleep 0.2; done`,
        worker: 'while :; do dd if=/dev/zero bs=64k count=200 2>/dev/null | wc -c; sleep 0.3; done',
      })
      return { docker: [engine.source] }
    },
    readings: 5,
    apart: 300,
    expects: { first: null },
  },
  {
    name: 'a container that has read far more files than its limit holds',
    async broken(stage) {
      const engine = await stage.containers()
      const reader = await engine.start(
        'reader',
        `dd if=/dev/zero of=/tmp/file bs=1M count=60; cat /tmp/file > /dev/null; echo read; ${SERVES}`,
        { HostConfig: { ...WELL_MADE, Memory: 32 * MEBIBYTE, MemorySwap: 32 * MEBIBYTE } },
      )
      await engine.logged(reader, 'read')
      return { docker: [engine.source] }
    },
    expects: { first: null },
  },
  {
    name: 'jobs that are done, one that somebody stopped, and one that a deployment replaced',
    async broken(stage) {
      const engine = await stage.containers()
      const NO = { ...WELL_MADE, RestartPolicy: { Name: 'no' } }
      const done = await engine.start('migrate', 'echo migrated', {
        HostConfig: NO,
        Labels: composed('shop', 'migrate'),
      })
      const stopped = await engine.start('old', 'exec sleep 1000', { HostConfig: WELL_MADE })
      await engine.until(done, ({ State }) => State.Status === 'exited')
      await stopped.stop({ t: 0 })
      const replaced = await engine.start('api', SERVES, { HostConfig: WELL_MADE })
      await replaced.restart({ t: 1 })
      return { docker: [engine.source] }
    },
    expects: { first: null, never: ['exited-error'] },
  },
  {
    name: 'logs that speak of errors where there are none',
    quick: true,
    async broken(stage) {
      const engine = await stage.containers()
      const lines = [
        '{"level":"info","msg":"request completed","errors":0,"status":200}',
        'INFO sync finished: 0 errors, 0 failed, 120 ok',
        'INFO error rate 0.0% over the last minute',
        'level=info msg="retrying is not necessary" timeout=30s',
        '10.0.0.7 - - [24/Nov/2026:10:00:00 +0000] "GET /errors/404 HTTP/1.1" 200 512',
        '10.0.0.7 - - [24/Nov/2026:10:00:00 +0000] "GET /favicon.ico HTTP/1.1" 404 9',
        'DEBUG exception handler installed',
        'connection pool: 2 of 20 in use, max 20',
      ]
      const script = `for n in $(seq 60); do ${lines.map((line) => `echo '${line}'`).join('; ')}; done; ${SERVES}`
      await engine.start('api', script, { HostConfig: WELL_MADE })
      return { docker: [engine.source] }
    },
    expects: { first: null, never: ['log-errors'] },
  },
  {
    name: 'an API that could not reach its database for the first few seconds',
    async broken(stage) {
      const engine = await stage.containers()
      const line = 'ERROR connect ECONNREFUSED 10.9.9.9:5432, retrying in 1 s'
      await engine.start(
        'api',
        `for n in 1 2 3 4 5 6; do echo '${line}' >&2; done; echo 'INFO connected to the database'; ${SERVES}`,
        { HostConfig: WELL_MADE },
      )
      return { docker: [engine.source] }
    },
    expects: { first: null },
  },
  {
    name: 'a PostgreSQL under load, with a pool that is mostly idle',
    async broken(stage) {
      const database = await stage.postgres()
      const pool = await idlePool(() => database.connect({ application_name: 'api' }), 12)
      const client = pool[0] as pg.Client
      await client.query(
        'CREATE TABLE accounts AS SELECT n AS id, 0 AS balance FROM generate_series(1, 20000) n; ALTER TABLE accounts ADD PRIMARY KEY (id); ANALYZE accounts',
      )
      let isOver = false
      const work = async (worker: pg.Client) => {
        for (let id = 1; !isOver; id += 1) {
          await worker.query('BEGIN')
          await worker.query('UPDATE accounts SET balance = balance + 1 WHERE id = $1', [(id * 7919) % 20000])
          await worker.query('SELECT balance FROM accounts WHERE id = $1', [(id * 104_729) % 20000])
          await worker.query('COMMIT')
          if (id % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
      const workers = pool.slice(0, 4).map((worker) => work(worker).catch(() => undefined))
      stage.undo(async () => {
        isOver = true
        await Promise.all(workers)
      })
      return { postgres: [database.source] }
    },
    readings: 5,
    apart: 300,
    expects: { first: null },
  },
  {
    name: 'a PostgreSQL that is being loaded, with an index in the making',
    async broken(stage) {
      const database = await stage.postgres()
      const client = await database.connect()
      await client.query('CREATE TABLE loaded (id int, body text)')
      return {
        postgres: [database.source],
        async between() {
          await client.query(`INSERT INTO loaded SELECT n, md5(n::text) FROM generate_series(1, 20000) n`)
          await client.query('CREATE INDEX IF NOT EXISTS loaded_id ON loaded (id)')
        },
      }
    },
    expects: { first: null },
  },
  {
    name: 'a Redis under load that keeps what it is given',
    async broken(stage) {
      const redis = await stage.redis(['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'])
      stage.process('redis-benchmark', [
        ...['-p', String(redis.port), '-t', 'set,get,lpush', '-n', '100000000', '-c', '8', '-r', '20000'],
        ...['-q', '--threads', '1', '-e'],
      ])
      return { redis: [{ name: 'cache', url: redis.url, ca: null }] }
    },
    // How busy its thread is, is what the load is for.
    thresholds: { redisCpu: 1 },
    readings: 4,
    expects: { first: null },
  },
  {
    name: 'a Redis that makes room and still finds what it is asked for',
    async broken(stage) {
      const redis = await stage.redis(['--maxmemory', '4mb', '--maxmemory-policy', 'allkeys-lru'])
      let round = 0
      const body = 'x'.repeat(500)
      return {
        redis: [{ name: 'cache', url: redis.url, ca: null }],
        async between() {
          round += 1
          const set = Array.from({ length: 300 }, (_, n) => `SET r${round}:${n} ${body}\n`).join('')
          const get = Array.from({ length: 300 }, (_, n) => `GET r${round}:${n}\n`).join('')
          for (let pass = 0; pass < 12; pass += 1) await redis.pipe(pass % 3 === 0 ? set + get : get)
        },
      }
    },
    readings: 5,
    apart: 100,
    expects: { first: null },
  },
  {
    name: 'web services under load that answer quickly, one behind a sign-in',
    async broken(stage) {
      const url = await serve(stage, (_, response) => void response.end('all is well'))
      const closed = await serve(stage, (_, response) => void response.writeHead(401).end())
      let isOver = false
      const caller = (async () => {
        while (!isOver) await (await fetch(url)).text()
      })()
      stage.undo(async () => {
        isOver = true
        await caller
      })
      return {
        services: [
          serviceAt(url, { probes: 20 }),
          serviceAt(closed, { name: 'admin', expect: { status: [401], text: null } }),
        ],
      }
    },
    expects: { first: null },
  },
])
