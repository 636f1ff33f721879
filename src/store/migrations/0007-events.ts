import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

type Before = {
  findings: {
    host: string
    id: string
    severity: string
    title: string
    first_seen_at: string
    resolved_at: string | null
  }
  events: { host: string; at: string; kind: string; subject: string; document: string }
}

/** What happened when, and what was last seen in use. Of findings that are known it is known when they came and went. */
async function up(anyDb: Kysely<unknown>): Promise<void> {
  const db = anyDb as Kysely<Before>
  await db.schema
    .createTable('events')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('events_key', ['host', 'at', 'kind', 'subject'])
    .execute()
  await db.schema.createIndex('events_by_subject').on('events').columns(['host', 'subject', 'at']).execute()
  await db.schema
    .createTable('deployed')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('deployed_key', ['host', 'subject'])
    .execute()

  for (const { host, id, severity, title, first_seen_at, resolved_at } of await db
    .selectFrom('findings')
    .select(['host', 'id', 'severity', 'title', 'first_seen_at', 'resolved_at'])
    .execute()) {
    const event = (kind: string, at: string) => ({
      host,
      at,
      kind,
      subject: id,
      document: JSON.stringify({ host, at, kind, subject: id, title, severity }),
    })
    await db.insertInto('events').values(event('appeared', first_seen_at)).execute()
    if (resolved_at) await db.insertInto('events').values(event('resolved', resolved_at)).execute()
  }
}

export const events: Migration = { up }
