import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Which channels get a digest, and until when they have had theirs. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('digests')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('expression', 'text')
    .addColumn('timezone', 'text')
    .addColumn('by_whom', 'text')
    .addColumn('since', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('digests_key', ['host', 'channel'])
    .execute()
}

export const digests: Migration = { up }
