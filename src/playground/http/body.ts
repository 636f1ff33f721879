import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '../refusal.ts'

const mostBytes = 64 * 1024 * 1024

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > mostBytes) throw new Refusal('request_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function readJsonObject(body: Buffer): Record<string, unknown> {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString())
  } catch {
    throw new Refusal('invalid_json')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Refusal('json_not_object')
  return parsed as Record<string, unknown>
}

export function contentType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/** The parts of a multipart body, read by the platform's own parser. */
export async function readForm(request: IncomingMessage, body: Buffer): Promise<FormData> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  return new Response(new Uint8Array(body), { headers }).formData()
}

/** The arguments of a call: a form, JSON, or the query of a GET. */
export async function readArguments(request: IncomingMessage, url: URL): Promise<Record<string, unknown>> {
  const query = Object.fromEntries(url.searchParams)
  const body = await readBody(request)
  if (body.length === 0) return query
  switch (contentType(request)) {
    case 'application/json':
      return { ...query, ...readJsonObject(body) }
    case 'application/x-www-form-urlencoded':
      return { ...query, ...Object.fromEntries(new URLSearchParams(body.toString())) }
    case 'multipart/form-data':
      return { ...query, ...Object.fromEntries(await readForm(request, body)) }
    case '':
      throw new Refusal('missing_post_type')
    default:
      throw new Refusal('invalid_post_type')
  }
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(text)
}
