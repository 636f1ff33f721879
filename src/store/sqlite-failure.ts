import { dirname } from 'node:path'
import { StoreFailure } from './failure.ts'

/** Primary result codes of SQLite: https://sqlite.org/rescode.html. The high bits of an extended code say more. */
const PERM = 3
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const CONSTRAINT = 19
const NOTADB = 26

export const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`

export const isNotSqlite = (path: string, cause?: unknown): StoreFailure =>
  new StoreFailure(
    `${path} is not a SQLite database`,
    `It was left as it is. Move it away (mv ${quoted(path)} ${quoted(`${path}.broken`)}) and start again.`,
    { cause },
  )

export const isNotWritable = (path: string, cause?: unknown): StoreFailure =>
  new StoreFailure(
    `${path} cannot be written by this user`,
    `Give it to the user that runs perfbot (chown -R "$USER" ${quoted(path)}), or name another directory in config.`,
    { cause },
  )

function explained(path: string, code: number, error: Error): StoreFailure {
  const cause = error
  switch (code & 0xff) {
    case NOTADB:
      return isNotSqlite(path, cause)
    case BUSY:
    case LOCKED:
      return new StoreFailure(
        `${path} is locked by another process`,
        `See who holds it (fuser -v ${quoted(path)}) and stop that process, or wait until it is done.`,
        { cause },
      )
    case FULL:
      return new StoreFailure(
        `There is no room left to write to ${path}; what was written before is intact`,
        `Free space on its disk (df -h ${quoted(dirname(path))}), or keep history for fewer days.`,
        { cause },
      )
    case CORRUPT:
      return new StoreFailure(
        `${path} is damaged: ${error.message}`,
        `Stop perfbot and save what is readable: sqlite3 ${quoted(path)} .recover | sqlite3 recovered.sqlite. ` +
          'Then move the damaged file away and put the recovered one, or a backup, in its place.',
        { cause },
      )
    case PERM:
    case READONLY:
    case CANTOPEN:
      return isNotWritable(path, cause)
    case IOERR:
      return new StoreFailure(
        `The disk failed while ${path} was read or written: ${error.message}`,
        'Look at the disk and its file system: dmesg | tail; df -h; df -i.',
        { cause },
      )
    case CONSTRAINT:
      return new StoreFailure(
        `${path} refused a record: ${error.message}`,
        'Nothing was changed. This is a defect in perfbot: please report it with this message.',
        { cause },
      )
    default:
      return new StoreFailure(
        `SQLite failed on ${path}: ${error.message}`,
        'Nothing was changed. If it happens again, please report it with this message.',
        { cause },
      )
  }
}

/** What went wrong in SQLite, for a person; any other error as it was. */
export function sqliteFailure(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error
  return explained(path, error.errcode, error)
}
