import pg from 'pg'
import type { PostgresSource } from '../../../src/collect/postgres/failure.ts'
import { type Installation, startServer } from '../../support/postgres.ts'

/** A cluster in which each scenario has a database of its own. */
export type PostgresStage = {
  /** As config would name it, reading the scenario's database as a superuser. */
  readonly source: PostgresSource
  readonly admin: pg.Client
  /** As `config` gives it, of the scenario's own database; ended with it. */
  connect(changes?: pg.ClientConfig): Promise<pg.Client>
  /** Sets a parameter until the end of the scenario. */
  set(name: string, value: string): Promise<void>
  restart(): Promise<void>
  /** Ends whatever goes on in it, takes back what was set, and drops the database. */
  end(): Promise<void>
}

export type PostgresCluster = {
  /** A new database with pg_stat_statements in it. */
  stage(): Promise<PostgresStage>
  stop(): Promise<void>
}

export async function startCluster(
  installation: Installation,
  settings: Record<string, string>,
): Promise<PostgresCluster> {
  const server = await startServer(installation, settings)
  let count = 0
  const clientOf = async (changes: pg.ClientConfig): Promise<pg.Client> => {
    const client = new pg.Client(changes)
    // Some are ended by the server: that is what their scenario is about.
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  return {
    async stage() {
      count += 1
      const database = `scenario_${count}`
      const url = new URL(server.url)
      url.pathname = database
      let admin = await clientOf({ connectionString: server.url })
      await admin.query(`CREATE DATABASE ${database}`)
      const setup = await clientOf({ connectionString: url.href })
      await setup.query('CREATE EXTENSION pg_stat_statements')
      await setup.query('SELECT pg_stat_reset()')
      await setup.end()
      const clients: pg.Client[] = []
      const isSet = new Set<string>()
      let mustRestart = false
      const apply = () => admin.query('SELECT pg_reload_conf()')
      async function restart() {
        await Promise.allSettled(clients.map((client) => client.end()))
        await admin.end().catch(() => undefined)
        await server.restart()
        admin = await clientOf({ connectionString: server.url })
        mustRestart = false
      }
      return {
        source: { name: 'main', url: url.href, configured: true },
        get admin() {
          return admin
        },
        async connect(changes = {}) {
          const client = await clientOf({ connectionString: url.href, ...changes })
          clients.push(client)
          return client
        },
        async set(name, value) {
          await admin.query(`ALTER SYSTEM SET ${name} = ${admin.escapeLiteral(value)}`)
          isSet.add(name)
          await apply()
        },
        async restart() {
          await restart()
          mustRestart = isSet.size > 0
        },
        async end() {
          await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
            database,
          ])
          await Promise.allSettled(clients.map((client) => client.end()))
          for (const name of isSet) await admin.query(`ALTER SYSTEM RESET ${name}`)
          if (isSet.size > 0) await apply()
          if (mustRestart) await restart()
          await admin.query(`DROP DATABASE ${database} WITH (FORCE)`)
          await admin.end()
        },
      }
    },
    stop: () => server.stop(),
  }
}
