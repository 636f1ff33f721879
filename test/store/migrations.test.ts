import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { expect, test } from 'vitest'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { nodeSqlite } from '../../src/store/node-sqlite.ts'
import { openStore } from '../../src/store/store.ts'
import type { Tables } from '../../src/store/tables.ts'
import { makeDirectory } from './directory.ts'
import { makeSnapshot, minute } from './records.ts'

/** A file as a perfbot that knew no more than these migrations left it, with something in it. */
async function leftBy(newest: string): Promise<string> {
  const directory = await makeDirectory()
  const file = join(directory, 'perfbot.sqlite')
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: nodeSqlite(new DatabaseSync(file), file) }),
  })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error } = await migrator.migrateTo(newest)
  if (error) throw error
  const snapshot = makeSnapshot('s', minute(0))
  await db
    .insertInto('snapshots')
    .values({ id: 's', host: 'atlas', taken_at: minute(0), document: JSON.stringify(snapshot) })
    .execute()
  const finding = { host: 'atlas', id: 'f', rule: 'r', severity: 'high', title: 'Full', target_kind: 'host' }
  await db
    .insertInto('findings')
    .values({
      ...finding,
      target_name: 'atlas',
      first_seen_at: minute(0),
      last_seen_at: minute(0),
      resolved_at: minute(1),
    })
    .execute()
  await db.destroy()
  return directory
}

test.each(Object.keys(MIGRATIONS))(
  'a store of the schema %s is brought up to date with all in it',
  async (newest) => {
    const store = await openStore({ directory: await leftBy(newest) })
    expect(await store.snapshotsSince('atlas', minute(0), 9)).toEqual([makeSnapshot('s', minute(0))])
    await store.appendAudit({ at: minute(1), actor: 'U1', action: 'approved', subject: 's', detail: {} })
    await store.saveSamples('atlas', minute(1), [{ metric: 'm', labels: {}, value: 1 }])
    const checked = await store.check()
    expect(checked).toMatchObject({ damage: [], unreadable: [], brokenAudit: null })
    // What came and went before events were kept is one nevertheless; the newest schema has nothing to make them of.
    const kinds = (await store.events('atlas')).map(({ kind, at }) => [kind, at])
    const known = [
      ['appeared', minute(0)],
      ['resolved', minute(1)],
    ]
    expect(kinds).toEqual(newest < '0007-events' ? known : [])
    await store.close()
  },
)
