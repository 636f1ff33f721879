import type pg from 'pg'
import type { z } from 'zod'
import type { Gap } from '../../model/gap.ts'
import { gapOfQuery, isRefusal, OutOfTime } from './refusal.ts'
import type { Server } from './server.ts'

/** One question to a server: its SQL, the rows that come, and for which versions. */
export type Query<Row> = {
  /** What the report lacks without the answer: "replication slots". */
  readonly missing: string
  /** Null where the server has nothing of the kind: it is too old, or too new. */
  readonly sql: (server: Server) => string | null
  readonly rows: z.ZodType<Row[]>
}

type Queries = Readonly<Record<string, Query<unknown>>>

/** Null where the server has nothing of the kind, or could not say. */
export type Answers<Asked extends Queries> = {
  [Name in keyof Asked]: Asked[Name] extends Query<infer Row> ? Row[] | null : never
}

/** An instant as `Timestamp` has it, null for null and for infinity. */
export const utc = (expression: string): string =>
  `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** What cannot be negative but by the moment between two readings of it. Null stays null, unlike in greatest(). */
export const notNegative = (expression: string): string =>
  `(CASE WHEN ${expression} >= 0 THEN ${expression} WHEN ${expression} < 0 THEN 0 END)::float8`

/** Seconds since then, on the clock of the server. */
export const secondsSince = (expression: string): string =>
  notNegative(`extract(epoch FROM clock_timestamp() - ${expression})`)

export type Limits = {
  /** Of each statement. What takes longer is a load that monitoring must not be. */
  readonly statementMilliseconds: number
  /** performance.now() after which nothing more is asked. */
  readonly endsAt: number
}

/** Nobody is kept waiting behind a statement that waits for a lock. */
const LOCK_TIMEOUT_MS = 200

/**
 * Limits that hold for one message: sent together, its statements are one transaction, and SET LOCAL ends with it,
 * however it ends. Compiling a statement that runs once a minute costs more than running it.
 */
const limitsFor = (milliseconds: number): string =>
  [
    marked(`SET LOCAL statement_timeout = ${milliseconds}`),
    marked(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`),
    marked('SET LOCAL jit = off'),
  ].join(';')

type Asked = { readonly name: string; readonly query: Query<unknown>; readonly sql: string }

const askedOf = (server: Server, queries: Queries): Asked[] =>
  Object.entries(queries).flatMap(([name, query]) => {
    const sql = query.sql(server)
    return sql === null ? [] : [{ name, query, sql: marked(sql) }]
  })

/** Kept in the text that pg_stat_statements has of a statement, so that ours are known among them. */
const MARK = '/* perfbot */'

export const marked = (sql: string): string => sql.replace(/^\s*(\w+)/, `$1 ${MARK}`)

export const isOurs = (text: string): boolean => text.includes(MARK)

export type Asking = {
  readonly client: pg.Client
  readonly server: Server
  readonly limits: Limits
  /** Told of what could not be answered. */
  readonly gaps: Gap[]
}

/**
 * The answers to all, in one round trip. When one fails, so does the message, and each is asked by itself. `refused`
 * remembers those that failed from one reading to the next, so that they spoil no message again.
 */
export async function askTogether<Of extends Queries>(
  asking: Asking,
  queries: Of,
  refused: Set<string>,
): Promise<Answers<Of>> {
  const asked = askedOf(asking.server, queries)
  const together = asked.filter(({ name }) => !refused.has(name))
  const answers = noAnswers(queries)
  let alone = asked.filter(({ name }) => refused.has(name))
  try {
    const found = await preparedRowsOf(asking.client, together, asking.limits.statementMilliseconds)
    for (const [index, { name, query }] of together.entries()) answers[name] = query.rows.parse(found[index])
  } catch (error) {
    if (!isRefusal(error)) throw error
    alone = asked
  }
  for (const one of alone) {
    answers[one.name] = await askAlone(asking, one)
    if (answers[one.name] === null) refused.add(one.name)
    else refused.delete(one.name)
  }
  return answers as Answers<Of>
}

/** The answers one by one, while there is time: for what may take long. */
export async function askInTurn<Of extends Queries>(asking: Asking, queries: Of): Promise<Answers<Of>> {
  const answers = noAnswers(queries)
  for (const one of askedOf(asking.server, queries)) answers[one.name] = await askAlone(asking, one)
  return answers as Answers<Of>
}

const noAnswers = (queries: Queries): Record<string, unknown[] | null> =>
  Object.fromEntries(Object.keys(queries).map((name) => [name, null]))

async function askAlone({ client, server, limits, gaps }: Asking, { query, sql }: Asked) {
  const left = Math.floor(limits.endsAt - performance.now())
  try {
    if (left < 100) throw new OutOfTime()
    const [rows] = await rowsOf(client, [sql], Math.min(limits.statementMilliseconds, left))
    return query.rows.parse(rows)
  } catch (error) {
    if (!isRefusal(error)) throw error
    gaps.push(gapOfQuery(error, query.missing, server))
    return null
  }
}

/** The rows of each statement. */
async function rowsOf(
  client: pg.Client,
  statements: readonly string[],
  milliseconds: number,
): Promise<unknown[][]> {
  if (statements.length === 0) return []
  const text = [limitsFor(milliseconds), ...statements].join(';\n')
  // The package's types do not know that several statements give several results.
  const results = (await client.query(text)) as unknown as pg.QueryResult[]
  // What is prepared on the way gives a result without rows.
  return results.filter(({ command }) => command !== 'SET' && command !== 'PREPARE').map(({ rows }) => rows)
}

/** As the server has it: without quotes, names are in small letters. */
const preparedName = (name: string): string => `perfbot_${name.toLowerCase()}`

async function namesPrepared(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM pg_prepared_statements WHERE from_sql',
  )
  return new Set(rows.map(({ name }) => name))
}

/** The names of what each connection knows already. */
const prepared = new WeakMap<pg.Client, Set<string>>()

/**
 * The rows of each, planned once for a connection: planning a join of the server's views takes longer than asking it.
 * Prepared by SQL and not by the protocol, so that one message can run them all.
 */
async function preparedRowsOf(client: pg.Client, asked: readonly Asked[], milliseconds: number) {
  const known = prepared.get(client) ?? new Set()
  const statements = asked.map(({ name, sql }) => {
    const run = `EXECUTE ${preparedName(name)}`
    return known.has(preparedName(name)) ? run : `PREPARE ${preparedName(name)} AS ${sql};\n${run}`
  })
  try {
    const rows = await rowsOf(client, statements, milliseconds)
    prepared.set(client, new Set([...known, ...asked.map(({ name }) => preparedName(name))]))
    return rows
  } catch (error) {
    // Some may have been prepared before the one that failed: PREPARE outlives a transaction.
    if (isRefusal(error)) prepared.set(client, await namesPrepared(client))
    throw error
  }
}
