import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { z } from 'zod'
import { endOrCut } from '../../model/end-or-cut.ts'
import type { Engines } from '../engines.ts'

const CONNECT_MILLISECONDS = 5000
const STATEMENT_MILLISECONDS = 10_000
const LOCK_MILLISECONDS = 5000

export const settingArguments = {
  /** As config names it. */
  server: z.string(),
  setting: z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/, 'the name of a PostgreSQL setting'),
}

/** Quoted name by name: `"auto_explain"."log_timing"`. */
export const quotedSetting = (name: string): string => name.split('.').map(pg.escapeIdentifier).join('.')

/** By it perfbot's own sessions are told from the others. */
const APPLICATION = 'perfbot fix'

export type SessionOptions = {
  /** For work that takes its time; ten seconds otherwise. */
  readonly statementSeconds?: number
  /** Whoever waits for a lock makes others wait behind: only for what does not lock out others. */
  readonly mayWaitForLocks?: boolean
}

/** A connection that is cut when the signal says so. */
export async function openSession(
  server: string,
  engines: Engines,
  signal: AbortSignal,
  { statementSeconds, mayWaitForLocks }: SessionOptions = {},
): Promise<{ client: pg.Client; close(): Promise<void> }> {
  const connectionString = engines.postgres(server)
  if (connectionString === null) throw new Error(`no PostgreSQL is configured under the name ${server}`)
  signal.throwIfAborted()
  const timeout = statementSeconds === undefined ? STATEMENT_MILLISECONDS : statementSeconds * 1000
  const client = new pg.Client({
    connectionString,
    application_name: APPLICATION,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    query_timeout: timeout,
    statement_timeout: timeout,
    ...(mayWaitForLocks ? {} : { lock_timeout: LOCK_MILLISECONDS }),
  })
  // A connection that breaks while idle says so by an event, which would end the process unheard;
  // the next query on it fails, and that is reported.
  client.on('error', () => {})
  const cut = () => void endOrCut(client)
  signal.addEventListener('abort', cut)
  const close = async () => {
    signal.removeEventListener('abort', cut)
    await endOrCut(client)
  }
  try {
    await client.connect()
    return { client, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** One connection for one piece of work, closed whatever happens. */
export async function withSession<Result>(
  server: string,
  engines: Engines,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<Result>,
  options: SessionOptions = {},
): Promise<Result> {
  const { client, close } = await openSession(server, engines, signal, options)
  try {
    return await work(client)
  } finally {
    await close()
  }
}

const OTHERS = `SELECT count(*)::int AS others FROM pg_stat_activity
  WHERE application_name = $1 AND pid <> pg_backend_pid() AND state = 'active' AND datname = current_database()`

/**
 * A server goes on with a statement whose client was killed. Whoever asks what became of it has to wait until no
 * session of perfbot's is at work.
 */
export async function afterOthers(client: pg.Client, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ others: number }>(OTHERS, [APPLICATION])
    if (rows[0]?.others === 0) return
    await sleep(250, undefined, { signal })
  }
}

/** Every server process reads the configuration files again; takes effect within moments, not at once. */
export const reloadConfiguration = (client: pg.Client): Promise<unknown> =>
  client.query('SELECT pg_reload_conf()')
