import type { Kysely } from 'kysely'
import type { Timestamp } from '../model/units.ts'
import type { Tables } from './tables.ts'

export type TakenEventStore = {
  /** True for exactly one of all bots that were told of the same event. */
  takeEvent(key: string, now: Timestamp): Promise<boolean>
  forgetEvents(before: Timestamp): Promise<void>
}

export function takenEventStore(db: Kysely<Tables>): TakenEventStore {
  return {
    async takeEvent(key, at) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('taken_events')
        .values({ key, at })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },

    async forgetEvents(before) {
      await db.deleteFrom('taken_events').where('at', '<', before).execute()
    },
  }
}
