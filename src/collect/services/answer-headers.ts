import type { IncomingHttpHeaders } from 'node:http'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { redact } from '../../model/redact.ts'
import type { AnswerHeaders } from '../../model/service-reading.ts'
import { type Seconds, seconds } from '../../model/units.ts'

const shown = (value: string | undefined): string | null =>
  value === undefined ? null : shortened(redact(oneLine(value)), 120) || null

export const answerHeaders = (headers: IncomingHttpHeaders): AnswerHeaders => ({
  contentType: shown(headers['content-type']),
  contentEncoding: headers['content-encoding'] === 'identity' ? null : shown(headers['content-encoding']),
  cacheControl: shown(headers['cache-control']),
  hasEtag: headers.etag !== undefined,
  hasLastModified: headers['last-modified'] !== undefined,
})

/**
 * How long a browser may use the answer without asking (RFC 9111, 4.2.1): max-age, or Expires less Date; nothing at all
 * for no-store and no-cache. Null when the server does not say, and the browser guesses.
 */
export function freshFor(headers: IncomingHttpHeaders): Seconds | null {
  const control = (headers['cache-control'] ?? '').toLowerCase()
  if (/\bno-(?:store|cache)\b/.test(control)) return seconds(0)
  const maxAge = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,10})/.exec(control)?.[1]
  if (maxAge !== undefined) return seconds(Number(maxAge))
  if (headers.expires === undefined) return null
  const span = Date.parse(headers.expires) - Date.parse(headers.date ?? new Date().toUTCString())
  // "Expires: 0" and the like say that it is over already.
  return seconds(Number.isNaN(span) ? 0 : Math.max(0, span / 1000))
}
