import { createClient } from '@redis/client'
import type { Engines } from '../engines.ts'

const CONNECT_MILLISECONDS = 5000

type Send = (command: readonly string[]) => Promise<unknown>

/** One connection for one piece of work, closed whatever happens, and cut when the signal says so. */
export async function withRedis<Result>(
  name: string,
  engines: Engines,
  signal: AbortSignal,
  work: (send: Send) => Promise<Result>,
): Promise<Result> {
  const url = engines.redis(name)
  if (url === null) throw new Error(`no Redis is configured under the name ${name}`)
  signal.throwIfAborted()
  const client = createClient({
    url,
    name: 'perfbot-fix',
    // RESP 3 answers CONFIG GET with a map, and older servers do not know it.
    RESP: 2,
    socket: { connectTimeout: CONNECT_MILLISECONDS, reconnectStrategy: false },
  })
  // What breaks shows in the next command; unheard, the event would end the process.
  client.on('error', () => {})
  const cut = () => client.destroy()
  signal.addEventListener('abort', cut)
  try {
    await client.connect()
    return await work((command) => client.sendCommand([...command]))
  } finally {
    signal.removeEventListener('abort', cut)
    if (client.isOpen) client.destroy()
  }
}
