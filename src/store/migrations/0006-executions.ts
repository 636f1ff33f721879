import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('votes')
    .addColumn('plan_id', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('decision', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    // One person has one voice: whoever says yes twice has said it once.
    .addPrimaryKeyConstraint('votes_key', ['plan_id', 'person'])
    .addForeignKeyConstraint('votes_plan', ['plan_id', 'digest'], 'plans', ['id', 'digest'])
    .execute()

  await db.schema
    .createTable('runs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('plan_id', 'text', (column) => column.notNull().unique().references('plans.id'))
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('lease_until', 'text', (column) => column.notNull())
    .addColumn('ended_at', 'text')
    .addColumn('document', 'text', (column) => column.notNull())
    .execute()
  // One fix at a time per target, whoever would begin the second.
  await db.schema
    .createIndex('runs_one_per_target')
    .on('runs')
    .column('target')
    .unique()
    .where(sql.ref('ended_at'), 'is', null)
    .execute()

  // What the newest line of the audit log is, apart from the log itself: lines cut off at its end are missed then.
  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute()
  await sql`insert into audit_head (id, sequence, hash)
    select 1, sequence, hash from audit order by sequence desc limit 1`.execute(db)
}

export const executions: Migration = { up }
