import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { SqliteDatabase } from 'kysely'
import { sqliteFailure } from './sqlite-failure.ts'

/** node:sqlite in the shape that Kysely's SqliteDialect expects, with failures told in words. */
export function nodeSqlite(database: DatabaseSync, path: string): SqliteDatabase {
  function told<Value>(act: () => Value): Value {
    try {
      return act()
    } catch (error) {
      throw sqliteFailure(path, error)
    }
  }

  return {
    close: () => told(() => database.close()),
    prepare: (sql) =>
      told(() => {
        // SQLite has already rolled back by itself when the disk is full; a second time would hide that error.
        if (sql === 'rollback' && !database.isTransaction)
          return nodeSqlite(database, path).prepare('select 1')
        // Every transaction here writes. One that begins by reading cannot wait for another writer's lock.
        const statement = database.prepare(sql === 'begin' ? 'begin immediate' : sql)
        const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[]
        return {
          reader: statement.columns().length > 0,
          all: (parameters) => told(() => statement.all(...values(parameters))),
          run: (parameters) => told(() => statement.run(...values(parameters))),
          iterate: (parameters) => statement.iterate(...values(parameters)),
        }
      }),
  }
}
