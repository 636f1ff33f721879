import type { Kysely } from 'kysely'
import { Deployed, HostEvent } from '../model/event.ts'
import type { Timestamp } from '../model/units.ts'
import { documentOf, type OnDamage, parseRecord, readable, storableText } from './documents.ts'
import type { Tables } from './tables.ts'

export type EventsWanted = {
  readonly since?: Timestamp
  readonly kinds?: readonly HostEvent['kind'][]
  readonly subject?: string
  /** The newest so many. */
  readonly limit?: number
}

export type EventStore = {
  /** Saved twice is there once: two bots that see the same thing happen see one thing. */
  saveEvents(events: readonly HostEvent[]): Promise<void>
  /** Oldest first. */
  events(host: string, wanted?: EventsWanted): Promise<HostEvent[]>
  /** What was last seen in use. */
  deployed(host: string): Promise<Deployed[]>
  /** Takes the place of what was seen of the same things before. */
  saveDeployed(deployed: readonly Deployed[]): Promise<void>
  pruneEvents(before: Timestamp): Promise<void>
}

/** SQLite takes some thousand values in one statement. */
const ROWS = 500

export async function insertEvents(db: Kysely<Tables>, events: readonly HostEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += ROWS) {
    await db
      .insertInto('events')
      .values(
        events.slice(from, from + ROWS).map((event) => ({
          host: event.host,
          at: event.at,
          kind: event.kind,
          subject: storableText(event.subject),
          document: documentOf(`What happened to ${event.subject}`, event),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

export function eventStore(db: Kysely<Tables>, onDamage: OnDamage): EventStore {
  return {
    saveEvents: (events) => insertEvents(db, events),

    async events(host, { since, kinds, subject, limit } = {}) {
      const rows = await db
        .selectFrom('events')
        .select(['at', 'subject', 'document'])
        .where('host', '=', host)
        .$if(since !== undefined, (query) => query.where('at', '>=', since as string))
        .$if(kinds !== undefined, (query) => query.where('kind', 'in', [...(kinds ?? [])]))
        .$if(subject !== undefined, (query) => query.where('subject', '=', storableText(subject ?? '')))
        .orderBy('at', 'desc')
        .orderBy('kind')
        .orderBy('subject')
        .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
        .execute()
      return readable(
        rows.toReversed(),
        (row) =>
          parseRecord('events', `${row.subject} ${row.at}`, () => HostEvent.parse(JSON.parse(row.document))),
        onDamage,
      )
    },

    async deployed(host) {
      const rows = await db
        .selectFrom('deployed')
        .select(['subject', 'document'])
        .where('host', '=', host)
        .orderBy('subject')
        .execute()
      return readable(
        rows,
        (row) => parseRecord('deployed', row.subject, () => Deployed.parse(JSON.parse(row.document))),
        onDamage,
      )
    },

    async saveDeployed(deployed) {
      for (const each of deployed) {
        const subject = storableText(each.subject)
        const document = documentOf(`What is in use of ${subject}`, each)
        await db
          .insertInto('deployed')
          .values({ host: each.target.host, subject, document })
          .onConflict((conflict) => conflict.columns(['host', 'subject']).doUpdateSet({ document }))
          .execute()
      }
    },

    async pruneEvents(before) {
      await db.deleteFrom('events').where('at', '<', before).execute()
    },
  }
}
