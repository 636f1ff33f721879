import { z } from 'zod'
import { operation } from './operation.ts'
import { formerEntry } from './postgres-entry.ts'
import { quotedSetting, reloadConfiguration, settingArguments, withSession } from './postgres-session.ts'

/** Takes the entry out of postgresql.auto.conf: then postgresql.conf counts again, or the default. */
export const postgresResetSetting = operation({
  name: 'postgres.reset-setting',
  argumentsSchema: z.strictObject(settingArguments),
  exact: ({ setting }) => `ALTER SYSTEM RESET ${setting};\nSELECT pg_reload_conf();`,
  run: ({ server, setting }, engines, signal) =>
    withSession(server, engines, signal, async (client) => {
      await client.query(`ALTER SYSTEM RESET ${quotedSetting(setting)}`)
      await reloadConfiguration(client)
    }),
  wasDone: ({ server, setting }, engines, signal) =>
    withSession(
      server,
      engines,
      signal,
      async (client) => (await formerEntry(client, setting)).former === 'no entry',
    ),
})
