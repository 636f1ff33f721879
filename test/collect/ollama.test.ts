import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ollamaCollector } from '../../src/collect/ollama.ts'
import { OllamaReading } from '../../src/model/ollama-reading.ts'

let server: Server | null = null
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = null
})

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`
}

const answering =
  (answers: Record<string, unknown>): RequestListener =>
  (request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answers[request.url ?? '']))
  }

const collect = (url: string, configured = true) =>
  ollamaCollector({ url, configured }).collect(AbortSignal.timeout(2000))

describe('Ollama', () => {
  // Answers in the form of Ollama's docs/api.md.
  it('states what is installed, what leaves the machine, and what is resident where', async () => {
    const url = await serve(
      answering({
        '/api/version': { version: '0.31.0' },
        '/api/tags': {
          models: [
            { name: 'qwen3:8b', size: 5_200_000_000, digest: 'abc', details: {} },
            {
              name: 'gpt-oss:120b-cloud',
              size: 384,
              remote_model: 'gpt-oss:120b',
              remote_host: 'https://ollama.com:443',
            },
          ],
        },
        '/api/ps': {
          models: [
            {
              name: 'qwen3:8b',
              size: 6_000_000_000,
              size_vram: 0,
              context_length: 4096,
              expires_at: '2026-11-24T00:10:31.837536741+02:00',
            },
          ],
        },
      }),
    )
    const { models } = await collect(url)
    expect(OllamaReading.parse(models?.[0])).toEqual({
      url,
      version: '0.31.0',
      installed: [
        { name: 'qwen3:8b', sizeBytes: 5_200_000_000, remote: false },
        { name: 'gpt-oss:120b-cloud', sizeBytes: 384, remote: true },
      ],
      resident: [
        {
          name: 'qwen3:8b',
          sizeBytes: 6_000_000_000,
          vramBytes: 0,
          contextLength: 4096,
          expiresAt: '2026-11-23T22:10:31.837Z',
        },
      ],
    })
  })

  it.each<[string, RequestListener]>([
    [
      'a web page',
      (_, response) => response.setHeader('content-type', 'text/html').end('<html>Hello</html>'),
    ],
    ['JSON of another shape', (_, response) => response.end('{"hello": "world"}')],
    ['half of its JSON', (_, response) => response.end('{"version": "0.')],
    ['an error', (_, response) => response.writeHead(502).end('Bad Gateway')],
  ])('that answers with %s did not answer like Ollama', async (_, listener) => {
    const url = await serve(listener)
    await expect(collect(url)).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('did not answer like Ollama'),
    })
  })

  it('that never answers is given up; one that hangs up is named', async () => {
    await expect(collect(await serve(() => undefined))).rejects.toMatchObject({ kind: 'failed' })
    const hangsUp = await serve((request) => request.socket.destroy())
    await expect(collect(hangsUp)).rejects.toMatchObject({
      kind: 'failed',
      remedy: expect.stringContaining('curl'),
    })
  })

  it('that is not there is absent when nobody named it, and a failure when somebody did', async () => {
    const url = await serve(() => undefined)
    server?.close()
    await expect(collect(url, false)).rejects.toMatchObject({
      kind: 'absent',
      message: `No Ollama at ${url}`,
    })
    await expect(collect(url, true)).rejects.toMatchObject({ kind: 'failed' })
  })

  it('never shows the credentials of its address', async () => {
    const url = (await serve((_, response) => response.end('no'))).replace('//', '//ann:hunter2@')
    await expect(collect(url)).rejects.toSatisfy((error) => !String(error).includes('hunter2'))
  })
})
