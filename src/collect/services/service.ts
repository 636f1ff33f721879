import type { ServiceReading } from '../../model/service-reading.ts'
import { bytes, type Seconds, timestamp } from '../../model/units.ts'
import { answerHeaders } from './answer-headers.ts'
import { assetsIn, readAssets } from './assets.ts'
import { textOf } from './body-text.ts'
import { lookAtCertificate } from './certificate.ts'
import { type Answer, type Connector, connectorFor, exchange } from './exchange.ts'
import { failureOf } from './failure.ts'
import { faultOf } from './judgement.ts'
import { judgeRedirect, type Redirect, targetOf } from './redirects.ts'
import type { ServiceSource } from './source.ts'
import type { ProbeSample } from './windows.ts'

/** What changes slowly is looked at again after so long: assets, redirects, the connection and its certificate. */
const LOOK_AGAIN_MS = 600_000

export type Probe = {
  readonly sample: ProbeSample
  readonly at: ServiceReading['latest']['at']
  readonly answer: Answer | null
}

/** What is known of a service beyond its samples, each the newest that was seen. */
export type Seen = Pick<ServiceReading, 'connection' | 'certificate' | 'answer' | 'redirect' | 'assets'>

/** One service as it is probed, with what is kept from probe to probe. */
export type ProbedService = {
  probe(limit: Seconds, signal: AbortSignal): Promise<Probe>
  /** Looks at the assets of the page that a probe brought, when it is time to. */
  lookAtAssets(probe: Probe, signal: AbortSignal): Promise<void>
  seen(): Seen
  close(): void
}

/** `sideLimit` is the time for each look beside the probes: at a certificate, a redirect, the assets. */
export function probedService(
  source: ServiceSource,
  url: URL,
  ca: string | null,
  sideLimit: Seconds,
): ProbedService {
  const sideMilliseconds = Math.ceil(sideLimit * 1000)
  const trust = { verifyCertificate: source.verifyCertificate, ca }
  let connected: { connector: Connector; at: number } | null = null
  let judged: { redirect: Redirect; target: string; at: number } | null = null
  let assetsLookedAt = Number.NEGATIVE_INFINITY
  const seen: Seen = { connection: null, certificate: null, answer: null, redirect: null, assets: null }

  /** A certificate that was renewed shows on a new connection only. */
  function connector(): Connector {
    if (connected && performance.now() - connected.at < LOOK_AGAIN_MS) return connected.connector
    connected?.connector.close()
    connected = { connector: connectorFor(url, trust), at: performance.now() }
    return connected.connector
  }

  async function redirectIn(answer: Answer, signal: AbortSignal): Promise<Redirect | null> {
    const target = targetOf(answer.status, answer.headers.location, url)
    if (target === null) return null
    const isKnown = judged?.target === target.href && performance.now() - judged.at < LOOK_AGAIN_MS
    if (judged && isKnown) return judged.redirect
    const limited = AbortSignal.any([signal, AbortSignal.timeout(sideMilliseconds)])
    const redirect = await judgeRedirect(url, target, trust, limited)
    judged = { redirect, target: target.href, at: performance.now() }
    return redirect
  }

  return {
    async probe(limit, signal) {
      const at = timestamp(new Date())
      const begun = performance.now()
      const timeout = AbortSignal.timeout(Math.ceil(limit * 1000))
      try {
        const { method, headers } = source
        const answer = await exchange(
          { url, method, headers },
          connector(),
          AbortSignal.any([signal, timeout]),
        )
        const redirect = await redirectIn(answer, signal)
        remember(seen, answer, redirect)
        const failure = faultOf(answer, redirect, source)
        const { status, responseTime } = answer
        return { at, answer, sample: { at: begun, status, failure, responseTime } }
      } catch (error) {
        signal.throwIfAborted()
        const failure = failureOf(error, timeout, limit)
        if (failure.kind === 'tls') {
          seen.certificate = (await lookAtCertificate(url, ca, sideMilliseconds)) ?? seen.certificate
        }
        return { at, answer: null, sample: { at: begun, status: null, failure, responseTime: null } }
      }
    },
    async lookAtAssets({ answer, sample }, signal) {
      const now = performance.now()
      const isPage = answer !== null && /\bhtml\b/i.test(answer.headers['content-type'] ?? '')
      if (!source.assets || !isPage || sample.failure || now - assetsLookedAt < LOOK_AGAIN_MS) return
      assetsLookedAt = now
      const limited = AbortSignal.any([signal, AbortSignal.timeout(sideMilliseconds)])
      const assets = await readAssets(assetsIn(pageOf(answer), url), source.headers, connector(), limited)
      seen.assets = { readAt: timestamp(new Date()), assets }
    },
    seen: () => ({ ...seen }),
    close: () => connected?.connector.close(),
  }
}

/** A page that cannot be unpacked names no assets. */
function pageOf(answer: Answer): string {
  try {
    return textOf(answer)
  } catch {
    return ''
  }
}

function remember(seen: Seen, answer: Answer, redirect: Redirect | null): void {
  if (answer.connection) {
    seen.connection = answer.connection
    seen.certificate = answer.certificate
  }
  seen.redirect = redirect
  seen.answer = {
    ...answerHeaders(answer.headers),
    httpVersion: answer.httpVersion,
    bodyBytes: bytes(answer.body.length),
    bodyComplete: answer.bodyComplete,
    keepsConnection: answer.keepsConnection,
  }
}
