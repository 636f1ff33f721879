import { isIP } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Seconds } from '../../model/units.ts'

/** Sends one command as it stands and resolves to what came back; rejects with the server's error. */
export type Ask = (...command: readonly string[]) => Promise<unknown>

export type Place = {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly password: string
  readonly tls: boolean
}

/** One connection to one server, opened when it is first needed and again after it was lost. */
export type KeptConnection = {
  /** After a failure or an abort the connection is given up: an answer may still be under way on it. */
  use<Result>(place: Place, signal: AbortSignal, work: (ask: Ask) => Promise<Result>): Promise<Result>
  /** How many commands it has sent so far, logging in included. */
  commandsSent(): number
  close(): Promise<void>
}

type Client = {
  readonly isReady: boolean
  connect(): Promise<unknown>
  sendCommand(command: readonly string[]): Promise<unknown>
  destroy(): void
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** `broken` rejects when the connection is lost, or brings what no Redis sends: the client lets its commands wait then. */
type Connection = { readonly client: Client; readonly broken: Promise<never> }

export function keptConnection(deadline: Seconds, authority: () => string | null): KeptConnection {
  let kept: Connection | null = null
  let sent = 0

  async function opened(place: Place, signal: AbortSignal): Promise<Connection> {
    if (kept?.client.isReady) return kept
    drop()
    const client = await clientOf(place, deadline, authority())
    // Nobody would close it any more.
    signal.throwIfAborted()
    kept = connectionOf(client)
    if (place.password) sent += 1
    await Promise.race([kept.client.connect(), kept.broken])
    return kept
  }
  function drop() {
    try {
      kept?.client.destroy()
    } catch {
      // It was closed already: that is what is wanted.
    }
    kept = null
  }

  return {
    async use(place, signal, work) {
      const aborted = Promise.withResolvers<never>()
      // A client that is still connecting does not notice that it is given up.
      const giveUp = () => {
        drop()
        aborted.reject(signal.reason)
      }
      const run = async () => {
        const { client, broken } = await opened(place, signal)
        signal.throwIfAborted()
        const ask: Ask = (...command) => {
          sent += 1
          return client.sendCommand(command)
        }
        return Promise.race([work(ask), broken])
      }
      signal.addEventListener('abort', giveUp, { once: true })
      try {
        return await Promise.race([run(), aborted.promise])
      } catch (error) {
        drop()
        throw error
      } finally {
        signal.removeEventListener('abort', giveUp)
      }
    },
    commandsSent: () => sent,
    async close() {
      drop()
      // The socket is destroyed in the next turn.
      await delay(0)
    },
  }
}

function connectionOf(client: Client): Connection {
  const { promise: broken, reject } = Promise.withResolvers<never>()
  // Also lost while nobody asks anything: then isReady says so, and an unheard error would end the process.
  broken.catch(() => undefined)
  client.on('error', reject)
  return { client, broken }
}

/** The client is loaded where there is a Redis only: it has as much code as all of perfbot. */
async function clientOf(
  { host, port, username, password, tls }: Place,
  deadline: Seconds,
  ca: string | null,
): Promise<Client> {
  const { createClient } = await import('@redis/client')
  const timing = { connectTimeout: deadline * 1000, reconnectStrategy: false } as const
  return createClient({
    // RESP 2 needs no HELLO, which servers before 6 do not know; nothing but AUTH is sent by itself.
    RESP: 2,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: tls
      ? { ...timing, host, port, tls: true, ...serverName(host), ...(ca === null ? {} : { ca }) }
      : { ...timing, host, port },
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
  })
}

/** TLS has names of servers, not addresses. */
const serverName = (host: string) => (isIP(host) === 0 ? { servername: host } : {})
