import pg from 'pg'
import { endOrCut } from '../../model/end-or-cut.ts'
import type { Seconds } from '../../model/units.ts'
import { isLostConnection, type PostgresSource } from './failure.ts'
import { readServer, type Server } from './server.ts'

/** One connection to one server, opened when it is first needed and again after it was lost. */
export type KeptConnection = {
  /** After a failure or an abort the connection is given up: a query may still be under way on it. */
  use<Result>(
    signal: AbortSignal,
    work: (client: pg.Client, server: Server) => Promise<Result>,
  ): Promise<Result>
  close(): Promise<void>
}

type Kept = { readonly client: pg.Client; readonly server: Server }

export function keptConnection({ name, url }: PostgresSource, deadline: Seconds): KeptConnection {
  let kept: Kept | null = null
  const forget = (client: pg.Client) => {
    if (kept?.client === client) kept = null
  }
  const connection: KeptConnection = {
    async use(signal, work) {
      const reused = kept !== null
      const client = kept?.client ?? connectionOf(url, deadline, forget)
      // With a query under way this closes the socket, and the query is rejected.
      const end = () => void endOrCut(client)
      signal.addEventListener('abort', end, { once: true })
      try {
        if (!kept) {
          await client.connect()
          kept = { client, server: await readServer(name, client) }
        }
        return await work(client, kept.server)
      } catch (error) {
        forget(client)
        end()
        // It may have been lost long ago: the server was restarted since. A new one tells.
        if (!reused || signal.aborted || !isLostConnection(error)) throw error
      } finally {
        signal.removeEventListener('abort', end)
      }
      return await connection.use(signal, work)
    },
    async close() {
      const client = kept?.client
      kept = null
      if (client) await endOrCut(client)
    },
  }
  return connection
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

/** Names are looked for among the system's only, whatever others have created. */
const OURS = ['default_transaction_read_only=on', 'search_path=pg_catalog']

/**
 * Read-only from the first moment, by an option of the connection and not by SET, which behind a pooler would
 * stay with a connection that somebody else gets next. What the URL says itself is kept; of two equal options
 * the last holds. No timeouts among them: pg_settings would show ours in place of the server's.
 */
export function withSessionOptions(url: string, settings: readonly string[] = OURS): string {
  const own = new URLSearchParams(url.split('?')[1] ?? '').get('options')
  const options = [own, ...settings.map((setting) => `-c ${setting}`)].filter(Boolean).join(' ')
  return `${url}${url.includes('?') ? '&' : '?'}application_name=perfbot&options=${encodeURIComponent(options)}`
}
