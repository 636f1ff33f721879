import pg from 'pg'
import { z } from 'zod'
import { canonicalJson } from '../../model/identity.ts'
import { operation } from './operation.ts'
import { alterSystemSet } from './postgres-alter-system.ts'
import { Entry, formerEntry } from './postgres-entry.ts'
import { quotedSetting, reloadConfiguration, settingArguments, withSession } from './postgres-session.ts'

const MAY_RELOAD = `SELECT has_function_privilege('pg_reload_conf()', 'EXECUTE') AS allowed`

/** SQLSTATE insufficient_privilege. */
const isDenied = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '42501'

/** What a role that is no superuser needs (PostgreSQL 15 and later for ALTER SYSTEM). */
const grantsFor = (role: string, setting: string): string =>
  [
    `GRANT ALTER SYSTEM ON PARAMETER ${setting} TO ${role}`,
    `GRANT SELECT ON pg_file_settings TO ${role}`,
    `GRANT EXECUTE ON FUNCTION pg_show_all_file_settings(), pg_reload_conf() TO ${role}`,
  ].join('; ')

async function mayReload(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ allowed: boolean }>(MAY_RELOAD)
  return rows[0]?.allowed === true
}

/** Puts postgresql.auto.conf back as it was for one setting: without an entry, or with its former one. */
export const postgresRestoreSetting = operation({
  name: 'postgres.restore-setting',
  argumentsSchema: z.strictObject(settingArguments),
  exact: ({ setting }) =>
    `ALTER SYSTEM RESET ${setting};  -- or SET to the value it had in postgresql.auto.conf before\nSELECT pg_reload_conf();`,
  remember: ({ server, setting }, engines, signal) =>
    withSession(server, engines, signal, async (client) => {
      const role = pg.escapeIdentifier(client.user ?? 'perfbot')
      const missingGrants = (cause?: unknown) =>
        new Error(
          `the role ${role} may not do this and take it back; a superuser has to run: ${grantsFor(role, setting)}`,
          { cause },
        )
      if (!(await mayReload(client))) throw missingGrants()
      try {
        return await formerEntry(client, setting)
      } catch (error) {
        throw isDenied(error) ? missingGrants(error) : error
      }
    }),
  run: (args, engines, signal, remembered) =>
    withSession(args.server, engines, signal, async (client) => {
      const former = Entry.parse(remembered)
      await client.query(
        former.former === 'entry'
          ? alterSystemSet(args.setting, former.value)
          : `ALTER SYSTEM RESET ${quotedSetting(args.setting)}`,
      )
      await reloadConfiguration(client)
    }),
  wasDone: (args, engines, signal, { remembered }) =>
    withSession(args.server, engines, signal, async (client) => {
      const entry = await formerEntry(client, args.setting)
      return canonicalJson(entry) === canonicalJson(Entry.parse(remembered))
    }),
})
