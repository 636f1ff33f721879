import pg from 'pg'
import { z } from 'zod'
import { operation, sameEachTime } from './operation.ts'
import { afterOthers, withSession } from './postgres-session.ts'

/** Any name that PostgreSQL takes; it is quoted wherever it goes. */
export const Identifier = z
  .string()
  .min(1)
  .max(63)
  .refine((name) => !name.includes('\0'), 'a name without a null character')

export const qualified = (schema: string, name: string): string =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`

const HOUR = 3600
const LONG = { statementSeconds: HOUR, mayWaitForLocks: true } as const

const onTable = z.strictObject({ server: z.string(), schema: Identifier, table: Identifier })

const maintenance = (name: string, statement: string) =>
  operation({
    name,
    argumentsSchema: onTable,
    deadlineSeconds: HOUR,
    exact: ({ schema, table }) => `${statement} ${qualified(schema, table)};`,
    run: async ({ server, schema, table }, engines, signal) => {
      const sql = `${statement} ${qualified(schema, table)}`
      await withSession(server, engines, signal, (client) => client.query(sql), LONG)
    },
    // Whoever does it twice has done it once more than needed, and changed nothing by that.
    wasDone: sameEachTime,
  })

export const postgresAnalyze = maintenance('postgres.analyze', 'ANALYZE')
/** Beside reads and writes; gives no space back to the file system, which would take a lock on the table. */
export const postgresVacuum = maintenance('postgres.vacuum', 'VACUUM (ANALYZE)')

const Node = z.object({ filenode: z.string().nullable() })
const FILENODE = `SELECT pg_relation_filenode(to_regclass($1))::text AS filenode`

async function filenodeOf(client: pg.Client, name: string): Promise<string> {
  const { rows } = await client.query(FILENODE, [name])
  const { filenode } = Node.parse(rows[0])
  if (filenode === null) throw new Error(`there is no index ${name}`)
  return filenode
}

const onIndex = z.strictObject({ server: z.string(), schema: Identifier, index: Identifier })

/** A rebuild that was cut off leaves an index of this name behind, which nobody uses and each write pays for. */
const LEFT_OVER = '_ccnew'

export const postgresReindex = operation({
  name: 'postgres.reindex',
  argumentsSchema: onIndex,
  deadlineSeconds: HOUR,
  exact: ({ schema, index }) => `REINDEX INDEX CONCURRENTLY ${qualified(schema, index)};`,
  witness: ({ server, schema, index }, engines, signal) =>
    withSession(server, engines, signal, async (client) => ({
      filenode: await filenodeOf(client, qualified(schema, index)),
    })),
  run: async ({ server, schema, index }, engines, signal) => {
    await withSession(
      server,
      engines,
      signal,
      async (client) => {
        const leftOver = qualified(schema, `${index}${LEFT_OVER}`)
        await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${leftOver}`)
        await client.query(`REINDEX INDEX CONCURRENTLY ${qualified(schema, index)}`)
      },
      LONG,
    )
  },
  wasDone: ({ server, schema, index }, engines, signal, { witness }) =>
    withSession(server, engines, signal, async (client) => {
      await afterOthers(client, signal)
      return (await filenodeOf(client, qualified(schema, index))) !== witness.filenode
    }),
})
