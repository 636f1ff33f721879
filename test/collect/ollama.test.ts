import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ollamaCollector } from '../../src/collect/ollama.ts'
import { OllamaReading } from '../../src/model/ollama-reading.ts'
import { seconds } from '../../src/model/units.ts'
import {
  type FakeOllama,
  type FakeOllamaOptions,
  generates,
  LOCAL_MODEL,
  startFakeOllama,
} from '../support/ollama.ts'

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

const qwen = { family: 'qwen3', parameterSize: '8.2B', quantization: 'Q4_K_M' }
const unsaid = { family: null, parameterSize: null, quantization: null }

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
            {
              name: 'qwen3:8b',
              size: 5_200_000_000,
              digest: 'abc',
              details: { family: 'qwen3', parameter_size: '8.2B', quantization_level: 'Q4_K_M' },
              capabilities: ['completion', 'tools', 'thinking'],
            },
            { name: 'mxbai:latest', size: 670_000_000, details: { family: '', families: null } },
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
      onThisHost: true,
      version: '0.31.0',
      installed: [
        {
          name: 'qwen3:8b',
          sizeBytes: 5_200_000_000,
          remote: false,
          ...qwen,
          capabilities: ['completion', 'tools', 'thinking'],
        },
        { name: 'mxbai:latest', sizeBytes: 670_000_000, remote: false, ...unsaid, capabilities: null },
        { name: 'gpt-oss:120b-cloud', sizeBytes: 384, remote: true, ...unsaid, capabilities: null },
      ],
      resident: [
        {
          name: 'qwen3:8b',
          sizeBytes: 6_000_000_000,
          vramBytes: 0,
          contextLength: 4096,
          expiresAt: '2026-11-23T22:10:31.837Z',
          ...unsaid,
        },
      ],
      probe: null,
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

describe('an inference probe', () => {
  const fakes: FakeOllama[] = []
  afterEach(async () => {
    for (const fake of fakes.splice(0)) await fake.close()
  })
  const started = async (options: FakeOllamaOptions) => {
    const fake = await startFakeOllama(options)
    fakes.push(fake)
    return fake
  }
  const probing = ({ url }: FakeOllama, every = 0, model: string | null = null) => {
    const collector = ollamaCollector(
      { url, configured: true },
      { probe: { every: seconds(every), model }, deadlineSeconds: seconds(1) },
    )
    return async () => {
      const { models } = await collector.collect(AbortSignal.timeout(2000))
      return OllamaReading.parse(models?.[0]).probe
    }
  }
  const LOADED = { name: LOCAL_MODEL.name }

  it('is only made when config asks for it', async () => {
    const fake = await started({ resident: [LOADED] })
    const { models } = await collect(fake.url)
    expect(models?.[0]?.probe).toBeNull()
    expect(fake.generations).toEqual([])
  })

  it('asks a loaded model with the context it has, and measures as Ollama counts', async () => {
    const fake = await started({ resident: [LOADED] })
    expect(await probing(fake)()).toMatchObject({
      outcome: 'answered',
      model: LOCAL_MODEL.name,
      load: 0.001334875,
      promptTokens: 1026,
      promptTokensPerSecond: expect.closeTo(2995.22, 1),
      generatedTokens: 282,
      generatedTokensPerSecond: expect.closeTo(62.175, 2),
      queued: expect.closeTo(0.004103583, 6),
      wasResident: true,
    })
    expect(fake.generations).toMatchObject([{ stream: false, options: { num_ctx: 8192, num_predict: 32 } }])
    expect(fake.generations[0]).not.toHaveProperty('keep_alive')
  })

  it.each<[string, FakeOllamaOptions, string | null, RegExp]>([
    ['nothing is loaded', { resident: [] }, null, /No model that writes is loaded/],
    ['the model that is wanted is not loaded', { resident: [LOADED] }, 'llama3', /llama3 is not loaded/],
    [
      'only an embedding model is',
      { models: [{ name: 'embed', capabilities: ['embedding'] }], resident: [{ name: 'embed' }] },
      null,
      /No model that writes/,
    ],
    [
      'its context is not known',
      { resident: [{ ...LOADED, context_length: 0 }] },
      null,
      /does not say with which/,
    ],
  ])('is left out when %s', async (_, options, model, reason) => {
    const fake = await started(options)
    expect(await probing(fake, 0, model)()).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringMatching(reason),
    })
    expect(fake.generations).toEqual([])
  })

  it('is not made again before its time, and never keeps a model in memory that nobody else uses', async () => {
    const fake = await started({
      resident: [LOADED],
      generate(response, request) {
        // Each use moves the end.
        fake.resident[0] = { ...LOADED, expires_at: `2026-03-14T10:00:0${fake.generations.length}Z` }
        generates()(response, request)
      },
    })
    const rarely = probing(fake, 600)
    const first = await rarely()
    expect(await rarely()).toEqual(first)
    expect(fake.generations).toHaveLength(1)
    const often = probing(fake)
    expect(await often()).toMatchObject({ outcome: 'answered' })
    expect(await often()).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringContaining('Nobody else'),
    })
    fake.resident[0] = { ...LOADED, expires_at: '2026-03-14T11:00:00Z' }
    expect(await often()).toMatchObject({ outcome: 'answered' })
    expect(fake.generations).toHaveLength(3)
  })

  it('that is refused for a full queue, that fails or hangs leaves the rest of the reading', async () => {
    const busy = 'server busy, please try again.  maximum pending requests exceeded'
    const full = await started({
      resident: [LOADED],
      generate: (response) => response.writeHead(503).end(JSON.stringify({ error: busy })),
    })
    expect(await probing(full)()).toMatchObject({ outcome: 'busy', reason: busy })
    const broken = await started({
      resident: [LOADED],
      generate: (response) => response.writeHead(500).end(JSON.stringify({ error: 'CUDA error' })),
    })
    expect(await probing(broken)()).toMatchObject({ outcome: 'failed', reason: 'CUDA error' })
    const hanging = await started({ resident: [LOADED], generate: () => undefined })
    expect(await probing(hanging)()).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('No answer within 0.7 s'),
    })
  })

  it('says no speed of what was cached or too short to be timed', async () => {
    const cached = await started({
      resident: [LOADED],
      generate: generates({ total_duration: 5e6, eval_count: 2, eval_duration: 4e6 }),
    })
    expect(await probing(cached)()).toMatchObject({
      outcome: 'answered',
      promptTokens: 0,
      promptTokensPerSecond: null,
      generatedTokensPerSecond: null,
    })
  })
})
