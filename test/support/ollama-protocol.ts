import type { IncomingMessage, ServerResponse } from 'node:http'

/** What Ollama says, in the form of docs/api.md and of server/routes.go. */

export type FakeModel = {
  name: string
  /** As /api/show and newer /api/tags state them. */
  capabilities?: string[]
  family?: string
  contextLength?: number
  /** Of its file. */
  size?: number
  /** Further facts of its file: `block_count`, `attention.head_count_kv` … */
  info?: Record<string, number>
  /** A cloud model: run by the service at this address. */
  remoteHost?: string
}

/** A model in memory, as GET /api/ps states it; changed by a test as it goes. */
export type FakeResident = {
  name: string
  size?: number
  size_vram?: number
  context_length?: number
  expires_at?: string
}

/** As docs/api.md's `qwen3` is `qwen3:latest`. */
export const fullName = (name: string): string => (name.includes(':') ? name : `${name}:latest`)

const DIGEST = '500a1f067a9f782620b40bee6f7b0c89e17ae61f686b92c24933e4ca4b2b8b41'

export const SIZE = 5_225_388_164
export const SIZE_IN_MEMORY = 6_654_289_920

const detailsOf = (family = 'llama'): object => ({
  parent_model: '',
  format: 'gguf',
  family,
  families: [family],
  parameter_size: '8.2B',
  quantization_level: 'Q4_K_M',
})

const remoteOf = ({ name, remoteHost }: FakeModel): object =>
  remoteHost === undefined ? {} : { remote_model: name.replace(/[:-]cloud$/, ''), remote_host: remoteHost }

export const tagOf = (model: FakeModel): object => ({
  name: model.name,
  model: model.name,
  ...remoteOf(model),
  modified_at: '2026-01-05T10:00:00.000000000Z',
  size: model.size ?? (model.remoteHost ? 384 : SIZE),
  digest: DIGEST,
  details: detailsOf(model.family),
  ...(model.capabilities ? { capabilities: model.capabilities } : {}),
})

export const residentOf = ({ name, ...changes }: FakeResident): object => ({
  name,
  model: name,
  size: SIZE_IN_MEMORY,
  digest: DIGEST,
  details: detailsOf('qwen3'),
  expires_at: '2026-03-14T09:31:53.589793+01:00',
  size_vram: SIZE_IN_MEMORY,
  context_length: 8192,
  ...changes,
})

export const shown = (model: FakeModel): object => {
  const family = model.family ?? 'llama'
  const info = { context_length: model.contextLength ?? 8192, ...model.info }
  return {
    ...remoteOf(model),
    modelfile: `FROM ${model.name}`,
    details: detailsOf(family),
    model_info: {
      'general.architecture': family,
      ...Object.fromEntries(Object.entries(info).map(([name, value]) => [`${family}.${name}`, value])),
    },
    capabilities: model.capabilities ?? ['completion'],
    modified_at: '2026-01-05T10:00:00.000000000Z',
  }
}

export const TIMINGS = {
  total_duration: 4_883_583_458,
  load_duration: 1_334_875,
  prompt_eval_count: 1026,
  prompt_eval_duration: 342_546_000,
  eval_count: 282,
  eval_duration: 4_535_599_000,
}

const CREATED_AT = '2026-03-14T09:26:53.589793Z'

export const partOf = (model: string, message: object): object => ({
  model,
  created_at: CREATED_AT,
  message: { role: 'assistant', content: '', ...message },
  done: false,
})

/** What answers an empty prompt. */
export const loadedOrUnloaded = (model: string, isUnloaded: boolean, isChat: boolean): object => ({
  model,
  created_at: CREATED_AT,
  ...(isChat ? { message: { role: 'assistant', content: '' } } : { response: '' }),
  done: true,
  done_reason: isUnloaded ? 'unload' : 'load',
})

export const generated = (model: string, timings: Record<string, number>): object => ({
  model,
  created_at: CREATED_AT,
  response: 'one, two, three',
  done: true,
  done_reason: 'length',
  ...timings,
})

export const startStream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })

export const line = (response: ServerResponse, value: object): boolean =>
  response.write(`${JSON.stringify(value)}\n`)

export function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}

export const notFound = (response: ServerResponse, model: string): void =>
  json(response, 404, { error: `model '${model}' not found` })

export const QUEUE_IS_FULL = 'server busy, please try again.  maximum pending requests exceeded'

export type Schema = {
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
}

export function smallest({ type, properties = {}, required = [], items }: Schema): unknown {
  if (type === 'object')
    return Object.fromEntries(required.map((name) => [name, smallest(properties[name] ?? {})]))
  if (type === 'array') return [smallest(items ?? {})]
  return type === 'boolean' ? true : type === 'number' || type === 'integer' ? 1 : 'x'
}

export async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = Buffer.concat(await request.toArray()).toString()
  return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
}
