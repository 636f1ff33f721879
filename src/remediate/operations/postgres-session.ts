import pg from 'pg'
import { z } from 'zod'
import { endOrCut } from '../../model/end-or-cut.ts'
import type { Engines } from './operation.ts'

const CONNECT_MILLISECONDS = 5000
const STATEMENT_MILLISECONDS = 10_000

export const settingArguments = {
  /** As config names it. */
  server: z.string(),
  setting: z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/, 'the name of a PostgreSQL setting'),
}

/** Quoted name by name: `"auto_explain"."log_timing"`. */
export const quotedSetting = (name: string): string => name.split('.').map(pg.escapeIdentifier).join('.')

/** One connection for one piece of work, closed whatever happens, and cut when the signal says so. */
export async function withSession<Result>(
  server: string,
  engines: Engines,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const connectionString = engines.postgres(server)
  if (connectionString === null) throw new Error(`no PostgreSQL is configured under the name ${server}`)
  signal.throwIfAborted()
  const client = new pg.Client({
    connectionString,
    application_name: 'perfbot fix',
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    query_timeout: STATEMENT_MILLISECONDS,
    statement_timeout: STATEMENT_MILLISECONDS,
  })
  // A connection that breaks while idle says so by an event, which would end the process unheard;
  // the next query on it fails, and that is reported.
  client.on('error', () => {})
  const cut = () => void endOrCut(client)
  signal.addEventListener('abort', cut)
  try {
    await client.connect()
    return await work(client)
  } finally {
    signal.removeEventListener('abort', cut)
    await endOrCut(client)
  }
}

/** Every server process reads the configuration files again; takes effect within moments, not at once. */
export const reloadConfiguration = (client: pg.Client): Promise<unknown> =>
  client.query('SELECT pg_reload_conf()')
