import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { METRICS, samplesOf } from '../model/samples/samples.ts'
import { contentTypeFor, expose } from './exposition.ts'
import { OWN_METRICS, ownSamples } from './own-metrics.ts'
import { collectionCheck, type ReadyCheck, readinessOf } from './readiness.ts'
import { limitOf, type Readings, snapshotWithin } from './scrape.ts'

export type ExporterOptions = {
  /** 0 takes any free port. */
  readonly port: number
  readonly address: string
  readonly readings: Readings
  /** What else has to be well for /readyz. */
  readonly checks: readonly ReadyCheck[]
  readonly logger: Logger
}

export type Exporter = {
  /** Where /metrics, /healthz and /readyz are. */
  readonly url: string
  close(): Promise<void>
}

/** Why the numbers cannot be offered, and what to do. */
export class ExporterFailure extends Error {
  override readonly name = 'ExporterFailure'
}

/** Serves the numbers to Prometheus, and its own health to whoever restarts it. Rejects with an ExporterFailure. */
export async function startExporter(options: ExporterOptions): Promise<Exporter> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.logger.error({ err: error, path: request.url }, 'a scrape could not be answered')
      if (!response.headersSent)
        send(response, 500, 'text/plain; charset=utf-8', 'perfbot failed: see its log\n')
      else response.destroy()
    })
  })
  await listen(server, options)
  const { port } = server.address() as AddressInfo
  const host = options.address.includes(':') ? `[${options.address}]` : options.address
  return {
    url: `http://${host}:${port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, { port, address }: ExporterOptions): Promise<void> {
  server.listen(port, address)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new ExporterFailure(`Metrics cannot be served on ${address}:${port}: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return 'the port is taken. Choose another under metrics.port'
  if (code === 'EACCES') return 'ports below 1024 need root. Choose another under metrics.port'
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address. Correct metrics.address'
  return message
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExporterOptions,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return send(response, 405, 'text/plain; charset=utf-8', 'Only GET is answered here\n')
  }
  const [path] = (request.url ?? '/').split('?')
  switch (path) {
    case '/metrics':
      return answerScrape(request, response, options)
    case '/healthz':
      return sendJson(response, 200, { status: 'ok', uptimeSeconds: Math.round(process.uptime()) })
    case '/readyz': {
      const readiness = await readinessOf([collectionCheck(options.readings), ...options.checks])
      return sendJson(response, readiness.ready ? 200 : 503, readiness)
    }
    default:
      return send(response, 404, 'text/plain; charset=utf-8', 'Here are /metrics, /healthz and /readyz\n')
  }
}

async function answerScrape(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { readings, logger }: ExporterOptions,
): Promise<void> {
  const timeout = headers['x-prometheus-scrape-timeout-seconds']
  const limit = limitOf(typeof timeout === 'string' ? timeout : undefined)
  const snapshot = await snapshotWithin(limit, readings, logger)
  if (!snapshot) {
    const text = `No collection has ended yet, and none did within ${limit} s\n`
    return send(response, 503, 'text/plain; charset=utf-8', text)
  }
  const { contentType, text } = await expose(
    [...METRICS, ...OWN_METRICS],
    [...samplesOf(snapshot), ...ownSamples(snapshot, readings.clock())],
    contentTypeFor(headers.accept),
  )
  send(response, 200, contentType, text)
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, 'application/json; charset=utf-8', `${JSON.stringify(body)}\n`)

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  })
  response.end(text)
}
