import pg from 'pg'
import { endOrCut } from '../../model/end-or-cut.ts'
import type { Seconds } from '../../model/units.ts'

/** One connection to one server, opened when it is first needed and again after it was lost. */
export type KeptConnection = {
  /** After a failure or an abort the connection is given up: a query may still be under way on it. */
  use<Result>(signal: AbortSignal, work: (client: pg.Client) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export function keptConnection(url: string, deadline: Seconds): KeptConnection {
  let kept: pg.Client | null = null
  const forget = (client: pg.Client) => {
    if (kept === client) kept = null
  }
  return {
    async use(signal, work) {
      const client = kept ?? connectionOf(url, deadline, forget)
      // With a query under way this closes the socket, and the query is rejected.
      const end = () => void endOrCut(client)
      signal.addEventListener('abort', end, { once: true })
      try {
        if (client !== kept) await client.connect()
        kept = client
        return await work(client)
      } catch (error) {
        forget(client)
        end()
        throw error
      } finally {
        signal.removeEventListener('abort', end)
      }
    },
    async close() {
      const client = kept
      kept = null
      if (client) await endOrCut(client)
    },
  }
}

function connectionOf(url: string, deadline: Seconds, lost: (client: pg.Client) => void): pg.Client {
  const client = new pg.Client({
    connectionString: withSessionOptions(url),
    connectionTimeoutMillis: deadline * 1000,
    // The server ends a statement first; this is for a server that is gone.
    query_timeout: deadline * 1000,
    keepAlive: true,
  })
  // Lost while nobody asks anything: no query will say so, and an unheard error would end the process.
  client.on('error', () => lost(client))
  client.on('end', () => lost(client))
  return client
}

/**
 * Read-only from the first moment, by an option of the connection and not by SET, which behind a pooler would
 * stay with a connection that somebody else gets next. What the URL says itself is kept; of two equal options
 * the last holds. No timeouts here: pg_settings would show ours in place of the server's.
 */
export function withSessionOptions(url: string): string {
  const own = new URLSearchParams(url.split('?')[1] ?? '').get('options')
  const options = [own, '-c default_transaction_read_only=on'].filter(Boolean).join(' ')
  return `${url}${url.includes('?') ? '&' : '?'}application_name=perfbot&options=${encodeURIComponent(options)}`
}

/** Time for one statement. What takes longer is a load that monitoring must not be. */
const STATEMENT_TIMEOUT_MS = 3000

/**
 * The rows of a statement under a time limit. Sent as one message, the two are one transaction: the limit ends
 * with it, however it ends.
 */
export async function limitedQuery(client: pg.Client, sql: string): Promise<unknown> {
  // The package's types do not know that several statements give several results.
  const results = (await client.query(
    `SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}; ${sql}`,
  )) as unknown as pg.QueryResult[]
  return results.at(-1)?.rows
}
