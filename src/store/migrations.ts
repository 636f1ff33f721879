import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { first } from './migrations/0001-first.ts'
import { history } from './migrations/0002-history.ts'
import { alerts } from './migrations/0003-alerts.ts'
import { digests } from './migrations/0004-digests.ts'

import { unusual } from './migrations/0005-unusual.ts'
import { executions } from './migrations/0006-executions.ts'
import { events } from './migrations/0007-events.ts'
import { face } from './migrations/0008-face.ts'

import type { Tables } from './tables.ts'

/** Forward only, in the order of their names. One that was released is never changed. */
export const MIGRATIONS: Record<string, Migration> = {
  '0001-first': first,
  '0002-history': history,
  '0003-alerts': alerts,
  '0004-digests': digests,
  '0005-unusual': unusual,
  '0006-executions': executions,
  '0007-events': events,
  '0008-face': face,
}

export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
