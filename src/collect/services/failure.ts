import { shortened } from '../../model/plain-text.ts'
import { redact } from '../../model/redact.ts'
import type { ProbeFailureKind } from '../../model/service-reading.ts'
import { errorCode, messageOf } from '../collector.ts'

export type ProbeFailure = { readonly kind: ProbeFailureKind; readonly reason: string }

const KINDS: readonly (readonly [RegExp, ProbeFailureKind])[] = [
  [/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/, 'dns'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EHOSTDOWN)$/, 'unreachable'],
  [/^ETIMEDOUT$/, 'timeout'],
  [/^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_OSSL)/, 'tls'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_SOCKET)$/, 'reset'],
]

/** What kept a probe from its answer, in the words of the system. */
export function failureOf(error: unknown, timeout: AbortSignal, limit: number): ProbeFailure {
  if (timeout.aborted) return { kind: 'timeout', reason: `no answer within ${Number(limit.toFixed(1))} s` }
  const code = errorCode(error) ?? ''
  const kind = KINDS.find(([pattern]) => pattern.test(code))?.[1] ?? 'protocol'
  const message = messageOf(deepest(error)).split('\n', 1)[0] ?? ''
  return { kind, reason: shortened(redact(message || code), 200) }
}

/** Of several addresses that were tried, the first says what the others say. */
const deepest = (error: unknown): unknown =>
  error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
