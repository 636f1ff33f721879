import pg from 'pg'
import { endOrCut } from '../../model/end-or-cut.ts'
import { redact } from '../../model/redact.ts'
import { messageOf } from '../collector.ts'
import { withSessionOptions } from './connection.ts'

/** What is explained is planned, and planning can be slow too. */
const STATEMENT_MILLISECONDS = 3000
const CONNECT_MILLISECONDS = 3000
const LINES = 60

export type Explanation =
  | { readonly kind: 'explained'; readonly lines: readonly string[] }
  | { readonly kind: 'not-possible'; readonly reason: string }

type Wanted = { readonly queryId: string; readonly databaseName: string }

const not = (reason: string): Explanation => ({ kind: 'not-possible', reason })

/**
 * How PostgreSQL would run one of its own statements. It is EXPLAIN without ANALYZE, in a read-only transaction with a
 * timeout; the text is the one that pg_stat_statements has for the id, never one that somebody wrote.
 */
export async function explainStatement(url: string, { queryId, databaseName }: Wanted): Promise<Explanation> {
  try {
    const known = await withClient(url, (client) => textOf(client, queryId))
    if (known === null) return not('its text is not known any more')
    if (!/^\s*(?:select|with|insert|update|delete|merge|values|table)\b/i.test(known.text))
      return not('it is no statement that has a plan')
    // What it is given for a value would have to be bound in the extended protocol, which takes one statement only.
    if (/;(?!\s*$)/.test(known.text)) return not('its text may hold more than one statement')
    const isGeneric = /\$\d/.test(known.text)
    if (isGeneric && known.version < 160_000)
      return not(
        'its constants are not kept, and explaining without them (GENERIC_PLAN) came with PostgreSQL 16',
      )
    const options = isGeneric ? 'GENERIC_PLAN' : 'COSTS'
    const lines = await withClient(inDatabase(url, databaseName), async (client) => {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (${options}) ${known.text}`)
      return rows.map((row) => row['QUERY PLAN'])
    })
    return { kind: 'explained', lines: lines.slice(0, LINES).map(withoutLiterals) }
  } catch (error) {
    return not(reasonOf(error))
  }
}

async function textOf(client: pg.Client, queryId: string): Promise<{ text: string; version: number } | null> {
  const place = await client.query<{ schema: string; version: string }>(
    `SELECT quote_ident(nspname) AS schema, current_setting('server_version_num') AS version
       FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
      WHERE extname = 'pg_stat_statements'`,
  )
  const [extension] = place.rows
  if (!extension) return null
  const { rows } = await client.query<{ query: string | null }>(
    `SELECT query FROM ${extension.schema}.pg_stat_statements WHERE queryid = $1::bigint LIMIT 1`,
    [queryId],
  )
  const text = rows[0]?.query
  return text ? { text, version: Number(extension.version) } : null
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const settings = [
    'default_transaction_read_only=on',
    `statement_timeout=${STATEMENT_MILLISECONDS}`,
    'lock_timeout=500',
  ]
  const client = new pg.Client({
    connectionString: withSessionOptions(url, settings),
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    query_timeout: STATEMENT_MILLISECONDS * 2,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await endOrCut(client)
  }
}

function inDatabase(url: string, database: string): string {
  if (database === '' || !URL.canParse(url)) return url
  const other = new URL(url)
  other.pathname = `/${encodeURIComponent(database)}`
  return other.href
}

/** Conditions of partial indexes and views hold constants of their own. */
const withoutLiterals = (line: string): string => redact(line.replace(/'(?:[^']|'')*'/g, "'?'"))

function reasonOf(error: unknown): string {
  const message = redact(messageOf(error))
  return /permission denied/.test(message)
    ? `${message}: GRANT pg_read_all_data TO the role of perfbot lets it be planned`
    : message
}
