import type { ContainerReading } from '../../model/container-reading.ts'
import { counted } from '../../model/format.ts'
import type { PostgresReading } from '../../model/postgres-reading.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { manual } from '../fixes.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { databases } from '../subjects.ts'
import { thingsAt } from '../whereabouts.ts'

/** What one container may open: processes × (pool + overflow). */
type Pool = {
  readonly container: ContainerReading
  readonly processes: number
  readonly size: number
  readonly overflow: number
  readonly variables: readonly string[]
}

const PROCESSES = /^(?:WEB_CONCURRENCY|WORKERS|(?:MAX|NUM|GUNICORN|UVICORN|CELERY)_WORKERS)$/
const SIZE = /(?:^|_)(?:POOL_SIZE|POOL_MAX|CONNECTION_LIMIT)$/
const OVERFLOW = /(?:^|_)MAX_OVERFLOW$/

/** A pool of something else has its name before it: REDIS_POOL_SIZE is not the database's. */
const OF_OTHERS = /REDIS|CACHE|HTTP|THREAD|AMQP|RABBIT|MONGO|MYSQL/

function numberOf({ environment }: ContainerReading, names: RegExp): { name: string; value: number } | null {
  for (const { name, value } of environment) {
    const number = Number(value)
    if (names.test(name) && !OF_OTHERS.test(name) && value !== null && Number.isInteger(number) && number > 0)
      return { name, value: number }
  }
  return null
}

function poolOf(container: ContainerReading): Pool | null {
  const size = numberOf(container, SIZE)
  if (!size) return null
  const overflow = numberOf(container, OVERFLOW)
  const processes = numberOf(container, PROCESSES)
  return {
    container,
    processes: processes?.value ?? 1,
    size: size.value,
    overflow: overflow?.value ?? 0,
    variables: [size, overflow, processes].flatMap((each) => (each ? [`${each.name}=${each.value}`] : [])),
  }
}

const mostOf = ({ processes, size, overflow }: Pool): number => processes * (size + overflow)

/** Those that are set up to use the server, also one that cannot start just now: it is meant to. */
const poolsAt = (server: PostgresReading, snapshot: Snapshot): Pool[] =>
  snapshot.containers
    .filter(({ state, exitCode }) => state !== 'exited' || exitCode !== 0)
    .filter((container) =>
      container.connectionTargets.some(({ host, port }) =>
        thingsAt({ host, port: port ?? 5432 }, container, snapshot).includes(`postgres ${server.name}`),
      ),
    )
    .flatMap((container) => poolOf(container) ?? [])

/** Room for people, for migrations and for monitoring. */
const LEFT_FREE = 0.8
/** PostgreSQL's wiki: cores × 2 and a few at work at once; more only take turns. */
const AT_WORK = (cores: number): number => cores * 2 + 4

/** `pool_size` for each process, so that all fit and still have work for every core. */
function fittingSize(pools: readonly Pool[], open: number, { machine }: Snapshot): number {
  const processes = pools.reduce((sum, pool) => sum + pool.processes, 0)
  const useful = machine ? Math.max(AT_WORK(machine.cpu.count), processes) : open
  return Math.max(1, Math.floor(Math.min(open * LEFT_FREE, useful) / processes))
}

export const poolsTooLarge = rule({
  id: 'pg-pools',
  about: 'postgres',
  looksAt: 'what the pools of its clients may open together, against max_connections',
  subjects: databases,
  check(server, context): Verdict {
    const pools = poolsAt(server, context.snapshot)
    if (pools.length === 0) return 'passed'
    const open = server.connections.maximum - server.connections.reserved
    const most = pools.reduce((sum, pool) => sum + mostOf(pool), 0)
    if (most <= open) return 'passed'
    return {
      severity: 'high',
      title: `The pools of ${server.name} may open ${most} connections, and it takes ${open}`,
      impact: 'Under load the rest is refused: "sorry, too many clients already". It is an outage to come.',
      rootCause: `${pools.map(sayOf).join('; ')}. Each process has a pool of its own.`,
      evidence: evidenceOf(pools, most, open, context),
      fixes: [
        manual(
          `Give each process a pool of ${fittingSize(pools, open, context.snapshot)} without overflow`,
          pools.map((pool) => changeOf(pool, fittingSize(pools, open, context.snapshot))).join('\n'),
        ),
        manual('Or put a pooler in front', 'PgBouncer: pool_mode = transaction, default_pool_size = 20'),
      ],
    }
  },
})

const sayOf = ({ container, processes, size, overflow }: Pool): string =>
  `${container.name}: ${counted(processes, 'process', 'processes')} × (${size} + ${overflow})`

const nameIn = ({ variables }: Pool, names: RegExp): string | undefined =>
  variables.map((each) => each.split('=')[0] ?? '').find((name) => names.test(name))

function changeOf(pool: Pool, size: number): string {
  const overflow = nameIn(pool, OVERFLOW)
  return `compose file, service ${pool.container.compose?.service ?? pool.container.name}, environment: ${nameIn(pool, SIZE)}: ${size}${overflow ? `, ${overflow}: 0` : ''}`
}

const evidenceOf = (pools: readonly Pool[], most: number, open: number, context: Context) => [
  measured(context)('may be opened', most, 'count', 'processes × (pool + overflow)'),
  measured(context)('open to clients', open, 'count', 'max_connections − reserved'),
  ...pools.map(({ container, variables }) =>
    observed(context)(container.name, variables.join(', '), 'docker inspect Config.Env'),
  ),
]
