import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A fake Ollama: a real HTTP server that speaks the documented protocol (docs/api.md of ollama) to the letter,
 * with answers that a test chooses. It has no model; what models really write is not tested by it.
 */

export type FakeModel = {
  name: string
  /** As /api/show and newer /api/tags state them. */
  capabilities?: string[]
  family?: string
  contextLength?: number
  /** A cloud model: run by the service at this address. */
  remoteHost?: string
}

export type ChatRequestBody = {
  model: string
  messages: { role: string; content: string }[]
  stream: boolean
  format?: unknown
  think?: boolean
  options?: Record<string, number>
}

/** Answers one POST /api/chat. */
export type ChatBehaviour = (response: ServerResponse, request: ChatRequestBody) => void | Promise<void>

export type FakeOllama = {
  url: string
  /** Every chat request, in order. */
  chats: ChatRequestBody[]
  /** Every request to generate, in order. */
  generations: GenerateRequestBody[]
  /** What is in memory now. */
  resident: FakeResident[]
  /** Chat requests whose client went away before their end. */
  aborted: () => number
  close(): Promise<void>
}

/** A model in memory, as GET /api/ps states it; changed by a test as it goes. */
export type FakeResident = { name: string; size_vram?: number; context_length?: number; expires_at?: string }

export type GenerateRequestBody = {
  model: string
  prompt: string
  stream: boolean
  options?: Record<string, number>
}
export type GenerateBehaviour = (response: ServerResponse, request: GenerateRequestBody) => void

export type FakeOllamaOptions = {
  models?: FakeModel[]
  chat?: ChatBehaviour
  tags?: ChatBehaviour
  resident?: FakeResident[]
  generate?: GenerateBehaviour
}

export const LOCAL_MODEL: FakeModel = {
  name: 'qwen3:8b',
  capabilities: ['completion', 'tools', 'thinking'],
  family: 'qwen3',
  contextLength: 40_960,
}

export async function startFakeOllama(options: FakeOllamaOptions = {}): Promise<FakeOllama> {
  const models = options.models ?? [LOCAL_MODEL]
  const behave = options.chat ?? answers('All is well.')
  const chats: ChatRequestBody[] = []
  const generations: GenerateRequestBody[] = []
  const resident = options.resident ?? []
  let aborted = 0

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    switch (`${request.method} ${request.url}`) {
      case 'GET /api/version':
        return json(response, 200, { version: '0.12.6' })
      case 'GET /api/tags':
        if (options.tags) return options.tags(response, body)
        return json(response, 200, { models: models.map(tagOf) })
      case 'GET /api/ps':
        return json(response, 200, { models: resident.map(residentOf) })
      case 'POST /api/generate': {
        const asked = body as unknown as GenerateRequestBody
        generations.push(asked)
        if (!models.some(({ name }) => name === asked.model)) return notFound(response, asked.model)
        return (options.generate ?? generates())(response, asked)
      }
      case 'POST /api/show': {
        const model = models.find(({ name }) => name === body.model)
        return model ? json(response, 200, shown(model)) : notFound(response, body.model)
      }
      case 'POST /api/chat':
        chats.push(body)
        response.on('close', () => {
          if (!response.writableFinished) aborted += 1
        })
        if (!models.some(({ name }) => name === body.model)) return notFound(response, body.model)
        return behave(response, body)
      default:
        response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    chats,
    generations,
    resident,
    aborted: () => aborted,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

/** The sentences in the form that perfbot asks for, streamed in small parts. */
export const answers = (...sentences: string[]): ChatBehaviour => writes(JSON.stringify({ sentences }))

/** Any content, streamed; `last` overrides what the last object of the stream says. */
export const writes =
  (content: string, last: Record<string, unknown> = {}): ChatBehaviour =>
  (response, { model }) => {
    startStream(response)
    for (const part of content.match(/[\s\S]{1,7}/g) ?? []) line(response, partOf(model, part))
    line(response, { ...partOf(model, ''), done: true, done_reason: 'stop', ...TIMINGS, ...last })
    response.end()
  }

/** The one object that answers a request with stream: false; what is 0 the real one leaves out. */
export const generates =
  (timings: Record<string, number> = TIMINGS): GenerateBehaviour =>
  (response, { model }) =>
    json(response, 200, {
      model,
      created_at: '2026-03-14T09:26:53.589793Z',
      response: 'one, two, three',
      done: true,
      done_reason: 'length',
      ...timings,
    })

/** Takes the request, loads for ever, sends nothing. */
export const hangsBeforeHeaders: ChatBehaviour = () => {}

export const hangsMidStream: ChatBehaviour = (response, { model }) => {
  startStream(response)
  line(response, partOf(model, '{"sentences": ["The'))
}

export const neverStops: ChatBehaviour = async (response, { model }) => {
  startStream(response)
  while (!response.destroyed) {
    line(response, partOf(model, 'and so on, '.repeat(20)))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A proxy's page in Ollama's place. */
export const sendsHtml: ChatBehaviour = (response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome to nginx!</body></html>')
}

export const failsMidStream =
  (error: string): ChatBehaviour =>
  (response, { model }) => {
    startStream(response)
    line(response, partOf(model, '{"sentences"'))
    line(response, { error })
    response.end()
  }

export const fails =
  (status: number, error: string): ChatBehaviour =>
  (response) =>
    json(response, status, { error })

export const endsWithoutDone: ChatBehaviour = (response, { model }) => {
  startStream(response)
  line(response, partOf(model, '{"sentences": ["The'))
  response.end()
}

/** Sends the client elsewhere, as an unfriendly proxy might. */
export const redirectsTo =
  (url: string): ChatBehaviour =>
  (response) => {
    response.writeHead(307, { location: url }).end()
  }

const TIMINGS = {
  total_duration: 4_883_583_458,
  load_duration: 1_334_875,
  prompt_eval_count: 1026,
  prompt_eval_duration: 342_546_000,
  eval_count: 282,
  eval_duration: 4_535_599_000,
}

const startStream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })

const line = (response: ServerResponse, value: object): boolean =>
  response.write(`${JSON.stringify(value)}\n`)

const partOf = (model: string, content: string): object => ({
  model,
  created_at: '2026-03-14T09:26:53.589793Z',
  message: { role: 'assistant', content },
  done: false,
})

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}

const notFound = (response: ServerResponse, model: string): void =>
  json(response, 404, { error: `model '${model}' not found` })

const remoteOf = ({ name, remoteHost }: FakeModel): object =>
  remoteHost === undefined ? {} : { remote_model: name.replace(/[:-]cloud$/, ''), remote_host: remoteHost }

const tagOf = (model: FakeModel): object => ({
  name: model.name,
  model: model.name,
  ...remoteOf(model),
  modified_at: '2026-01-05T10:00:00.000000000Z',
  size: model.remoteHost ? 384 : 5_225_388_164,
  digest: '500a1f067a9f782620b40bee6f7b0c89e17ae61f686b92c24933e4ca4b2b8b41',
  details: {
    format: 'gguf',
    family: model.family ?? 'llama',
    parameter_size: '8.2B',
    quantization_level: 'Q4_K_M',
  },
  ...(model.capabilities ? { capabilities: model.capabilities } : {}),
})

const residentOf = ({ name, ...changes }: FakeResident): object => ({
  name,
  model: name,
  size: 6_654_289_920,
  digest: '500a1f067a9f782620b40bee6f7b0c89e17ae61f686b92c24933e4ca4b2b8b41',
  details: {
    parent_model: '',
    format: 'gguf',
    family: 'qwen3',
    parameter_size: '8.2B',
    quantization_level: 'Q4_K_M',
  },
  expires_at: '2026-03-14T09:31:53.589793+01:00',
  size_vram: 6_654_289_920,
  context_length: 8192,
  ...changes,
})

const shown = (model: FakeModel): object => ({
  ...remoteOf(model),
  details: { format: 'gguf', family: model.family ?? 'llama' },
  model_info: { [`${model.family ?? 'llama'}.context_length`]: model.contextLength ?? 8192 },
  capabilities: model.capabilities ?? ['completion'],
})

async function bodyOf(request: IncomingMessage): Promise<ChatRequestBody> {
  const chunks = await request.toArray()
  const text = Buffer.concat(chunks).toString()
  return (text === '' ? {} : JSON.parse(text)) as ChatRequestBody
}
