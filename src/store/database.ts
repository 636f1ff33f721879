import { constants } from 'node:fs'
import { access, mkdir, open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import { type Seconds, seconds } from '../model/units.ts'
import { StoreFailure } from './failure.ts'
import { MIGRATIONS, migrate } from './migrations.ts'
import { nodeSqlite } from './node-sqlite.ts'
import { isNotSqlite, isNotWritable, quoted, sqliteFailure } from './sqlite-failure.ts'
import type { Tables } from './tables.ts'

export const FILE_NAME = 'perfbot.sqlite'

/** node:sqlite waits synchronously, and Slack wants its answer within three seconds: so less than that. */
const BUSY_TIMEOUT = seconds(2)

export type DatabaseOptions = { directory: string; busyTimeout?: Seconds }

/** The one SQLite file, checked before anything is written to it, and migrated. */
export async function openDatabase(options: DatabaseOptions): Promise<Kysely<Tables>> {
  const path = join(options.directory, FILE_NAME)
  const timeout = (options.busyTimeout ?? BUSY_TIMEOUT) * 1000
  await makeDirectory(options.directory)
  const existed = await checkFile(path)
  try {
    if (existed) checkContent(path, timeout)
    else await createPrivately(path)
    return await connect(path, timeout)
  } catch (error) {
    throw sqliteFailure(path, error)
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw isPermission(error)
      ? isNotWritable(directory, error)
      : new StoreFailure(
          `${directory} cannot be made: ${(error as Error).message}`,
          'Name a directory on a writable disk in config.',
          { cause: error },
        )
  }
}

/** How every SQLite file begins: https://sqlite.org/fileformat.html#magic_header_string */
const MAGIC = 'SQLite format 3\0'

/** Whether there is a file with something in it. */
async function checkFile(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw isNotWritable(dirname(path), error)
  })
  if (!found) return false
  if (!found.isFile()) {
    throw new StoreFailure(
      `${path} is a ${found.isDirectory() ? 'directory' : 'special file'}, where perfbot keeps its database`,
      `It was left as it is. Move it away (mv ${quoted(path)} ${quoted(`${path}.moved`)}) and start again.`,
    )
  }
  await access(path, constants.R_OK | constants.W_OK).catch((error: unknown) => {
    throw isNotWritable(path, error)
  })
  if (found.size === 0) return false
  // Not left to SQLite: it takes a file of a few bytes for an empty database and writes over it.
  const beginning = await readBeginning(path, MAGIC.length)
  if (beginning !== MAGIC) throw isNotSqlite(path)
  return true
}

async function readBeginning(path: string, length: number): Promise<string> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0)
  return buffer.toString('latin1', 0, bytesRead)
}

/** Looks read-only, so that a file that is not ours, or not ours yet, stays as it was to the byte. */
function checkContent(path: string, timeout: number): void {
  using database = new DatabaseSync(path, { readOnly: true, timeout })
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all()
  if (tables.length === 0) return
  if (!tables.some(({ name }) => name === 'kysely_migration')) {
    throw new StoreFailure(
      `${path} is the SQLite database of another program`,
      `It was left as it is. Move it away (mv ${quoted(path)} ${quoted(`${path}.moved`)}), or name another directory in config.`,
    )
  }
  const unknown = database
    .prepare('select name from kysely_migration order by name')
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !Object.hasOwn(MIGRATIONS, name))
  if (unknown.length > 0) {
    throw new StoreFailure(
      `${path} was written by a newer perfbot: this one does not know ${unknown.join(', ')}`,
      'It was left as it is. Install the newer perfbot again, or name another directory in config.',
    )
  }
}

/** SQLite makes files by the umask, and gives the -wal and -shm beside them the mode of the main file. */
async function createPrivately(path: string): Promise<void> {
  try {
    const file = await open(path, 'a', 0o600)
    await file.close()
  } catch (error) {
    throw isPermission(error) ? isNotWritable(dirname(path), error) : isNotSqlite(path, error)
  }
}

async function connect(path: string, timeout: number): Promise<Kysely<Tables>> {
  const database = new DatabaseSync(path, { timeout, enableForeignKeyConstraints: true })
  try {
    // WAL: readers such as `perfbot report` do not block the bot. FULL: a claim or an audit line that a power
    // cut forgets would let a plan be applied twice, and a few fsyncs a minute cost nothing.
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = full')
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: nodeSqlite(database, path) }) })
    // Kysely runs SQLite's migrations without a transaction, although SQLite can do better: all or none.
    database.exec('begin immediate')
    await migrate(db)
    database.exec('commit')
    return db
  } catch (error) {
    database.close()
    throw error
  }
}

const isPermission = (error: unknown): boolean =>
  ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')
