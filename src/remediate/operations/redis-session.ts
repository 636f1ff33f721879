import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { Engines, RedisAddress } from '../engines.ts'

const CONNECT_MILLISECONDS = 5000

type Send = (command: readonly string[]) => Promise<unknown>

/** One connection for one piece of work, closed whatever happens, and cut when the signal says so. */
export async function withRedis<Result>(
  name: string,
  engines: Engines,
  signal: AbortSignal,
  work: (send: Send) => Promise<Result>,
): Promise<Result> {
  const address = engines.redis(name)
  if (address === null) throw new Error(`no Redis is configured under the name ${name}`)
  signal.throwIfAborted()
  const { createClient } = await import('@redis/client')
  const client = createClient({
    url: address.url,
    name: 'perfbot-fix',
    // RESP 3 answers CONFIG GET with a map, and older servers do not know it.
    RESP: 2,
    socket: {
      connectTimeout: CONNECT_MILLISECONDS,
      reconnectStrategy: false,
      ...(await secured(address)),
    },
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

/** Read for each piece of work: the file may be renewed. TLS has names of servers, not addresses. */
async function secured({ url, ca }: RedisAddress) {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'rediss:') return {}
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
  return {
    tls: true as const,
    ...(isAddress ? {} : { servername: hostname }),
    ...(ca === null ? {} : { ca: await readFile(ca, 'utf8') }),
  }
}
