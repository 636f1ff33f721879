import { setTimeout as sleep } from 'node:timers/promises'
import { seconds } from '../../src/model/units.ts'
import { freePort } from '../support/free-port.ts'
import { ollamaWith } from './gpus.ts'
import { scenariosOf } from './scenario.ts'
import { serve } from './services.ts'
import { composed, SERVES, WELL_MADE } from './stage/containers.ts'
import { recordedGpus } from './stage/recorded-gpus.ts'
import { serviceAt } from './stage.ts'

/** Another address of the loopback: containers seem to publish what really answers beside them. */
const published = (container: number, host: number) => ({
  PortBindings: { [`${container}/tcp`]: [{ HostIp: '127.0.0.2', HostPort: String(host) }] },
})
const exposed = (container: number) => ({ ExposedPorts: { [`${container}/tcp`]: {} } })

export const wholeSystems = scenariosOf('systems', [
  {
    name: 'the system of the example report, with all its faults at once',
    // Containers, PostgreSQL, Redis and web services are real; its GPUs are recorded, and its Ollama is a fake.
    readings: 2,
    apart: 60,
    async broken(stage) {
      const engine = await stage.containers()
      const [database, redis] = [await stage.postgres('stock'), await stage.redis(['--maxmemory', '64mb'])]
      const { nvidiaSmi } = await recordedGpus(
        stage,
        'rtx-3090-590.44.01.xml',
        [
          [/<total>24576 MiB/, '<total>12288 MiB'],
          [/<free>24120 MiB/, '<free>12281 MiB'],
        ],
        3,
      )
      const models = Array.from({ length: 9 }, (_, index) => ({ name: `model-${index}:8b` }))
      const ollama = await ollamaWith(stage, [], models)
      const [apiPort, databasePort] = [await freePort(), Number(new URL(database.source.url).port)]
      const part = (service: string, needs: readonly string[] = []) => ({
        Labels: composed('workflow', service, needs),
      })
      const api = await engine.start(
        'api',
        `echo 'Traceback (most recent call last):' >&2; echo "ModuleNotFoundError: No module named 'cryptography'" >&2; exit 1`,
        {
          ...part('api', ['postgres', 'redis']),
          ...exposed(8000),
          HostConfig: { ...WELL_MADE, ...published(8000, apiPort), RestartPolicy: { Name: 'always' } },
          Env: [
            `DATABASE_URL=postgresql+asyncpg://app:pw@host.docker.internal:${databasePort}/app`,
            'DB_POOL_SIZE=200',
            'DB_MAX_OVERFLOW=400',
          ],
        },
      )
      const denied = `ERROR GET http://${engine.name('api')}:8000/auth/me failed with status 401 Unauthorized`
      await engine.start('webui', `for n in $(seq 150); do echo '${denied}' >&2; done; ${SERVES}`, {
        ...part('webui', ['api']),
        HostConfig: WELL_MADE,
      })
      await engine.start('postgres', SERVES, {
        ...part('postgres'),
        Image: await engine.image('postgres:16'),
        HostConfig: WELL_MADE,
        Env: ['POSTGRES_SHARED_BUFFERS=256MB', 'POSTGRES_EFFECTIVE_CACHE_SIZE=1GB'],
      })
      await engine.start('redis', SERVES, { ...part('redis'), HostConfig: WELL_MADE })
      await engine.start('ollama', SERVES, {
        ...part('ollama'),
        ...exposed(11434),
        Image: await engine.image('ollama/ollama:0.12.6'),
        HostConfig: { ...WELL_MADE, ...published(11434, Number(new URL(ollama.url).port)) },
        Env: ['OLLAMA_CONCURRENT_REQUESTS=8'],
      })
      let count = 0
      const monitor = await serve(stage, async (_, response) => {
        count += 1
        await sleep(count % 9 === 0 ? 280 : 5)
        response.end('well')
      })
      await engine.until(api, ({ RestartCount }) => RestartCount >= 3)
      return {
        docker: [engine.source],
        postgres: [database.source],
        redis: [{ name: 'cache', url: redis.url, ca: null }],
        nvidiaSmi,
        ollama: [ollama],
        services: [
          serviceAt(`http://127.0.0.1:${apiPort}/health`),
          serviceAt(await serve(stage, (_, response) => void response.end('well')), { name: 'webui' }),
          serviceAt(monitor, { name: 'gpu-monitor', probes: 24 }),
        ],
      }
    },
    expects: {
      first: 'crash-loop',
      severity: 'critical',
      says: /cryptography is not in the image/,
      symptoms: ['log-errors', 'service-down'],
      also: [
        'pg-shared-buffers',
        'pg-pools',
        'env-ignored',
        'ollama-without-gpu',
        'gpu-idle',
        'service-tail',
      ],
    },
  },
  {
    name: 'a cache whose container ends, and what was read of it is gone',
    async broken(stage) {
      const engine = await stage.containers()
      const redis = await stage.redis(['--maxmemory', '64mb'])
      const container = await engine.start(
        'cache',
        "trap 'echo FATAL >&2; exit 3' TERM; while :; do sleep 60 & wait $!; done",
        {
          ...exposed(6379),
          Labels: composed('shop', 'cache'),
          HostConfig: { ...WELL_MADE, ...published(6379, redis.port), RestartPolicy: { Name: 'no' } },
        },
      )
      return {
        docker: [engine.source],
        redis: [{ name: 'cache', url: redis.url, ca: null }],
        async between() {
          await redis.cli('SHUTDOWN', 'NOSAVE').catch(() => undefined)
          await container.kill({ signal: 'TERM' })
          await engine.until(container, ({ State }) => State.Status === 'exited')
        },
      }
    },
    readings: 2,
    expects: { first: 'exited-error', symptoms: ['server-gone'] },
  },
  {
    name: 'a migration that locks a table, and the API that waits for it',
    async broken(stage) {
      const engine = await stage.containers()
      const database = await stage.postgres()
      const port = Number(new URL(database.source.url).port)
      const owner = await database.connect()
      await owner.query('CREATE TABLE orders (id int)')
      const migration = await database.connect({ application_name: 'migration' })
      migration.query('BEGIN; LOCK TABLE orders; SELECT pg_sleep(60)').catch(() => undefined)
      await sleep(200)
      for (let client = 0; client < 3; client += 1) {
        const waiting = await database.connect({ application_name: 'api' })
        waiting.query('SELECT * FROM orders').catch(() => undefined)
      }
      await sleep(300)
      const url = await serve(stage, async (_, response) => {
        await sleep(200)
        response.end('late')
      })
      await engine.start('api', SERVES, {
        ...exposed(8000),
        HostConfig: { ...WELL_MADE, ...published(8000, Number(new URL(url).port)) },
        Env: [`DATABASE_URL=postgres://app:pw@host.docker.internal:${port}/app`],
      })
      return {
        docker: [engine.source],
        postgres: [database.source],
        services: [serviceAt(url, { probes: 20, target: seconds(0.1) })],
      }
    },
    thresholds: { blockedSeconds: 0.2 },
    expects: { first: 'pg-blocking', severity: 'high', symptoms: ['service-slow'] },
  },
])
