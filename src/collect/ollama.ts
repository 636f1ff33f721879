import { z } from 'zod'
import type { OllamaReading } from '../model/ollama-reading.ts'
import { bytes, timestamp } from '../model/units.ts'
import { CollectFailure, type Collector, errorCode, messageOf } from './collector.ts'
import { DeadlineExceeded } from './deadline.ts'

export type OllamaSource = { url: string; configured: boolean }

// The shapes of Ollama's api/types.go; lists are null, not empty, in some releases.
const Version = z.object({ version: z.string() })
const Tags = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        size: z.number().default(0),
        remote_model: z.string().optional(),
        remote_host: z.string().optional(),
      }),
    )
    .nullable(),
})
const Resident = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        size: z.number(),
        size_vram: z.number().default(0),
        context_length: z.number().optional(),
        expires_at: z.string().optional(),
      }),
    )
    .nullable(),
})

/** One alone is just 'ollama'; several are told apart by their addresses. */
export function ollamaCollector(source: OllamaSource, oneOfSeveral = false): Collector {
  return {
    name: oneOfSeveral ? `ollama:${displayUrl(source.url)}` : 'ollama',
    missing: source.configured ? `Ollama at ${displayUrl(source.url)}` : 'Ollama',
    async collect(signal) {
      try {
        return { models: [await readOllama(source.url, signal)] }
      } catch (error) {
        throw ollamaFailure(error, source, signal)
      }
    },
  }
}

async function readOllama(url: string, signal: AbortSignal): Promise<OllamaReading> {
  const [version, tags, resident] = await Promise.all([
    getJson(url, '/api/version', Version, signal),
    getJson(url, '/api/tags', Tags, signal),
    getJson(url, '/api/ps', Resident, signal),
  ])
  return {
    url: displayUrl(url),
    version: version.version,
    installed: (tags.models ?? []).map((model) => ({
      name: model.name,
      sizeBytes: bytes(model.size),
      remote: Boolean(model.remote_model || model.remote_host),
    })),
    resident: (resident.models ?? []).map((model) => ({
      name: model.name,
      sizeBytes: bytes(model.size),
      vramBytes: bytes(model.size_vram),
      contextLength: model.context_length || null,
      expiresAt: expiry(model.expires_at),
    })),
  }
}

/** RFC 3339 with nanoseconds and an offset; a model that is kept for ever expires in another century. */
function expiry(text: string | undefined) {
  const date = new Date(text ?? '')
  return Number.isNaN(date.getTime()) ? null : timestamp(date)
}

async function getJson<Shape extends z.ZodType>(
  url: string,
  path: string,
  shape: Shape,
  signal: AbortSignal,
): Promise<z.infer<Shape>> {
  const response = await fetch(`${withoutCredentials(url)}${path}`, { signal, headers: credentials(url) })
  const body = await response.text()
  const parsed = response.ok ? shape.safeParse(jsonOf(body)) : null
  if (parsed?.success) return parsed.data
  throw new CollectFailure(
    'failed',
    `${displayUrl(url)} did not answer like Ollama: GET ${path} gave ${describe(response, body)}`,
    'Check that this is the address of Ollama (OLLAMA_HOST) and not of a proxy or a web interface before it',
  )
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Not JSON: no shape will accept it, and the failure says what came.
    return undefined
  }
}

function describe(response: Response, body: string): string {
  const type = response.headers.get('content-type') ?? 'no content type'
  return `${response.status}, ${type}, beginning ${JSON.stringify(body.slice(0, 60))}`
}

// fetch refuses a URL with credentials in it; a proxy before Ollama may ask for them.
function withoutCredentials(url: string): string {
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  return parsed.href.replace(/\/$/, '')
}

function credentials(url: string): Record<string, string> {
  const { username, password } = new URL(url)
  if (!username) return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

const displayUrl = (url: string): string => (URL.canParse(url) ? withoutCredentials(url) : 'an invalid URL')

function ollamaFailure(error: unknown, { url, configured }: OllamaSource, signal: AbortSignal): unknown {
  if (error instanceof CollectFailure) return error
  const place = displayUrl(url)
  const failed = (reason: string, remedy: string) =>
    new CollectFailure('failed', reason, remedy, { cause: error })
  if (!URL.canParse(url)) {
    return new CollectFailure(
      'failed',
      'The URL of Ollama is not a URL',
      'Write it as http://host:11434 under ollama: in config/perfbot.yaml',
    )
  }
  if (signal.aborted) {
    const limit = signal.reason instanceof DeadlineExceeded ? signal.reason.message : 'was interrupted'
    return failed(
      `Ollama at ${place} ${limit}`,
      'Look at its log: journalctl -u ollama, or docker logs ollama',
    )
  }
  switch (errorCode(error)) {
    case 'ECONNREFUSED':
      return new CollectFailure(
        configured ? 'failed' : 'absent',
        `No Ollama at ${place}`,
        configured
          ? 'Start it (ollama serve), or correct its url under ollama: in config/perfbot.yaml'
          : 'Start Ollama, or name its url under ollama: in config/perfbot.yaml',
        { cause: error },
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed(
        `The host name of ${place} cannot be resolved`,
        'Correct the url under ollama: in config/perfbot.yaml; a Docker service name is only known inside its network',
      )
    default:
      return failed(
        `${place} cannot be read: ${reasonOf(error)}`,
        `Try it by hand: curl ${place}/api/version`,
      )
  }
}

/** fetch says only "fetch failed"; what failed is in its cause. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? messageOf(error.cause) : messageOf(error)
