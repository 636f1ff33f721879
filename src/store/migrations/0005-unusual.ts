import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What was learnt of each series, and when one did what its past does not explain. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('detectors')
    .addColumn('series_id', 'integer', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .execute()
  // `at` in milliseconds since 1970.
  await db.schema
    .createTable('unusual')
    .addColumn('series_id', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('unusual_key', ['series_id', 'at'])
    .execute()
  await db.schema.createIndex('unusual_by_time').on('unusual').column('at').execute()
}

export const unusual: Migration = { up }
