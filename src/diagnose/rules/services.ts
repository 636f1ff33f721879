import { counted, formatRatio, formatSeconds } from '../../model/format.ts'
import type { ProbeFailureKind, ServiceReading } from '../../model/service-reading.ts'
import { secondsBetween } from '../../model/units.ts'
import { manual } from '../fixes.ts'
import { type Context, measured, observed, rule } from '../rule.ts'
import { services } from '../subjects.ts'

/** No answer came, or none that is HTTP; and what a person looks at then. */
const LOOK_AT: Readonly<Partial<Record<ProbeFailureKind, string>>> = {
  dns: 'Its name is not known to the resolver of this machine',
  refused: 'Nothing listens on its port: it has ended, or never started',
  unreachable: 'There is no way to its machine: network or firewall',
  timeout: 'It, or what it waits for, is stuck or overloaded',
  reset: 'It hangs up: it crashes on the request, or a proxy before it finds nobody behind',
  protocol: 'What answers does not speak HTTP as it should',
  tls: 'TLS cannot be agreed on',
}

const whatAnswered = ({ latest }: ServiceReading): string =>
  latest.failure ? latest.failure.reason : `status ${latest.status}`

const howOften = (context: Context, { recent }: ServiceReading) => [
  measured(context)('probes', recent.samples, 'count', 'probes of perfbot'),
  measured(context)('successful', recent.successRatio, 'ratio', 'probes of perfbot'),
]

/** One probe that failed in between is no outage. */
const failsForGood = ({ recent }: ServiceReading): boolean => recent.samples - recent.succeeded >= 3

export const serviceDown = rule({
  id: 'service-down',
  about: 'service',
  looksAt: 'whether the service answers',
  subjects: services,
  check(service, context) {
    const { failure } = service.latest
    const cause = failure ? LOOK_AT[failure.kind] : undefined
    if (!failure || !cause) return 'passed'
    // Why it was not trusted is another rule's to say.
    if (failure.kind === 'tls' && service.certificate?.problem) return 'passed'
    return {
      severity: failsForGood(service) ? 'critical' : 'high',
      title: `${service.name} does not answer`,
      impact: 'Whoever uses it gets an error, or waits.',
      rootCause: `${cause}: ${whatAnswered(service)}.`,
      evidence: [
        observed(context)(failure.kind, failure.reason, `${service.method} ${service.url}`),
        ...howOften(context, service),
      ],
      fixes: [manual('Try the same by hand', `curl -sv -o /dev/null ${service.url}`)],
    }
  },
})

function whyWrong({ latest }: ServiceReading): string {
  if (latest.failure?.kind === 'redirect-loop') return 'It sends its visitors round in a circle.'
  if (latest.failure?.kind === 'content')
    return 'It answers, but not with what it should: an error page, or another program.'
  const status = latest.status ?? 0
  if (status === 401 || status === 403)
    return 'It does not accept the credentials of the probe, or what checks them is down.'
  if (status >= 500) return 'It, or what it depends on, has failed: its log says what.'
  if (status === 404) return 'There is nothing at that address any more.'
  return 'It answers otherwise than config says it should.'
}

export const serviceWrongAnswer = rule({
  id: 'service-wrong-answer',
  about: 'service',
  looksAt: 'whether the service answers as it should',
  subjects: services,
  check(service, context) {
    const { failure, status } = service.latest
    if (!failure || LOOK_AT[failure.kind]) return 'passed'
    return {
      severity: (status ?? 0) >= 500 && failsForGood(service) ? 'critical' : 'high',
      title: `${service.name} ${failure.kind === 'content' ? 'answers with the wrong text' : failure.reason}`,
      impact: 'Whoever uses it does not get what they came for.',
      rootCause: whyWrong(service),
      evidence: [
        observed(context)(failure.kind, failure.reason, `${service.method} ${service.url}`),
        ...howOften(context, service),
      ],
      fixes: [manual('See what it says', `curl -si ${service.url} | head -40; and its log`)],
    }
  },
})

/** Fewer say nothing of a hundredth, and one that failed is no share of anything. */
const LEAST_SAMPLES = 20
const LEAST_FAILURES = 2

export const serviceErrors = rule({
  id: 'service-errors',
  about: 'service',
  looksAt: 'share of the probes that succeed',
  subjects: services,
  check(service, context) {
    const { recent, latest } = service
    if (!latest.succeeded || recent.samples < LEAST_SAMPLES) return 'passed'
    if (recent.successRatio >= context.thresholds.serviceSuccess) return 'passed'
    if (recent.samples - recent.succeeded < LEAST_FAILURES) return 'passed'
    return {
      severity: 'medium',
      title: `${service.name} fails now and then: ${formatRatio(recent.successRatio)} of the probes succeed`,
      impact: 'Some requests fail, and come again where clients retry.',
      rootCause: recent.failures
        .map(({ kind, count, reason }) => `${count} × ${kind} (${reason})`)
        .join('; '),
      evidence: howOften(context, service),
      fixes: [
        manual(
          'Look for what happens at those moments',
          'its log, restarts of its container, and its dependencies',
        ),
      ],
    }
  },
})

const timing = (context: Context, { recent, tail }: ServiceReading) => {
  const figure = measured(context)
  const { p50 = null, p95 = null } = recent.responseTimes ?? {}
  return [
    ...(p95 === null ? [] : [figure('P95', p95, 'seconds', 'probes of perfbot')]),
    ...(p50 === null ? [] : [figure('P50', p50, 'seconds', 'probes of perfbot')]),
    ...(tail === null ? [] : [figure('P99', tail.p99, 'seconds', 'probes of perfbot')]),
    figure('probes', recent.samples, 'count', 'probes of perfbot'),
  ]
}

export const serviceSlow = rule({
  id: 'service-slow',
  about: 'service',
  looksAt: 'P95 of the response time against its target',
  subjects: (context) => services(context).filter(({ value }) => value.target !== null),
  check(service, context) {
    const target = service.target as number
    const p95 = service.recent.responseTimes?.p95 ?? null
    if (p95 === null) return { couldNotLook: 'there are too few probes for P95' }
    if (p95 <= target) return 'passed'
    return {
      severity: p95 > target * context.thresholds.serviceFrustrating ? 'high' : 'medium',
      title: `${service.name} takes ${formatSeconds(p95)} (P95), ${formatSeconds(target)} is its target`,
      impact: 'One request in twenty takes longer still.',
      rootCause:
        'Where the time goes is not seen from outside: compare with what the machine, its database and its cache did then.',
      evidence: [
        ...timing(context, service),
        measured(context)('target', target, 'seconds', 'config services target'),
      ],
      fixes: [
        manual(
          'See the phases of one request',
          `curl -so /dev/null -w '%{time_connect} %{time_starttransfer} %{time_total}\\n' ${service.url}`,
        ),
      ],
    }
  },
})

/** So many that three late answers at least carry its P95. */
const LEAST_FOR_A_TAIL = 40

export const serviceTail = rule({
  id: 'service-tail',
  about: 'service',
  looksAt: 'P95 of the response time against its median',
  subjects: services,
  check(service, context) {
    const { p50 = null, p95 = null } = service.recent.responseTimes ?? {}
    if (p50 === null || p95 === null) return { couldNotLook: 'there are too few successful probes for P95' }
    const { serviceTail: most, serviceTailSeconds: least } = context.thresholds
    if (p95 >= least && p95 > p50 * most && service.recent.samples < LEAST_FOR_A_TAIL)
      return { couldNotLook: 'one or two late answers are no tail: there are too few probes yet' }
    if (p95 < least || p95 <= p50 * most) return 'passed'
    return {
      severity: 'medium',
      title: `${service.name} has a tail: P95 is ${formatSeconds(p95)} where P50 is ${formatSeconds(p50)}`,
      impact: 'Most requests are fast; one in twenty waits many times as long, which a mean hides.',
      rootCause:
        'Something happens only sometimes: a cold cache, a lock, garbage collection, or a neighbour that takes the machine.',
      evidence: timing(context, service),
      fixes: [
        manual(
          'Find what the slow ones have in common',
          'the service’s own log of slow requests, beside CPU pressure and slow statements of that minute',
        ),
      ],
    }
  },
})

const PROBLEMS: Readonly<Record<string, string>> = {
  expired: 'has expired',
  'not-yet-valid': 'does not hold yet: the clock of one of the two machines may be wrong',
  'self-signed': 'is signed by nobody but itself',
  'unknown-authority': 'is of an authority that is not known here',
  'wrong-host': 'is for other names',
  other: 'is not accepted',
}

export const serviceCertificate = rule({
  id: 'service-certificate',
  about: 'service',
  looksAt: 'TLS certificate and how long it holds',
  subjects: (context) => services(context).filter(({ value }) => value.certificate !== null),
  check(service, context) {
    const { certificate, latest } = service
    if (!certificate) return 'passed'
    const { certificateSeconds, certificateCriticalSeconds } = context.thresholds
    const left = secondsBetween(context.snapshot.takenAt, certificate.validUntil)
    // Who said that any certificate will do is not told again what is wrong with it, but for its end.
    const isRefused = certificate.problem !== null && latest.failure?.kind === 'tls'
    if (!isRefused && left > certificateSeconds) return 'passed'
    const isOver = left <= 0
    const problem = isOver ? PROBLEMS.expired : (PROBLEMS[certificate.problem ?? 'other'] as string)
    return {
      severity: isRefused || isOver ? 'critical' : left < certificateCriticalSeconds ? 'high' : 'medium',
      title:
        isRefused || isOver
          ? `The certificate of ${service.name} ${problem}`
          : `The certificate of ${service.name} expires in ${formatSeconds(left)}`,
      impact:
        isRefused || isOver
          ? 'Browsers warn, and programs refuse to connect.'
          : 'When it does, browsers warn, and programs refuse to connect.',
      rootCause:
        isRefused && !isOver
          ? 'The server shows a certificate that does not fit.'
          : 'It was not renewed: the renewal has stopped, or the server was not reloaded after it.',
      evidence: [
        measured(context)(
          isOver ? 'expired for' : 'valid for',
          Math.abs(left),
          'seconds',
          'certificate notAfter',
        ),
        observed(context)('subject', certificate.subject, 'certificate'),
        observed(context)('issuer', certificate.issuer, 'certificate'),
        observed(context)('names', certificate.names.join(', ') || 'none', 'certificate'),
      ],
      fixes: [
        manual(
          'Renew it, and let the server load it',
          'certbot renew --dry-run; then: nginx -s reload (or what serves it)',
        ),
      ],
    }
  },
})

const isText = (type: string | null): boolean => /javascript|json|css|svg|text\//.test(type ?? '')

export const serviceAssets = rule({
  id: 'service-assets',
  about: 'service',
  looksAt: 'caching and compression of scripts, style sheets and pictures',
  subjects: (context) => services(context).filter(({ value }) => value.assets !== null),
  check(service, context) {
    const found = (service.assets?.assets ?? []).filter(({ status }) => status === 200)
    const unkept = found.filter((asset) => asset.freshFor === null)
    const unpacked = found.filter(
      ({ contentEncoding, contentType, sizeBytes }) =>
        contentEncoding === null &&
        isText(contentType) &&
        (sizeBytes ?? 0) >= context.thresholds.assetCompressionBytes,
    )
    if (unkept.length === 0 && unpacked.length === 0) return 'passed'
    const size = unpacked.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0)
    const figure = measured(context)
    return {
      severity: 'low',
      title: `${service.name} sends ${counted(new Set([...unkept, ...unpacked]).size, 'file')} of its page without ${[...(unkept.length > 0 ? ['caching'] : []), ...(unpacked.length > 0 ? ['compression'] : [])].join(' or ')}`,
      impact:
        'Pages load later than they could, and the network carries the same bytes again. How much that costs here has not been measured.',
      rootCause: 'The web server does not say how long they may be kept, or sends text as it is.',
      evidence: [
        figure('files looked at', found.length, 'count', 'GET of the page’s own files'),
        ...(unkept.length > 0
          ? [
              figure('without Cache-Control or Expires', unkept.length, 'count', 'response headers'),
              observed(context)('for example', unkept[0]?.path ?? '', 'the page'),
            ]
          : []),
        ...(unpacked.length > 0 ? [figure('sent uncompressed', size, 'bytes', 'response bodies')] : []),
      ],
      fixes: [
        ...(unkept.length > 0
          ? [
              manual(
                'Let browsers keep files whose names change with their content',
                'nginx: location /assets/ { add_header Cache-Control "public, max-age=31536000, immutable"; }',
              ),
            ]
          : []),
        ...(unpacked.length > 0
          ? [
              manual(
                'Compress text',
                'nginx: gzip on; gzip_types text/css application/javascript application/json image/svg+xml;',
              ),
            ]
          : []),
      ],
    }
  },
})
