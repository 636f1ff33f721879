import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What people were told of between digests, and what they want to hear nothing of. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('alerts')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('finding_id', 'text', (column) => column.notNull())
    .addColumn('resolved_at', 'text')
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('alerts_key', ['host', 'finding_id'])
    .execute()
  await db.schema
    .createTable('silences')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('finding_id', 'text', (column) => column.notNull())
    .addColumn('until', 'text')
    .addColumn('by_whom', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('silences_key', ['host', 'finding_id'])
    .execute()
}

export const alerts: Migration = { up }
