import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A stand-in for Ollama's loading of models: a real HTTP server that speaks /api/tags, /api/ps and /api/generate with
 * `keep_alive` as docs/api.md describes them. It has no model, and says nothing about what loading one costs.
 */
export type OllamaStandIn = {
  readonly url: string
  loaded(): string[]
  close(): Promise<void>
}

const FOR_EVER = new Date('2318-01-01T00:00:00Z')

export async function startOllamaStandIn(installed: readonly string[]): Promise<OllamaStandIn> {
  const loaded = new Map<string, Date>()
  const json = (response: ServerResponse, status: number, value: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))

  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString()
    const body = (text === '' ? {} : JSON.parse(text)) as { model?: string; keep_alive?: string | number }
    for (const [name, until] of loaded) if (until.getTime() <= Date.now()) loaded.delete(name)
    switch (`${request.method} ${request.url}`) {
      case 'GET /api/tags':
        return json(response, 200, { models: installed.map((name) => ({ name, model: name })) })
      case 'GET /api/ps':
        return json(response, 200, {
          models: [...loaded].map(([name, until]) => ({
            name,
            model: name,
            size: 6_000_000_000,
            size_vram: 6_000_000_000,
            expires_at: until.toISOString(),
          })),
        })
      case 'POST /api/generate': {
        const model = body.model?.includes(':') ? body.model : `${body.model}:latest`
        if (!installed.includes(model))
          return json(response, 404, { error: `model '${body.model}' not found` })
        const isUnloaded = body.keep_alive === 0
        if (isUnloaded) loaded.delete(model)
        else loaded.set(model, expiry(body.keep_alive))
        return json(response, 200, {
          model: body.model,
          created_at: new Date().toISOString(),
          response: '',
          done: true,
          done_reason: isUnloaded ? 'unload' : 'load',
        })
      }
      default:
        return response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loaded: () => [...loaded.keys()],
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

const SECONDS = { s: 1, m: 60, h: 3600 } as const

/** As Go writes durations; a negative number is for ever, and nothing is five minutes. */
function expiry(keepAlive: string | number | undefined): Date {
  if (typeof keepAlive === 'number' && keepAlive < 0) return FOR_EVER
  const match = /^(\d+)([smh])$/.exec(String(keepAlive ?? '5m'))
  const unit = match?.[2] as keyof typeof SECONDS | undefined
  const seconds = match && unit ? Number(match[1]) * SECONDS[unit] : Number(keepAlive)
  return new Date(Date.now() + seconds * 1000)
}
