import pg from 'pg'
import { z } from 'zod'
import { operation } from './operation.ts'
import { Identifier } from './postgres-maintain.ts'
import { quotedSetting, withSession } from './postgres-session.ts'

/** Extensions that only read: whatever else one could create is not perfbot's to choose. */
const extensionArguments = z.strictObject({ server: z.string(), extension: z.enum(['pg_stat_statements']) })

const Found = z.object({ found: z.number() })
const countOf = async (client: pg.Client, sql: string, values: unknown[]): Promise<number> =>
  Found.parse((await client.query(sql, values)).rows[0]).found

const EXTENSION = 'SELECT count(*)::int AS found FROM pg_extension WHERE extname = $1'

export const postgresCreateExtension = operation({
  name: 'postgres.create-extension',
  argumentsSchema: extensionArguments,
  exact: ({ extension }) => `CREATE EXTENSION IF NOT EXISTS ${pg.escapeIdentifier(extension)};`,
  run: async ({ server, extension }, engines, signal) => {
    const sql = `CREATE EXTENSION IF NOT EXISTS ${pg.escapeIdentifier(extension)}`
    await withSession(server, engines, signal, (client) => client.query(sql))
  },
  wasDone: ({ server, extension }, engines, signal) =>
    withSession(
      server,
      engines,
      signal,
      async (client) => (await countOf(client, EXTENSION, [extension])) > 0,
    ),
})

export const postgresDropExtension = operation({
  name: 'postgres.drop-extension',
  argumentsSchema: extensionArguments,
  exact: ({ extension }) => `DROP EXTENSION IF EXISTS ${pg.escapeIdentifier(extension)};`,
  run: async ({ server, extension }, engines, signal) => {
    // Without CASCADE: what somebody built on it meanwhile keeps it.
    const sql = `DROP EXTENSION IF EXISTS ${pg.escapeIdentifier(extension)}`
    await withSession(server, engines, signal, (client) => client.query(sql))
  },
  wasDone: ({ server, extension }, engines, signal) =>
    withSession(
      server,
      engines,
      signal,
      async (client) => (await countOf(client, EXTENSION, [extension])) === 0,
    ),
})

const SLOT = 'SELECT count(*)::int AS found FROM pg_replication_slots WHERE slot_name = $1'

/** The server itself refuses one that is in use. */
export const postgresDropSlot = operation({
  name: 'postgres.drop-slot',
  argumentsSchema: z.strictObject({ server: z.string(), slot: z.string().regex(/^[a-z0-9_]{1,63}$/) }),
  exact: ({ slot }) => `SELECT pg_drop_replication_slot(${pg.escapeLiteral(slot)});`,
  run: async ({ server, slot }, engines, signal) => {
    await withSession(server, engines, signal, async (client) => {
      if ((await countOf(client, SLOT, [slot])) > 0) {
        await client.query('SELECT pg_drop_replication_slot($1)', [slot])
      }
    })
  },
  wasDone: ({ server, slot }, engines, signal) =>
    withSession(server, engines, signal, async (client) => (await countOf(client, SLOT, [slot])) === 0),
})

/** Only what ends sessions and statements that take too long. */
const TIMEOUTS = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'transaction_timeout',
] as const

const roleArguments = { server: z.string(), role: Identifier, setting: z.enum(TIMEOUTS) }

const RoleSetting = z.object({ value: z.string().nullable() })
/** One entry of rolconfig is `name=value`. */
export const ROLE_SETTING = `SELECT (
    SELECT substr(entry, length($2) + 2) FROM unnest(setconfig) AS entry WHERE entry LIKE $2 || '=%'
  ) AS value
  FROM pg_roles LEFT JOIN pg_db_role_setting ON setrole = pg_roles.oid AND setdatabase = 0 WHERE rolname = $1`

async function roleSetting(client: pg.Client, role: string, setting: string): Promise<string | null> {
  const { rows } = await client.query(ROLE_SETTING, [role, setting])
  if (!rows[0]) throw new Error(`there is no role ${role}`)
  return RoleSetting.parse(rows[0]).value
}

const alterRole = (role: string, setting: string, value: string | null): string =>
  value === null
    ? `ALTER ROLE ${pg.escapeIdentifier(role)} RESET ${quotedSetting(setting)}`
    : `ALTER ROLE ${pg.escapeIdentifier(role)} SET ${quotedSetting(setting)} = ${pg.escapeLiteral(value)}`

export const postgresSetRoleTimeout = operation({
  name: 'postgres.set-role-timeout',
  argumentsSchema: z.strictObject({ ...roleArguments, value: z.string().regex(/^\d+(ms|s|min|h|d)?$/) }),
  exact: ({ role, setting, value }) => `${alterRole(role, setting, value)};`,
  run: async ({ server, role, setting, value }, engines, signal) => {
    await withSession(server, engines, signal, (client) => client.query(alterRole(role, setting, value)))
  },
  wasDone: ({ server, role, setting, value }, engines, signal) =>
    withSession(
      server,
      engines,
      signal,
      async (client) => (await roleSetting(client, role, setting)) === value,
    ),
})

export const postgresRestoreRoleTimeout = operation({
  name: 'postgres.restore-role-timeout',
  argumentsSchema: z.strictObject(roleArguments),
  exact: ({ role, setting }) => `${alterRole(role, setting, null)};  -- or SET to the value it had before`,
  remember: ({ server, role, setting }, engines, signal) =>
    withSession(server, engines, signal, async (client) => {
      const value = await roleSetting(client, role, setting)
      return value === null ? { former: 'none' } : { former: 'value', value }
    }),
  run: async ({ server, role, setting }, engines, signal, remembered) => {
    const value = remembered?.former === 'value' ? String(remembered.value) : null
    await withSession(server, engines, signal, (client) => client.query(alterRole(role, setting, value)))
  },
  wasDone: ({ server, role, setting }, engines, signal, { remembered }) =>
    withSession(server, engines, signal, async (client) => {
      const value = remembered?.former === 'value' ? String(remembered.value) : null
      return (await roleSetting(client, role, setting)) === value
    }),
})
