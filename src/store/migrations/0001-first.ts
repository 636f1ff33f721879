import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** A migration sees tables as they were, not as `Tables` has them today: hence `unknown`. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('snapshots')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('taken_at', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('snapshots_by_time').on('snapshots').columns(['host', 'taken_at']).execute()

  await db.schema
    .createTable('reports')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('reports_by_time').on('reports').columns(['host', 'created_at']).execute()

  await db.schema
    .createTable('findings')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('target_kind', 'text', (column) => column.notNull())
    .addColumn('target_name', 'text', (column) => column.notNull())
    .addColumn('severity', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('first_seen_at', 'text', (column) => column.notNull())
    .addColumn('last_seen_at', 'text', (column) => column.notNull())
    .addColumn('resolved_at', 'text')
    .addPrimaryKeyConstraint('findings_key', ['host', 'id'])
    .execute()

  await db.schema
    .createTable('plans')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('report_id', 'text', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('finding_id', 'text', (column) => column.notNull())
    .addColumn('command', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addUniqueConstraint('plans_digest', ['id', 'digest'])
    .execute()
  await db.schema
    .createIndex('plans_by_finding')
    .on('plans')
    .columns(['host', 'finding_id', 'command', 'created_at'])
    .execute()
  await db.schema.createIndex('plans_by_report').on('plans').column('report_id').execute()

  // The primary key is what makes a claim exclusive; the foreign key binds it to the digest that was shown.
  await db.schema
    .createTable('approvals')
    .addColumn('plan_id', 'text', (column) => column.primaryKey())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addForeignKeyConstraint('approvals_plan', ['plan_id', 'digest'], 'plans', ['id', 'digest'])
    .execute()

  await db.schema
    .createTable('executions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('plan_id', 'text', (column) => column.notNull().unique().references('plans.id'))
    .addColumn('document', 'text', (column) => column.notNull())
    .execute()

  // Unique on previous_hash: a chain that forks cannot be written, whatever the engine's isolation.
  await db.schema
    .createTable('audit')
    .addColumn('sequence', 'integer', (column) => column.primaryKey())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('previous_hash', 'text', (column) => column.notNull().unique())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .execute()
}

export const first: Migration = { up }
