import type { IncomingMessage } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Certificate, ServiceReading } from '../../model/service-reading.ts'
import { type Seconds, seconds, timestamp } from '../../model/units.ts'
import { errorCode } from '../collector.ts'
import { certificateOf } from './certificate.ts'

/** More of a body is neither read nor searched: a page is smaller, and a download is no probe. */
const BODY_LIMIT = 1024 ** 2

export type Answer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly httpVersion: string
  /** As received: still compressed. */
  readonly body: Buffer
  readonly bodyComplete: boolean
  readonly keepsConnection: boolean
  /** From the request on a ready connection to the end of what was read. */
  readonly responseTime: Seconds
  /** Null on a connection that was open already. */
  readonly connection: NonNullable<ServiceReading['connection']> | null
  readonly certificate: Certificate | null
}

export type Connector = {
  readonly agent: http.Agent | https.Agent
  close(): void
}

type TlsOptions = { readonly verifyCertificate: boolean; readonly ca: string | null }

/** One connection at a time, kept from probe to probe. */
export function connectorFor(url: URL, { verifyCertificate, ca }: TlsOptions): Connector {
  const kept = { keepAlive: true, maxSockets: 1, scheduling: 'lifo' } as const
  const agent =
    url.protocol === 'https:'
      ? new https.Agent({
          ...kept,
          rejectUnauthorized: verifyCertificate,
          // A resumed session shows no certificate.
          maxCachedSessions: 0,
          ...(ca === null ? {} : { ca }),
        })
      : new http.Agent(kept)
  return { agent, close: () => agent.destroy() }
}

export type Request = {
  readonly url: URL
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
}

/** Sends one request and reads its answer, at most BODY_LIMIT of it. Rejects with what kept it from coming. */
export async function exchange(request: Request, connector: Connector, signal: AbortSignal): Promise<Answer> {
  try {
    return await send(request, connector, signal)
  } catch (error) {
    // The server closed the kept connection in the moment that we asked on it: that is no failure of the service.
    if (error instanceof StaleConnection) return send(request, connector, signal)
    throw error
  }
}

class StaleConnection extends Error {
  override readonly name = 'StaleConnection'
}

type Moments = { asked: number; looked: number | null; connected: number | null; ready: number }

function send({ url, method, headers }: Request, { agent }: Connector, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = performance.now()
  const moments: Moments = { asked, looked: null, connected: null, ready: asked }
  const client = url.protocol === 'https:' ? https : http
  const request = client.request(url, { method, agent, signal, headers: { ...ASKED_FOR, ...headers } })
  request.on('socket', (socket) => watch(socket, moments))
  request.on('error', (error) => {
    const closed = ['ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? '')
    reject(closed && request.reusedSocket ? new StaleConnection(error.message, { cause: error }) : error)
  })
  request.on('response', (response) => {
    const answered = performance.now()
    const { socket } = response
    const isFresh = !request.reusedSocket
    const certificate = isFresh && socket instanceof TLSSocket ? certificateOf(socket) : null
    const connection = isFresh ? phasesOf(moments, answered, socket) : null
    readBody(response).then(({ body, bodyComplete }) => {
      const headers = response.headers
      resolve({
        status: response.statusCode ?? 0,
        headers,
        httpVersion: response.httpVersion,
        body,
        bodyComplete,
        keepsConnection: request.shouldKeepAlive && bodyComplete,
        responseTime: seconds((performance.now() - moments.ready) / 1000),
        connection,
        certificate,
      })
    }, reject)
  })
  request.end()
  return promise
}

const ASKED_FOR = {
  'user-agent': 'perfbot',
  accept: '*/*',
  'accept-encoding': 'gzip, br, deflate',
}

/** A connection that is made for this request: notes when each phase was over. */
function watch(socket: Socket, moments: Moments): void {
  if (!socket.connecting) return
  const now = () => performance.now()
  socket.once('lookup', () => {
    moments.looked = now()
  })
  socket.once('connect', () => {
    moments.connected = now()
    moments.ready = now()
  })
  socket.once('secureConnect', () => {
    moments.ready = now()
  })
}

function phasesOf(
  moments: Moments,
  answered: number,
  socket: Socket,
): NonNullable<ServiceReading['connection']> {
  const { asked, looked, connected, ready } = moments
  const span = (from: number, to: number): Seconds => seconds(Math.max(0, to - from) / 1000)
  return {
    at: timestamp(new Date()),
    address: socket.remoteAddress ?? null,
    lookup: looked === null ? seconds(0) : span(asked, looked),
    connect: connected === null ? null : span(looked ?? asked, connected),
    tlsHandshake: connected !== null && socket instanceof TLSSocket ? span(connected, ready) : null,
    firstByte: span(ready, answered),
  }
}

async function readBody(response: IncomingMessage): Promise<{ body: Buffer; bodyComplete: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    // Leaving the loop closes the connection: the rest is not fetched.
    if (length > BODY_LIMIT) break
  }
  const body = Buffer.concat(chunks)
  return { body: body.subarray(0, BODY_LIMIT), bodyComplete: body.length <= BODY_LIMIT }
}
