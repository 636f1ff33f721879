import { Ollama } from 'ollama'
import { ModelFailure } from './model-failure.ts'

/** No answer of ours comes near; what comes near is a model that repeats itself, or no model at all. */
const ANSWER_CHARACTERS = 20_000
const ERROR_CHARACTERS = 200

/** The address without a password that may stand in it, for people to see. */
export const addressOf = (url: string): string => url.replace(/\/\/[^/@]*@/, '//').replace(/\/+$/, '')

/**
 * A client for one request: its `abort()` ends every request of the instance, and only a signal in `fetch`
 * ends one that has no headers yet.
 */
export const ollamaClient = (url: string, signal: AbortSignal): Ollama =>
  new Ollama({ host: url, fetch: (input, init) => guardedFetch(url, input, init, signal) })

/**
 * Looks at an answer before the library does, which would print parts of a strange one to the console. A
 * redirection is refused: it would carry the prompt to another machine.
 */
async function guardedFetch(
  url: string,
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const signals = [signal, ...(init?.signal ? [init.signal] : [])]
  const response = await fetch(input, { ...init, redirect: 'error', signal: AbortSignal.any(signals) })
  if (!response.ok) {
    const told = errorIn(await response.text())
    throw new ModelFailure(`Ollama at ${addressOf(url)} answered with status ${response.status}: ${told}.`)
  }
  const type = response.headers.get('content-type') ?? 'no content type'
  if (/^application\/(?:x-ndjson|json)\b/.test(type)) return response
  await response.body?.cancel()
  throw new ModelFailure(`What answers at ${addressOf(url)} is not Ollama: it sent ${type.split(';', 1)[0]}.`)
}

/** `{"error": "…"}`, or what else was sent, as one short line. */
function errorIn(body: string): string {
  let told = body
  try {
    const parsed: unknown = JSON.parse(body)
    if (parsed !== null && typeof parsed === 'object' && 'error' in parsed) told = String(parsed.error)
  } catch {
    // Not JSON: a proxy in between, whose page is as good an explanation as there is.
  }
  return (
    told
      .replace(/<[^>]*>|\s+/g, ' ')
      .trim()
      .slice(0, ERROR_CHARACTERS)
      .replace(/\.$/, '') || 'nothing more'
  )
}

export type ChatRequest = {
  model: string
  system: string
  user: string
  /** What was said since: its answer, and what is wrong with that. */
  further?: readonly { role: 'assistant' | 'user'; content: string }[]
  format: object
  contextTokens: number
  answerTokens: number
  /** Left out for a model that does not think: it would be an error. */
  think?: false
}

export type ChatAnswer = { content: string; promptTokens: number | null; doneReason: string | null }

/** Streamed, so that a deadline ends the work on the server as well. */
export async function chat(url: string, request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
  const stream = await ollamaClient(url, signal).chat({
    model: request.model,
    messages: [
      { role: 'system', content: request.system },
      { role: 'user', content: request.user },
      ...(request.further ?? []),
    ],
    stream: true,
    format: request.format,
    options: {
      // Never left to the server: its default depends on the GPU, and cuts a longer prompt without a word.
      num_ctx: request.contextTokens,
      num_predict: request.answerTokens,
      temperature: 0,
      seed: 1,
    },
    ...(request.think === undefined ? {} : { think: request.think }),
  })
  const answer: ChatAnswer = { content: '', promptTokens: null, doneReason: null }
  for await (const part of stream) {
    answer.content += part.message?.content ?? ''
    if (typeof part.prompt_eval_count === 'number') answer.promptTokens = part.prompt_eval_count
    if (part.done) answer.doneReason = part.done_reason ?? null
    if (answer.content.length <= ANSWER_CHARACTERS) continue
    stream.abort()
    throw new ModelFailure(`${request.model} did not stop writing.`)
  }
  return answer
}
