import { type Kysely, sql } from 'kysely'
import { holdLock, isPostgres } from '../engine.ts'
import type { Tables } from '../tables.ts'

export type Partitioned = 'series_raw' | 'series_minutes' | 'series_hours'

export const PARTITIONED: readonly Partitioned[] = ['series_raw', 'series_minutes', 'series_hours']

/** Hours of a partition: a week, so that a year is some fifty of them and forgetting one is dropping a table. */
const PARTITION_HOURS = 7 * 24

const nameOf = (table: Partitioned, number: number): string => `${table}_w${number}`

/** Makes the partitions that rows of the hour go into. SQLite has none. */
export async function ensurePartitions(db: Kysely<Tables>, hour: number): Promise<void> {
  if (!isPostgres(db)) return
  const number = Math.floor(hour / PARTITION_HOURS)
  const there = await partitionsOf(db)
  const missing = PARTITIONED.filter((table) => !there.has(nameOf(table, number)))
  if (missing.length === 0) return
  await db.transaction().execute(async (transaction) => {
    await holdLock(transaction, 'partitions')
    for (const table of missing) {
      const [from, to] = [number * PARTITION_HOURS, (number + 1) * PARTITION_HOURS]
      await sql`create table if not exists ${sql.table(nameOf(table, number))} partition of ${sql.table(table)}
        for values from (${sql.lit(from)}) to (${sql.lit(to)})`.execute(transaction)
    }
  })
}

/** Drops the partitions of a table that end before the hour: that costs nothing, where deleting their rows would. */
export async function dropPartitions(db: Kysely<Tables>, table: Partitioned, before: number): Promise<void> {
  if (!isPostgres(db)) return
  for (const name of await partitionsOf(db)) {
    const number = new RegExp(`^${table}_w(\\d+)$`).exec(name)?.[1]
    if (number === undefined || (Number(number) + 1) * PARTITION_HOURS > before) continue
    await sql`drop table if exists ${sql.table(name)}`.execute(db)
  }
}

async function partitionsOf(db: Kysely<Tables>): Promise<Set<string>> {
  const { rows } = await sql<{ name: string }>`
    select child.relname as name
    from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent in (${sql.join(PARTITIONED.map((table) => sql`to_regclass(${table})`))})`.execute(db)
  return new Set(rows.map(({ name }) => name))
}
