import { scenariosOf } from './scenario.ts'
import { composed, MEBIBYTE, SERVES, WELL_MADE } from './stage/containers.ts'

const repeat = (times: number, line: string): string =>
  `for n in $(seq ${times}); do echo "${line}" >&2; done; ${SERVES}`

export const runningContainers = scenariosOf('containers', [
  {
    name: 'an API that is set up to use a cache which has ended',
    async broken(stage) {
      const engine = await stage.containers()
      const network = await engine.network('net')
      const HostConfig = { ...WELL_MADE, NetworkMode: network }
      const cache = await engine.start('cache', 'exit 0', {
        HostConfig: { ...HostConfig, RestartPolicy: { Name: 'no' } },
      })
      await engine.until(cache, ({ State }) => State.Status === 'exited')
      await engine.start('api', SERVES, {
        HostConfig,
        Env: [`REDIS_URL=redis://${engine.name('cache')}:6379/0`],
      })
      return { docker: [engine.source] }
    },
    expects: { first: 'container-dependency-down', severity: 'high' },
  },
  {
    name: 'an API in another network than the database that it is set up to use',
    async broken(stage) {
      const engine = await stage.containers()
      const [front, back] = [await engine.network('front'), await engine.network('back')]
      await engine.start('db', SERVES, { HostConfig: { ...WELL_MADE, NetworkMode: back } })
      await engine.start('api', SERVES, {
        HostConfig: { ...WELL_MADE, NetworkMode: front },
        Env: [`DATABASE_URL=postgres://app:secret@${engine.name('db')}:5432/app`],
      })
      return { docker: [engine.source] }
    },
    expects: { first: 'container-dependency-apart', severity: 'medium', says: /network connect/ },
  },
  {
    name: 'an API whose calls are refused by a container where nothing listens',
    async broken(stage) {
      const engine = await stage.containers()
      const network = await engine.network('net')
      const HostConfig = { ...WELL_MADE, NetworkMode: network }
      const db = await engine.start('db', 'echo "FATAL: data directory is gone" >&2; exit 1', {
        HostConfig: { ...HostConfig, RestartPolicy: { Name: 'no' } },
        Labels: composed('shop', 'db'),
      })
      await engine.until(db, ({ State }) => State.Status === 'exited')
      const target = `${engine.name('db')}:5432`
      const script = `for n in $(seq 120); do echo "ERROR dial tcp ${target}: connect: connection refused" >&2; done; ${SERVES}`
      await engine.start('api', script, { HostConfig, Labels: composed('shop', 'api', ['db']) })
      return { docker: [engine.source] }
    },
    expects: { first: 'exited-error', severity: 'high', symptoms: ['log-errors'] },
  },
  {
    name: 'a program that really cannot resolve the name of its database',
    async broken(stage) {
      const engine = await stage.containers()
      const script = `while :; do wget -q -O- http://postgres-primary:8000/ || true; sleep 0.01; done`
      const api = await engine.start('api', script, {
        HostConfig: { ...WELL_MADE, NetworkMode: 'none' },
      })
      await engine.logged(api, 'bad address', 110)
      return { docker: [engine.source] }
    },
    expects: { first: 'log-errors', severity: 'medium', says: /postgres-primary/ },
  },
  {
    name: 'a program whose connections are really refused by its neighbour',
    async broken(stage) {
      const engine = await stage.containers()
      const network = await engine.network('net')
      const HostConfig = { ...WELL_MADE, NetworkMode: network }
      await engine.start('backend', SERVES, { HostConfig })
      const script = `while :; do wget -q -O- http://${engine.name('backend')}:8000/; sleep 0.01; done`
      const front = await engine.start('front', script, { HostConfig })
      await engine.logged(front, 'refused', 110)
      return { docker: [engine.source] }
    },
    expects: { first: 'log-errors', severity: 'medium', says: /refused/ },
  },
  {
    name: 'a container near the number of processes that it may have',
    async broken(stage) {
      const engine = await stage.containers()
      const forks = await engine.start(
        'forks',
        `for n in $(seq 18); do sleep 1000 & done; echo forked; ${SERVES}`,
        { HostConfig: { ...WELL_MADE, PidsLimit: 22 } },
      )
      await engine.logged(forks, 'forked')
      return { docker: [engine.source] }
    },
    expects: { first: 'container-tasks', severity: 'high' },
  },
  {
    name: 'a PostgreSQL image whose settings stand in variables that it does not read',
    quick: true,
    async broken(stage) {
      const engine = await stage.containers()
      await engine.start('postgres', SERVES, {
        Image: await engine.image('postgres:16'),
        HostConfig: WELL_MADE,
        Env: ['POSTGRES_SHARED_BUFFERS=256MB', 'POSTGRES_WORK_MEM=4MB', 'POSTGRES_DB=app'],
      })
      return { docker: [engine.source] }
    },
    expects: {
      first: 'env-ignored',
      severity: 'medium',
      says: /POSTGRES_SHARED_BUFFERS, POSTGRES_WORK_MEM, which/,
    },
  },
  {
    name: 'a Redis image whose memory limit stands in a variable that it does not read',
    async broken(stage) {
      const engine = await stage.containers()
      await engine.start('cache', SERVES, {
        Image: await engine.image('redis:7.4'),
        HostConfig: WELL_MADE,
        Env: ['REDIS_MAXMEMORY=256mb', 'REDIS_URL=redis://elsewhere:6379'],
      })
      return { docker: [engine.source] }
    },
    expects: { first: 'env-ignored', severity: 'medium', says: /REDIS_MAXMEMORY, which/ },
  },
  {
    name: 'an Ollama image with a variable that does not exist',
    async broken(stage) {
      const engine = await stage.containers()
      await engine.start('ollama', SERVES, {
        Image: await engine.image('ollama/ollama:0.12.6'),
        HostConfig: WELL_MADE,
        Env: ['OLLAMA_CONCURRENT_REQUESTS=8', 'OLLAMA_NUM_PARALLEL=4'],
      })
      return { docker: [engine.source] }
    },
    expects: { first: 'env-ignored', severity: 'medium', says: /CONCURRENT_REQUESTS, which/ },
  },
  {
    name: 'a container that holds the socket of Docker and has no memory limit',
    async broken(stage) {
      const engine = await stage.containers()
      await engine.start('agent', SERVES, {
        HostConfig: {
          RestartPolicy: { Name: 'always' },
          Binds: ['/var/run/docker.sock:/var/run/docker.sock'],
        },
      })
      await engine.start('web', SERVES, { HostConfig: WELL_MADE })
      return { docker: [engine.source] }
    },
    expects: {
      first: null,
      also: ['container-docker-socket', 'container-no-memory-limit', 'container-log-unbounded'],
    },
  },
  {
    name: 'a container that somebody paused and forgot',
    async broken(stage) {
      const engine = await stage.containers()
      const forgotten = await engine.start('worker', SERVES, { HostConfig: WELL_MADE })
      await forgotten.pause()
      stage.undo(() => forgotten.unpause())
      return { docker: [engine.source] }
    },
    expects: { first: 'container-paused', severity: 'low' },
    apart: 900,
  },
  {
    name: 'an API whose log tells that its pool of connections is exhausted',
    async broken(stage) {
      const engine = await stage.containers()
      const line =
        'ERROR sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00'
      await engine.start('api', repeat(150, line), { HostConfig: WELL_MADE })
      return { docker: [engine.source] }
    },
    expects: { first: 'log-errors', severity: 'medium', says: /pool/i },
  },
  {
    name: 'a worker that is limited by somebody else’s rate',
    async broken(stage) {
      const engine = await stage.containers()
      const line =
        'ERROR RateLimitError: 429 Too Many Requests: rate limit of 60 requests per minute exceeded'
      await engine.start('worker', repeat(150, line), { HostConfig: WELL_MADE })
      return { docker: [engine.source] }
    },
    expects: { first: 'log-errors', severity: 'medium', says: /rate/i },
  },
  {
    name: 'an API whose certificate has expired, by what its callers log',
    async broken(stage) {
      const engine = await stage.containers()
      const line = 'ERROR request to https://auth.internal:8443/token failed, reason: certificate has expired'
      await engine.start('api', repeat(30, line), { HostConfig: WELL_MADE })
      return { docker: [engine.source] }
    },
    expects: { first: 'log-errors', severity: 'medium', says: /certificate/i },
  },
  {
    name: 'deadlocks in the log of a database that is not read otherwise',
    async broken(stage) {
      const engine = await stage.containers()
      const line = '2026-11-24 10:00:00.000 UTC [71] ERROR:  deadlock detected'
      await engine.start('db', repeat(120, line), { HostConfig: { ...WELL_MADE, Memory: 96 * MEBIBYTE } })
      return { docker: [engine.source] }
    },
    expects: { first: 'log-errors', severity: 'medium', says: /deadlock/i },
  },
])
