import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'

export type EnvelopeType = 'slash_commands' | 'events_api' | 'interactive'

export type Delivery =
  | { ok: true; payload: unknown }
  | { ok: false; error: 'operation_timeout' | 'dispatch_failed' }

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets'

export type SocketMode = {
  /** The address that apps.connections.open answers with: good for one connection. */
  issueUrl: (host: string) => string
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Sends an interaction once: a person is waiting, and sees the error. */
  deliver: (type: EnvelopeType, payload: unknown) => Promise<Delivery>
  /** Sends an event until it is acknowledged, as the Events API retries; twofold, once more after that. */
  deliverEvent: (payload: unknown, isTwofold?: boolean) => Promise<Delivery>
  connectionCount: () => number
  /** Breaks every connection without a word, as a network does. */
  drop: () => void
  /** Tells every connection to reconnect; `close` ends them as well, as Slack does some seconds later. */
  disconnect: (reason: DisconnectReason, close?: boolean) => void
  close: () => Promise<void>
}

export type SocketModeTiming = { acknowledgeWithin: number; pingEvery: number }

const mostConnections = 10
const mostRetries = 3
const debugHost = 'applink-playground-1'

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown().optional() })

export function createSocketMode(
  appId: string,
  timing: SocketModeTiming,
  connectionsChanged: () => void,
): SocketMode {
  const server = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  const connections: WebSocket[] = []
  const signals = new EventEmitter()
  signals.setMaxListeners(0)
  const closing = new AbortController()
  let turn = 0

  function send(connection: WebSocket, message: unknown): void {
    connection.send(JSON.stringify(message))
  }

  function welcome(connection: WebSocket): void {
    if (connections.length >= mostConnections) {
      send(connection, { type: 'disconnect', reason: 'too_many_websockets', debug_info: { host: debugHost } })
      connection.close()
      return
    }
    connections.push(connection)
    const ping = setInterval(() => connection.ping(`Ping from ${debugHost}`), timing.pingEvery)
    connection.on('message', (data) => {
      const parsed = acknowledgement.safeParse(readJson(String(data)))
      if (parsed.success) signals.emit(parsed.data.envelope_id, parsed.data.payload)
    })
    connection.on('error', () => connection.terminate())
    connection.on('close', () => {
      clearInterval(ping)
      connections.splice(connections.indexOf(connection), 1)
      connectionsChanged()
    })
    send(connection, {
      type: 'hello',
      num_connections: connections.length,
      debug_info: { host: debugHost, build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: appId },
    })
    connection.ping(`Ping from ${debugHost}`)
    signals.emit('connected')
    connectionsChanged()
  }

  /** Any one of the open connections gets the envelope; here they take turns. */
  function nextConnection(): WebSocket | undefined {
    const open = connections.filter((connection) => connection.readyState === connection.OPEN)
    turn += 1
    return open[turn % open.length]
  }

  async function attempt(connection: WebSocket, envelope: Record<string, unknown>): Promise<Delivery> {
    const envelopeId = randomUUID()
    const deadline = AbortSignal.any([closing.signal, AbortSignal.timeout(timing.acknowledgeWithin)])
    const acknowledged = once(signals, envelopeId, { signal: deadline })
    send(connection, { envelope_id: envelopeId, ...envelope })
    try {
      const [payload] = await acknowledged
      return { ok: true, payload }
    } catch {
      return { ok: false, error: 'operation_timeout' }
    }
  }

  return {
    issueUrl(host) {
      const ticket = randomUUID()
      tickets.add(ticket)
      return `ws://${host}/link/?ticket=${ticket}&app_id=${appId}`
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'ws://localhost').searchParams.get('ticket') ?? ''
      if (!tickets.delete(ticket)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
        return
      }
      server.handleUpgrade(request, socket, head, welcome)
    },
    async deliver(type, payload) {
      const connection = nextConnection()
      if (!connection) return { ok: false, error: 'dispatch_failed' }
      return attempt(connection, { type, payload, accepts_response_payload: true })
    },
    async deliverEvent(payload, isTwofold = false) {
      let isStillWanted = isTwofold
      const envelope = { type: 'events_api', payload, accepts_response_payload: false }
      for (let retry = 0; retry <= mostRetries; retry += 1) {
        let connection = nextConnection()
        while (!connection) {
          await once(signals, 'connected', { signal: closing.signal }).catch(() => undefined)
          if (closing.signal.aborted) return { ok: false, error: 'dispatch_failed' }
          connection = nextConnection()
        }
        const why = { retry_attempt: retry, retry_reason: retry === 0 ? '' : 'timeout' }
        const delivery = await attempt(connection, { ...envelope, ...why })
        if (closing.signal.aborted || (delivery.ok && !isStillWanted)) return delivery
        if (delivery.ok) isStillWanted = false
      }
      return { ok: false, error: 'operation_timeout' }
    },
    connectionCount: () => connections.length,
    drop() {
      for (const connection of [...connections]) connection.terminate()
    },
    disconnect(reason, close = false) {
      for (const connection of [...connections]) {
        send(connection, { type: 'disconnect', reason, debug_info: { host: debugHost } })
        if (close) connection.close(1000)
      }
    },
    async close() {
      closing.abort()
      const open = [...connections]
      for (const connection of open) connection.close(1000)
      // A client that does not answer the closing handshake is cut off.
      const patience = AbortSignal.timeout(500)
      await Promise.allSettled(open.map((connection) => once(connection, 'close', { signal: patience })))
      for (const connection of open) connection.terminate()
      server.close()
    },
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
