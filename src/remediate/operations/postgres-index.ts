import pg from 'pg'
import { z } from 'zod'
import { operation } from './operation.ts'
import { Identifier, qualified } from './postgres-maintain.ts'
import { afterOthers, withSession } from './postgres-session.ts'

const HOUR = 3600
const LONG = { statementSeconds: HOUR, mayWaitForLocks: true } as const

const State = z.object({ valid: z.boolean(), definition: z.string() })
export const INDEX_STATE = `SELECT i.indisvalid AND i.indisready AS valid, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2`

/** Null when there is no such index. */
async function indexState(client: pg.Client, schema: string, index: string) {
  const { rows } = await client.query(INDEX_STATE, [schema, index])
  return rows[0] ? State.parse(rows[0]) : null
}

/** What was cut off half way is there, invalid: it is taken away, and made again. */
async function createUnlessThere(
  client: pg.Client,
  schema: string,
  index: string,
  sql: string,
): Promise<void> {
  await afterOthers(client, AbortSignal.timeout(HOUR * 1000))
  const state = await indexState(client, schema, index)
  if (state?.valid) return
  if (state) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${qualified(schema, index)}`)
  await client.query(sql)
}

/** `customer_id, created_at`: plain columns, each quoted. */
const Columns = z
  .string()
  .transform((text) => text.split(',').map((column) => column.trim()))
  .pipe(z.array(Identifier).min(1).max(32))

const indexArguments = { server: z.string(), schema: Identifier, index: Identifier }

const createArguments = z.strictObject({ ...indexArguments, table: Identifier, columns: Columns })
type Create = z.infer<typeof createArguments>

const createSql = ({ schema, table, index, columns }: Create): string =>
  `CREATE INDEX CONCURRENTLY ${pg.escapeIdentifier(index)} ON ${qualified(schema, table)} (${columns
    .map(pg.escapeIdentifier)
    .join(', ')})`

export const postgresCreateIndex = operation({
  name: 'postgres.create-index',
  argumentsSchema: createArguments,
  deadlineSeconds: HOUR,
  exact: (args) => `${createSql(args)};`,
  run: (args, engines, signal) =>
    withSession(
      args.server,
      engines,
      signal,
      (client) => createUnlessThere(client, args.schema, args.index, createSql(args)),
      LONG,
    ),
  wasDone: ({ server, schema, index }, engines, signal) =>
    withSession(server, engines, signal, async (client) => {
      await afterOthers(client, signal)
      return (await indexState(client, schema, index))?.valid === true
    }),
})

const isGone =
  (args: { server: string; schema: string; index: string }) =>
  async (client: pg.Client): Promise<boolean> =>
    (await indexState(client, args.schema, args.index)) === null

export const postgresDropIndex = operation({
  name: 'postgres.drop-index',
  argumentsSchema: z.strictObject(indexArguments),
  deadlineSeconds: HOUR,
  exact: ({ schema, index }) => `DROP INDEX CONCURRENTLY ${qualified(schema, index)};`,
  run: async ({ server, schema, index }, engines, signal) => {
    const sql = `DROP INDEX CONCURRENTLY IF EXISTS ${qualified(schema, index)}`
    await withSession(server, engines, signal, (client) => client.query(sql), LONG)
  },
  wasDone: (args, engines, signal) =>
    withSession(args.server, engines, signal, async (client) => {
      await afterOthers(client, signal)
      return isGone(args)(client)
    }),
})

/** pg_get_indexdef writes `CREATE [UNIQUE] INDEX name ON …`, quoted as needed: only that is ever run again. */
const DEFINITION = /^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY )/

const concurrently = (definition: string): string => {
  if (!DEFINITION.test(definition)) throw new Error(`this is no definition of an index: ${definition}`)
  return definition.replace(DEFINITION, 'CREATE $1INDEX CONCURRENTLY ')
}

/** Makes an index again that was dropped, by the definition that the server gave of it before. */
export const postgresRecreateIndex = operation({
  name: 'postgres.recreate-index',
  argumentsSchema: z.strictObject(indexArguments),
  deadlineSeconds: HOUR,
  exact: ({ schema, index }) =>
    `CREATE INDEX CONCURRENTLY …;  -- as pg_get_indexdef('${qualified(schema, index)}'::regclass) says before`,
  remember: ({ server, schema, index }, engines, signal) =>
    withSession(server, engines, signal, async (client) => {
      const state = await indexState(client, schema, index)
      if (!state) throw new Error(`there is no index ${qualified(schema, index)}`)
      return { definition: state.definition, valid: state.valid ? 'yes' : 'no' }
    }),
  run: ({ server, schema, index }, engines, signal, remembered) =>
    withSession(
      server,
      engines,
      signal,
      (client) => createUnlessThere(client, schema, index, concurrently(String(remembered?.definition))),
      LONG,
    ),
  wasDone: ({ server, schema, index }, engines, signal) =>
    withSession(server, engines, signal, async (client) => {
      await afterOthers(client, signal)
      return (await indexState(client, schema, index))?.valid === true
    }),
})
