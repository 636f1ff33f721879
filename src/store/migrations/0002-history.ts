import type { Kysely } from 'kysely'
import { PostgresAdapter, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Numbers over time. A collection is one row of `sample_batches`; when its hour is over, each series gets one block
 * for the hour, in three finenesses that are forgotten at different ages.
 */
async function up(db: Kysely<unknown>): Promise<void> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter
  const block = isPostgres ? 'bytea' : 'blob'

  await db.schema
    .createTable('series')
    .addColumn('id', isPostgres ? 'serial' : 'integer', (column) => column.primaryKey())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('metric', 'text', (column) => column.notNull())
    .addColumn('labels', 'text', (column) => column.notNull())
    .addUniqueConstraint('series_key', ['host', 'metric', 'labels'])
    .execute()

  // Times in milliseconds since 1970.
  await db.schema
    .createTable('sample_batches')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('block', block, (column) => column.notNull())
    .addPrimaryKeyConstraint('sample_batches_key', ['host', 'at'])
    .execute()

  // `hour` counts hours since 1970. Rows of one series lie side by side, so that a month of it is a few pages.
  for (const name of ['series_raw', 'series_minutes']) {
    const table = db.schema
      .createTable(name)
      .addColumn('series_id', 'integer', (column) => column.notNull())
      .addColumn('hour', 'integer', (column) => column.notNull())
      .addColumn('block', block, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${name}_key`, ['series_id', 'hour'])
    await (isPostgres
      ? table.modifyEnd(sql`partition by range (hour)`)
      : table.modifyEnd(sql`without rowid`)
    ).execute()
  }
  const hours = db.schema
    .createTable('series_hours')
    .addColumn('series_id', 'integer', (column) => column.notNull())
    .addColumn('hour', 'integer', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('minimum', 'double precision', (column) => column.notNull())
    .addColumn('maximum', 'double precision', (column) => column.notNull())
    .addColumn('total', 'double precision', (column) => column.notNull())
    .addColumn('sketch', block, (column) => column.notNull())
    .addPrimaryKeyConstraint('series_hours_key', ['series_id', 'hour'])
  await (isPostgres
    ? hours.modifyEnd(sql`partition by range (hour)`)
    : hours.modifyEnd(sql`without rowid`)
  ).execute()
}

export const history: Migration = { up }
