import { Ollama } from 'ollama'
import { z } from 'zod'
import { ModelFailure, ServerFailure, type ServerFault } from '../model-failure.ts'
import { boundedLines } from './bounded-lines.ts'
import { StageOverrun } from './stage.ts'

const ERROR_CHARACTERS = 200

/** The address without a password that may stand in it, for people to see. */
export const addressOf = (url: string): string => url.replace(/\/\/[^/@]*@/, '//').replace(/\/+$/, '')

/**
 * A client for one request: its `abort()` ends every request of the instance, and only a signal in `fetch`
 * ends one that has no headers yet.
 */
export const ollamaClient = (url: string, signal: AbortSignal): Ollama =>
  new Ollama({
    host: addressOf(url),
    headers: credentialsIn(url),
    fetch: (input, init) => guardedFetch(url, input, init, signal),
  })

/** `fetch` refuses an address with credentials in it; a proxy before Ollama may ask for them. */
function credentialsIn(url: string): Record<string, string> {
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' }
  if (!username) return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

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
    const message = `Ollama at ${addressOf(url)} answered with status ${response.status}: ${told}.`
    throw failureByStatus(response.status, message)
  }
  const type = response.headers.get('content-type') ?? 'no content type'
  if (!/^application\/(?:x-ndjson|json)\b/.test(type) || response.body === null) {
    await response.body?.cancel()
    throw new ServerFailure(
      `What answers at ${addressOf(url)} is not Ollama: it sent ${type.split(';', 1)[0]}.`,
      'broken',
      false,
    )
  }
  const areLines = type.includes('ndjson')
  return new Response(response.body.pipeThrough(boundedLines(addressOf(url), areLines)), response)
}

const FAULTS: Readonly<Record<number, ServerFault>> = { 404: 'gone', 429: 'busy', 503: 'busy' }

/** What else begins with 4 is the fault of the request: no other server would take it either. */
const failureByStatus = (status: number, message: string): ModelFailure =>
  status >= 400 && status < 500 && FAULTS[status] === undefined
    ? new ModelFailure(message)
    : new ServerFailure(message, FAULTS[status] ?? 'broken', false)

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

const DROPPED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** What went wrong on the way to a server, for people; `begun` says whether its model had written something. */
export function failureOf(error: unknown, url: string, begun: boolean): Error {
  if (error instanceof ModelFailure) return error
  const address = addressOf(url)
  const broken = (message: string, fault: ServerFault = 'broken') =>
    new ServerFailure(message, fault, begun, { cause: error })
  if (error instanceof StageOverrun) return broken(`Ollama at ${address} ${error.message}.`)
  if (error instanceof z.ZodError)
    return broken(`What answers at ${address} does not speak Ollama's language.`)
  const { message, cause } = error as Error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  if (code === 'ECONNREFUSED')
    return broken(`Nothing answers at ${address}. Start Ollama, or correct its address.`)
  if (code !== null && DROPPED.has(code))
    return broken(`Ollama at ${address} closed the connection.`, 'dropped')
  if (code !== null) return broken(`Ollama at ${address} cannot be reached: ${code}.`)
  return broken(
    `Ollama at ${address} failed: ${message.replace(/\s+/g, ' ').slice(0, ERROR_CHARACTERS).replace(/\.$/, '')}.`,
  )
}
