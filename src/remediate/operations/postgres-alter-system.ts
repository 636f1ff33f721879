import pg from 'pg'
import { z } from 'zod'
import { operation } from './operation.ts'
import { formerEntry } from './postgres-entry.ts'
import { quotedSetting, reloadConfiguration, settingArguments, withSession } from './postgres-session.ts'

/** ALTER SYSTEM takes no bind parameters and runs in no transaction, so both parts are quoted here. */
export const alterSystemSet = (setting: string, value: string): string =>
  `ALTER SYSTEM SET ${quotedSetting(setting)} = ${pg.escapeLiteral(value)}`

/** Writes postgresql.auto.conf, which wins over postgresql.conf but not over the command line. */
export const postgresAlterSystem = operation({
  name: 'postgres.alter-system',
  argumentsSchema: z.strictObject({ ...settingArguments, value: z.string() }),
  exact: ({ setting, value }) =>
    `ALTER SYSTEM SET ${setting} = ${pg.escapeLiteral(value)};\nSELECT pg_reload_conf();`,
  run: ({ server, setting, value }, engines, signal) =>
    withSession(server, engines, signal, async (client) => {
      await client.query(alterSystemSet(setting, value))
      await reloadConfiguration(client)
    }),
  wasDone: ({ server, setting, value }, engines, signal) =>
    withSession(server, engines, signal, async (client) => {
      const entry = await formerEntry(client, setting)
      return entry.former === 'entry' && entry.value === value
    }),
})
