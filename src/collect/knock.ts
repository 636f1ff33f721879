import { connect } from 'node:net'

/** Asks who is there, and nothing else: for the set-up, which has no configuration to go by yet. */

const PATIENCE_MS = 1000

/** What a server says first after `greeting`; null when nobody answers in time. */
function firstWords(host: string, port: number, greeting: Buffer): Promise<Buffer | null> {
  const { promise, resolve } = Promise.withResolvers<Buffer | null>()
  const socket = connect({ host, port }, () => socket.write(greeting))
  const late = setTimeout(() => resolve(null), PATIENCE_MS)
  socket.once('data', resolve)
  for (const end of ['error', 'close']) socket.once(end, () => resolve(null))
  return promise.finally(() => {
    clearTimeout(late)
    socket.destroy()
  })
}

/** The question whether it speaks TLS: PostgreSQL answers with one letter, and nobody else does. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

export async function isPostgres(host: string, port: number): Promise<boolean> {
  const answer = await firstWords(host, port, SSL_REQUEST)
  return answer?.length === 1 && /^[SN]$/.test(answer.toString('latin1'))
}

/** `locked` wants a password; null is no Redis. */
export async function knockAtRedis(host: string, port: number): Promise<'open' | 'locked' | null> {
  const answer = (await firstWords(host, port, Buffer.from('PING\r\n')))?.toString('latin1') ?? ''
  if (answer.startsWith('+PONG')) return 'open'
  return /^-(NOAUTH|NOPERM|DENIED|WRONGPASS)/.test(answer) ? 'locked' : null
}

/** Where services tell that they are well, the likeliest first. */
const PATHS = ['/health', '/healthz', '/api/health', '/']

/** An address that answers below 400; else `/` with what it answers; null when no HTTP is spoken. */
export async function knockAtWeb(origin: string): Promise<{ url: string; status: number } | null> {
  let last: { url: string; status: number } | null = null
  for (const path of PATHS) {
    const url = `${origin}${path}`
    try {
      const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
      await answer.body?.cancel()
      last = { url, status: answer.status }
      // An application in one page answers every path with that page: then the page itself is what to ask for.
      const isPage = /^text\/html/.test(answer.headers.get('content-type') ?? '')
      if (answer.ok && (path === '/' || !isPage)) return last
    } catch {
      return last
    }
  }
  return last
}
