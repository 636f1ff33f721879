import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fakeMemory } from './ollama-memory.ts'
import {
  bodyOf,
  type FakeModel,
  type FakeResident,
  fullName,
  generated,
  json,
  line,
  loadedOrUnloaded,
  notFound,
  partOf,
  QUEUE_IS_FULL,
  residentOf,
  type Schema,
  shown,
  smallest,
  startStream,
  TIMINGS,
  tagOf,
} from './ollama-protocol.ts'

/**
 * A stand-in for Ollama: a real HTTP server that speaks the documented protocol (docs/api.md of ollama) to the letter,
 * with answers that a test chooses. It has no model; what models really write is not tested by it.
 */

export type { FakeModel, FakeResident }

export type ChatRequestBody = {
  model: string
  messages: { role: string; content: string; tool_name?: string; tool_calls?: unknown }[]
  stream?: boolean
  format?: unknown
  tools?: { function: { name: string } }[]
  think?: boolean
  keep_alive?: unknown
  options?: Record<string, number>
}

/** Answers one POST /api/chat. */
export type ChatBehaviour = (response: ServerResponse, request: ChatRequestBody) => void | Promise<void>

export type FakeOllama = {
  url: string
  /** Every chat request, in order. */
  chats: ChatRequestBody[]
  /** Every request to generate something, in order. */
  generations: GenerateRequestBody[]
  /** What is in memory now. */
  resident: FakeResident[]
  /** What was pushed out of memory, or loaded anew with another context. */
  evicted: string[]
  /** Chat requests whose client went away before their end. */
  aborted: () => number
  /** The most chats that were under way at the same time. */
  mostAtOnce: () => number
  close(): Promise<void>
}

export type GenerateRequestBody = {
  model: string
  prompt: string
  stream: boolean
  keep_alive?: unknown
  options?: Record<string, number>
}
export type GenerateBehaviour = (response: ServerResponse, request: GenerateRequestBody) => void

export type FakeOllamaOptions = {
  models?: FakeModel[]
  chat?: ChatBehaviour
  tags?: ChatBehaviour
  resident?: FakeResident[]
  generate?: GenerateBehaviour
  /** Of all GPUs together; what does not fit beside the others pushes them out. */
  vramBytes?: number
  loadMilliseconds?: number
  /** OLLAMA_MAX_QUEUE: more requests than one under way and so many waiting are refused. */
  maximumQueue?: number
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
  const memory = fakeMemory(options.resident ?? [], options.vramBytes ?? 1e15)
  let aborted = 0
  let underWay = 0
  let most = 0

  async function load(model: FakeModel, request: GenerateRequestBody | ChatRequestBody): Promise<void> {
    const isLoaded = memory.resident.some(({ name }) => name === model.name)
    if (!isLoaded && options.loadMilliseconds) await delay(options.loadMilliseconds)
    if (model.remoteHost === undefined) memory.use(model, request)
  }

  async function chat(response: ServerResponse, request: ChatRequestBody): Promise<void> {
    if (request.model === undefined) return json(response, 400, { error: 'model is required' })
    const model = models.find(({ name }) => name === fullName(request.model))
    if (!model) return notFound(response, request.model)
    const can = (capability: string) =>
      model.capabilities?.includes(capability) ?? capability === 'completion'
    const library = `registry.ollama.ai/library/${model.name}`
    if (request.tools?.length && !can('tools'))
      return json(response, 400, { error: `${library} does not support tools` })
    if (request.think && !can('thinking'))
      return json(response, 400, { error: `"${request.model}" does not support thinking` })
    if (underWay > (options.maximumQueue ?? 512)) return json(response, 503, { error: QUEUE_IS_FULL })
    underWay += 1
    most = Math.max(most, underWay)
    response.on('close', () => {
      underWay -= 1
      if (!response.writableFinished) aborted += 1
    })
    if (!request.messages?.length) return loadOnly(response, model, request, true)
    await load(model, request)
    return behave(response, request)
  }

  async function loadOnly(
    response: ServerResponse,
    model: FakeModel,
    request: GenerateRequestBody | ChatRequestBody,
    isChat: boolean,
  ): Promise<void> {
    const isUnloaded = request.keep_alive === 0
    if (isUnloaded) memory.unload(model.name)
    else await load(model, request)
    json(response, 200, loadedOrUnloaded(request.model, isUnloaded, isChat))
  }

  async function generate(response: ServerResponse, request: GenerateRequestBody): Promise<void> {
    const model = models.find(({ name }) => name === fullName(request.model ?? ''))
    if (request.prompt) generations.push(request)
    if (!model) return notFound(response, request.model)
    if (!request.prompt) return loadOnly(response, model, request, false)
    return (options.generate ?? generates())(response, request)
  }

  const server = createServer(async (request, response) => {
    const body = (await bodyOf(request)) as never
    memory.expire()
    switch (`${request.method} ${request.url}`) {
      case 'GET /':
        return response.writeHead(200, { 'content-type': 'text/plain' }).end('Ollama is running')
      case 'GET /api/version':
        return json(response, 200, { version: '0.12.6' })
      case 'GET /api/tags':
        if (options.tags) return options.tags(response, body)
        return json(response, 200, { models: models.map(tagOf) })
      case 'GET /api/ps':
        return json(response, 200, { models: memory.resident.map(residentOf) })
      case 'POST /api/generate':
        return generate(response, body)
      case 'POST /api/show': {
        const { model: asked } = body as { model: string }
        const model = models.find(({ name }) => name === fullName(asked))
        return model ? json(response, 200, shown(model)) : notFound(response, asked)
      }
      case 'POST /api/chat':
        chats.push(body)
        return chat(response, body)
      default:
        response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    chats,
    generations,
    resident: memory.resident,
    evicted: memory.evicted,
    aborted: () => aborted,
    mostAtOnce: () => most,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

/** The sentences in the form that perfbot asks for, streamed in small parts. */
export const answers =
  (...sentences: string[]): ChatBehaviour =>
  (response, request) => {
    const asked = (request.format as { properties?: object } | undefined)?.properties ?? {}
    const form =
      'summary' in asked ? { summary: sentences, matters: [], incidents: [], order: [] } : { sentences }
    return writes(JSON.stringify(form))(response, request)
  }

/** Any content, streamed unless it is asked for whole; `last` overrides what the last object of the stream says. */
export const writes =
  (content: string, last: Record<string, unknown> = {}): ChatBehaviour =>
  (response, { model, stream }) => {
    const end = { done: true, done_reason: 'stop', ...TIMINGS, ...last }
    if (stream === false) return json(response, 200, { ...partOf(model, { content }), ...end })
    startStream(response)
    for (const part of content.match(/[\s\S]{1,7}/g) ?? []) line(response, partOf(model, { content: part }))
    line(response, { ...partOf(model, {}), ...end })
    response.end()
  }

/** Asks for tools, each call in an object of its own, as Ollama streams them. */
export const calls =
  (...wanted: readonly (readonly [name: string, args: unknown])[]): ChatBehaviour =>
  (response, { model }) => {
    startStream(response)
    for (const [name, args] of wanted)
      line(response, partOf(model, { tool_calls: [{ function: { name, arguments: args } }] }))
    line(response, { ...partOf(model, {}), done: true, done_reason: 'stop', ...TIMINGS })
    response.end()
  }

/** One behaviour after another; the last one stays. */
export function inOrder(...behaviours: readonly ChatBehaviour[]): ChatBehaviour {
  let next = 0
  return (response, request) => {
    const behave = behaviours[Math.min(next, behaviours.length - 1)]
    next += 1
    return behave?.(response, request)
  }
}

/** What a structured output is: the smallest answer that fits the schema that was asked for. */
export const fitsFormat: ChatBehaviour = (response, request) =>
  writes(JSON.stringify(smallest(request.format as Schema)))(response, request)

/** The one object that answers a request with stream: false; what is 0 the real one leaves out. */
export const generates =
  (timings: Record<string, number> = TIMINGS): GenerateBehaviour =>
  (response, { model }) =>
    json(response, 200, generated(model, timings))

/** Takes the request, sends nothing. */
export const hangsBeforeHeaders: ChatBehaviour = () => {}

export const hangsMidStream: ChatBehaviour = (response, { model }) => {
  startStream(response)
  line(response, partOf(model, { content: '{"sentences": ["The' }))
}

export const neverStops: ChatBehaviour = async (response, { model }) => {
  startStream(response)
  while (!response.destroyed) {
    line(response, partOf(model, { content: 'and so on, '.repeat(20) }))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** An endless line: no object of it is ever whole. */
export const neverEndsItsLine: ChatBehaviour = async (response) => {
  startStream(response)
  response.write('{"message": {"content": "')
  while (!response.destroyed) {
    response.write('and so on, '.repeat(2000))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A proxy's page in Ollama's place. */
export const sendsHtml: ChatBehaviour = (response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome to nginx!</body></html>')
}

/** Lines that are no JSON, in a stream that claims to be. */
export const sendsGarbage: ChatBehaviour = (response, { model }) => {
  startStream(response)
  line(response, partOf(model, { content: '{"sen' }))
  response.end('\u0000\u0001 <<<< not json >>>>\n{"also": not}\n')
}

export const dropsBeforeHeaders: ChatBehaviour = (response) => {
  response.socket?.destroy()
}

export const dropsMidStream: ChatBehaviour = (response, { model }) => {
  startStream(response)
  line(response, partOf(model, { content: '{"sentences": ["The' }))
  setImmediate(() => response.socket?.destroy())
}

export const failsMidStream =
  (error: string): ChatBehaviour =>
  (response, { model }) => {
    startStream(response)
    line(response, partOf(model, { content: '{"sentences"' }))
    line(response, { error })
    response.end()
  }

export const fails =
  (status: number, error: string): ChatBehaviour =>
  (response) =>
    json(response, status, { error })

export const endsWithoutDone: ChatBehaviour = (response, { model }) => {
  startStream(response)
  line(response, partOf(model, { content: '{"sentences": ["The' }))
  response.end()
}

/** Sends the client elsewhere, as an unfriendly proxy might. */
export const redirectsTo =
  (url: string): ChatBehaviour =>
  (response) => {
    response.writeHead(307, { location: url }).end()
  }
