import { totalmem } from 'node:os'
import Docker from 'dockerode'
import { installations } from '../support/postgres.ts'
import { type ContainerStage, startContainerStage } from './stage/containers.ts'
import { type PostgresCluster, type PostgresStage, startCluster } from './stage/postgres.ts'
import type { Engines } from './stage.ts'

/** So that nothing is left to say of the cluster but what a scenario breaks; memory is taken when it is used. */
const TUNED = {
  fsync: 'on',
  shared_buffers: `${Math.ceil((totalmem() * 0.12) / 1024 ** 2)}MB`,
  effective_cache_size: `${Math.ceil((totalmem() * 0.5) / 1024 ** 2)}MB`,
  random_page_cost: '1.1',
  max_connections: '40',
  superuser_reserved_connections: '3',
  max_prepared_transactions: '5',
  deadlock_timeout: '20ms',
  idle_in_transaction_session_timeout: '10min',
  track_io_timing: 'on',
  log_lock_waits: 'on',
  shared_preload_libraries: 'pg_stat_statements',
}
const STOCK = { fsync: 'on', shared_preload_libraries: 'pg_stat_statements' }

/** Each engine is started by the first who asks for it. */
export function createEngines(dockerSocket: string | null): Engines {
  let containers: Promise<ContainerStage> | null = null
  const clusters = new Map<string, Promise<PostgresCluster>>()

  function clusterOf(which: 'tuned' | 'stock'): Promise<PostgresCluster> {
    const all = installations()
    const installation = which === 'tuned' ? all.at(-1) : all[0]
    if (!installation) throw new Error('there is no PostgreSQL here')
    const known = clusters.get(which)
    if (known) return known
    const cluster = startCluster(installation, which === 'tuned' ? TUNED : STOCK)
    clusters.set(which, cluster)
    return cluster
  }

  return {
    containers() {
      if (dockerSocket === null) throw new Error('no Docker engine answers; set PERFBOT_TEST_DOCKER_SOCKET')
      containers ??= startContainerStage(new Docker({ socketPath: dockerSocket }), dockerSocket)
      return containers
    },
    postgres: async (which): Promise<PostgresStage> => (await clusterOf(which)).stage(),
    async stop() {
      await (await containers)?.stop()
      for (const cluster of clusters.values()) await (await cluster).stop()
    },
  }
}
