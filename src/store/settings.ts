import type { Kysely } from 'kysely'
import { Setting } from '../model/setting.ts'
import { type OnDamage, parseRecord, readable, storableText } from './documents.ts'
import type { Tables } from './tables.ts'

export type SettingStore = {
  settings(host: string): Promise<Setting[]>
  /** Takes the place of an earlier one of the name. */
  saveSetting(setting: Setting): Promise<void>
}

export function settingStore(db: Kysely<Tables>, onDamage: OnDamage): SettingStore {
  return {
    async settings(host) {
      const rows = await db
        .selectFrom('settings')
        .select(['host', 'name', 'value', 'by_whom as by', 'at'])
        .where('host', '=', host)
        .orderBy('name')
        .execute()
      const parse = (row: (typeof rows)[number]) =>
        parseRecord('settings', row.name, () => Setting.parse(row))
      return readable(rows, parse, onDamage)
    },

    async saveSetting({ host, name, value, by, at }) {
      const row = { value, by_whom: storableText(by), at }
      await db
        .insertInto('settings')
        .values({ host, name, ...row })
        .onConflict((conflict) => conflict.columns(['host', 'name']).doUpdateSet(row))
        .execute()
    },
  }
}
