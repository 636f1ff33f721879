import { z } from 'zod'
import { CollectFailure } from '../collector.ts'

/** The shapes of Ollama's api/types.go; lists are null, not empty, in some releases, and empty texts say nothing. */
const Text = z.string().transform((text) => text || null)
const Details = z
  .object({
    family: Text.nullish(),
    parameter_size: Text.nullish(),
    quantization_level: Text.nullish(),
  })
  .nullish()
export type Details = z.infer<typeof Details>

export const Version = z.object({ version: z.string() })

export const Tags = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        size: z.number().default(0),
        remote_model: z.string().optional(),
        remote_host: z.string().optional(),
        details: Details,
        capabilities: z.array(z.string()).nullish(),
      }),
    )
    .nullable(),
})

export const Resident = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        size: z.number(),
        size_vram: z.number().default(0),
        context_length: z.number().optional(),
        expires_at: z.string().optional(),
        details: Details,
      }),
    )
    .nullable(),
})

/** The one answer of POST /api/generate with stream: false. Times are nanoseconds; what is 0 is left out. */
export const Generated = z.object({
  done: z.literal(true),
  total_duration: z.number().default(0),
  load_duration: z.number().default(0),
  prompt_eval_count: z.number().default(0),
  prompt_eval_duration: z.number().default(0),
  eval_count: z.number().default(0),
  eval_duration: z.number().default(0),
})
export type Generated = z.infer<typeof Generated>

const Refused = z.object({ error: z.string() })

export type Answer = { readonly status: number; readonly type: string; readonly body: string }

type Request = { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: object }

export async function ask(url: string, request: Request, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(`${withoutCredentials(url)}${request.path}`, {
    method: request.method,
    signal,
    headers: { ...credentials(url), ...(request.body ? { 'content-type': 'application/json' } : {}) },
    ...(request.body ? { body: JSON.stringify(request.body) } : {}),
  })
  const type = response.headers.get('content-type') ?? 'no content type'
  return { status: response.status, type, body: await response.text() }
}

export async function getJson<Shape extends z.ZodType>(
  url: string,
  path: string,
  shape: Shape,
  signal: AbortSignal,
): Promise<z.infer<Shape>> {
  const answer = await ask(url, { method: 'GET', path }, signal)
  const parsed = answer.status === 200 ? shape.safeParse(jsonOf(answer.body)) : null
  if (parsed?.success) return parsed.data
  throw new CollectFailure(
    'failed',
    `${displayUrl(url)} did not answer like Ollama: GET ${path} gave ${describe(answer)}`,
    'Check that this is the address of Ollama (OLLAMA_HOST) and not of a proxy or a web interface before it',
  )
}

export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Not JSON: no shape will accept it, and the failure says what came.
    return undefined
  }
}

/** `{"error": "…"}`, as Ollama says what it does not do. */
export function errorIn({ body }: Answer): string | null {
  const parsed = Refused.safeParse(jsonOf(body))
  return parsed.success ? parsed.data.error : null
}

export const describe = ({ status, type, body }: Answer): string =>
  `${status}, ${type}, beginning ${JSON.stringify(body.slice(0, 60))}`

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

export const displayUrl = (url: string): string =>
  URL.canParse(url) ? withoutCredentials(url) : 'an invalid URL'
