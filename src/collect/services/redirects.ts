import type { ServiceReading } from '../../model/service-reading.ts'
import { connectorFor, exchange } from './exchange.ts'
import { publicUrl, type ServiceSource } from './source.ts'

export type Redirect = NonNullable<ServiceReading['redirect']>

/** As browsers do: curl and fetch stop at 20 and 50. */
const MOST_HOPS = 10

export function targetOf(status: number, location: string | undefined, base: URL): URL | null {
  if (status < 300 || status > 399 || !location || !URL.canParse(location, base)) return null
  const target = new URL(location, base)
  // A relative address would take over the credentials of the one that it stands in.
  target.username = ''
  target.password = ''
  return /^https?:$/.test(target.protocol) ? target : null
}

/** The same host, whatever its scheme: from http to https is not elsewhere. */
const isSameHost = (left: URL, right: URL): boolean => left.hostname === right.hostname

/**
 * Where following a redirect would end, found out without the service's secret headers, and only on its own host.
 * `seen` is where it comes from.
 */
export async function judgeRedirect(
  from: URL,
  to: URL,
  source: Pick<ServiceSource, 'verifyCertificate'> & { ca: string | null },
  signal: AbortSignal,
): Promise<Redirect> {
  const leads = await whereItLeads(from, to, source, signal)
  return { to: publicUrl(to), leads }
}

async function whereItLeads(
  from: URL,
  to: URL,
  source: Parameters<typeof judgeRedirect>[2],
  signal: AbortSignal,
): Promise<Redirect['leads']> {
  const seen = new Set([from.href])
  let setsCookies = false
  let next: URL = to
  for (let hop = 0; hop < MOST_HOPS; hop += 1) {
    if (!isSameHost(from, next)) return 'elsewhere'
    // With a cookie it might go on: without one we cannot say.
    if (seen.has(next.href)) return setsCookies ? null : 'in-a-loop'
    seen.add(next.href)
    const connector = connectorFor(next, source)
    try {
      const answer = await exchange({ url: next, method: 'GET', headers: {} }, connector, signal)
      setsCookies ||= answer.headers['set-cookie'] !== undefined
      const following = targetOf(answer.status, answer.headers.location, next)
      if (following === null) return answer.status < 300 ? 'to-a-page' : 'nowhere'
      next = following
    } catch {
      // Out of time says nothing about it.
      return signal.aborted ? null : 'nowhere'
    } finally {
      connector.close()
    }
  }
  return 'too-far'
}
