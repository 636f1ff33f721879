import type { Kysely } from 'kysely'
import { DigestSubscription } from '../model/digest.ts'
import type { Timestamp } from '../model/units.ts'
import { type OnDamage, parseRecord, readable, storableText } from './documents.ts'
import type { Tables } from './tables.ts'

export type DigestStore = {
  digestSubscriptions(host: string): Promise<DigestSubscription[]>
  /** Takes the place of an earlier one of the channel. */
  saveDigestSubscription(subscription: DigestSubscription): Promise<void>
  /**
   * Moves `since` on from what it was: true for exactly one of all bots that want to send the digest that is due.
   * What is sent is claimed first: twice is worse than once too few.
   */
  claimDigest(subscription: DigestSubscription, until: Timestamp): Promise<boolean>
}

export function digestStore(db: Kysely<Tables>, onDamage: OnDamage): DigestStore {
  return {
    async digestSubscriptions(host) {
      const rows = await db
        .selectFrom('digests')
        .select(['host', 'channel', 'expression', 'timezone', 'by_whom as by', 'since'])
        .where('host', '=', host)
        .orderBy('channel')
        .execute()
      const parse = (row: (typeof rows)[number]) =>
        parseRecord('digests', row.channel, () => DigestSubscription.parse(row))
      return readable(rows, parse, onDamage)
    },

    async saveDigestSubscription({ host, channel, expression, timezone, by, since }) {
      const row = { expression, timezone, by_whom: by === null ? null : storableText(by), since }
      await db
        .insertInto('digests')
        .values({ host, channel, ...row })
        .onConflict((conflict) => conflict.columns(['host', 'channel']).doUpdateSet(row))
        .execute()
    },

    async claimDigest({ host, channel, since }, until) {
      const { numUpdatedRows } = await db
        .updateTable('digests')
        .set({ since: until })
        .where('host', '=', host)
        .where('channel', '=', channel)
        .where('since', '=', since)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
  }
}
