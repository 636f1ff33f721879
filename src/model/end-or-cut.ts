import { setTimeout as delay } from 'node:timers/promises'

/** How long a server may take to close a connection that says goodbye. */
const GOODBYE_MILLISECONDS = 2000

type Connection = { end(): Promise<void> }

/** What pg's client keeps its socket in; its types do not name it. */
type WithSocket = { readonly connection?: { readonly stream?: { destroy(): void } } }

/**
 * Ends a PostgreSQL connection, and cuts it when the server does not close its side: pg waits for that without end,
 * and so would a fix, or the end of perfbot.
 */
export async function endOrCut(client: Connection): Promise<void> {
  const ended = client.end().catch(() => {})
  const isEnded = await Promise.race([
    ended.then(() => true),
    delay(GOODBYE_MILLISECONDS, false, { ref: false }),
  ])
  if (!isEnded) (client as WithSocket).connection?.stream?.destroy()
}
