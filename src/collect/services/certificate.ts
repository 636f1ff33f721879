import { isIP } from 'node:net'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { Certificate, CertificateProblem } from '../../model/service-reading.ts'
import { timestamp } from '../../model/units.ts'

/** OpenSSL's names for what is wrong (X509_V_ERR_*), and Node's for a name that does not fit. */
const PROBLEMS: Readonly<Record<string, CertificateProblem>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-host',
}

/** The certificate that the server showed, and whether it holds. Null when it showed none. */
export function certificateOf(socket: TLSSocket): Certificate | null {
  const shown: PeerCertificate = socket.getPeerCertificate()
  if (!shown.valid_from || !shown.valid_to) return null
  return {
    subject: nameOf(shown.subject),
    issuer: nameOf(shown.issuer),
    validFrom: timestamp(new Date(shown.valid_from)),
    validUntil: timestamp(new Date(shown.valid_to)),
    names: (shown.subjectaltname ?? '').split(', ').filter(Boolean).slice(0, 50).map(shownText),
    problem: socket.authorized ? null : problemOf(socket.authorizationError),
    protocol: socket.getProtocol(),
  }
}

const shownText = (text: string): string => shortened(oneLine(text), 120)

function nameOf(subject: PeerCertificate['subject'] | undefined): string {
  const common = subject?.CN
  if (typeof common === 'string' && common) return shownText(common)
  const parts = Object.entries(subject ?? {}).map(([name, value]) => `${name}=${value}`)
  return shownText(parts.join(', ')) || 'nameless'
}

/** Node's types say Error; it is the code as a text. */
function problemOf(error: unknown): CertificateProblem {
  const code =
    typeof error === 'string' ? error : ((error as NodeJS.ErrnoException | null)?.code ?? String(error))
  return PROBLEMS[code] ?? 'other'
}

/** Looks at the certificate of a server that is not trusted: a handshake and no request, so that it learns nothing. */
export function lookAtCertificate(
  url: URL,
  ca: string | null,
  limitMilliseconds: number,
): Promise<Certificate | null> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const { promise, resolve } = Promise.withResolvers<Certificate | null>()
  const socket = connect({
    host,
    port: Number(url.port) || 443,
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca }),
  })
  const end = (certificate: Certificate | null) => {
    clearTimeout(timer)
    socket.destroy()
    resolve(certificate)
  }
  const timer = setTimeout(() => end(null), limitMilliseconds)
  socket.once('error', () => end(null))
  socket.once('secureConnect', () => end(certificateOf(socket)))
  return promise
}
