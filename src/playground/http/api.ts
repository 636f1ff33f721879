import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Faults } from '../faults.ts'
import { Refusal } from '../refusal.ts'
import type { ResponseUrls } from '../response-url.ts'
import { acceptedScopes, callMethod } from '../web-api/call.ts'
import type { MethodContext } from '../web-api/method.ts'
import type { Workspace } from '../workspace.ts'
import { contentType, readArguments, readBody, readForm, sendJson } from './body.ts'

function refusalBody(error: unknown): Record<string, unknown> {
  if (error instanceof Refusal) return { ok: false, error: error.code, ...error.fields }
  throw error
}

function bearer(request: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
}

/** Answers /api/<method>: always 200 with `ok`, save when a fault was asked for. */
export async function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  context: MethodContext,
  faults: Faults,
): Promise<void> {
  const name = url.pathname.slice('/api/'.length)
  const fault = faults.ofCall(name)
  if (fault?.kind === 'rate-limit') {
    const headers = { 'retry-after': String(fault.retryAfterSeconds) }
    sendJson(response, { ok: false, error: 'ratelimited' }, 429, headers)
    return
  }
  if (fault?.kind === 'error') return sendJson(response, { ok: false, error: 'internal_error' }, 500)
  if (fault?.kind === 'delay') await sleep(fault.milliseconds)
  const headers = {
    'x-oauth-scopes': [...context.scopes].join(','),
    'x-accepted-oauth-scopes': acceptedScopes(name).join(','),
    'x-slack-req-id': crypto.randomUUID().replaceAll('-', ''),
  }
  try {
    // Bolt's client names the workspace in every call; Slack heeds that only for organisation-wide tokens.
    const { token: inBody, team_id: _team, ...given } = await readArguments(request, url)
    const token = bearer(request) ?? (typeof inBody === 'string' ? inBody : undefined)
    sendJson(response, { ok: true, ...callMethod(name, token, given, context) }, 200, headers)
  } catch (error) {
    sendJson(response, refusalBody(error), 200, headers)
  }
}

const goneUrls = new Set(['invalid_url', 'expired_url', 'used_url'])

/** Answers a POST to a response_url. */
export async function answerResponseUrl(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  responseUrls: ResponseUrls,
): Promise<void> {
  try {
    const given = await readArguments(request, url)
    // A form carries the whole answer as JSON in `payload`.
    const body = typeof given.payload === 'string' ? JSON.parse(given.payload) : given
    responseUrls.respond(url.pathname, body)
    sendJson(response, { ok: true })
  } catch (error) {
    const body = error instanceof SyntaxError ? { ok: false, error: 'invalid_payload' } : refusalBody(error)
    sendJson(response, body, goneUrls.has(String(body.error)) ? 404 : 400)
  }
}

/** Takes the bytes of a file, as the body itself or as the one part of a form. */
export async function answerUpload(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  workspace: Workspace,
): Promise<void> {
  const [, , , id = '', secret = ''] = url.pathname.split('/')
  const file = workspace.files.get(id)
  const body = await readBody(request)
  if (!file || file.bytes || file.uploadSecret !== secret) {
    response.writeHead(404).end('not found')
    return
  }
  const [part] =
    contentType(request) === 'multipart/form-data' ? [...(await readForm(request, body)).values()] : []
  const bytes = part === undefined ? body : Buffer.from(await new Response(part).arrayBuffer())
  if (bytes.length !== file.length) {
    response.writeHead(400).end(`expected ${file.length} bytes, got ${bytes.length}`)
    return
  }
  file.bytes = bytes
  response.writeHead(200, { 'content-type': 'text/plain' }).end(`OK - ${bytes.length}`)
}
