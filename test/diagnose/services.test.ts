import { describe, expect, it } from 'vitest'
import type { ServiceAsset, ServiceReading } from '../../src/model/service-reading.ts'
import { bytes, ratio, seconds, timestamp } from '../../src/model/units.ts'
import { makeService, NOW } from '../support/snapshot.ts'
import { findingOf, foundBy, look } from './support.ts'

type Failure = NonNullable<ServiceReading['latest']['failure']>

const failing = (failure: Failure, changes: Parameters<typeof makeService>[0] = {}, failed = 5) =>
  makeService({
    latest: { succeeded: false, failure, status: null },
    recent: { samples: 50, succeeded: 50 - failed, successRatio: ratio(1 - failed / 50) },
    ...changes,
  })

const timed = (p50: number, p95: number | null, target: number | null = null) =>
  makeService({
    target: target === null ? null : seconds(target),
    recent: {
      responseTimes: {
        mean: seconds(p50),
        maximum: seconds(1),
        p50: seconds(p50),
        p90: null,
        p95: p95 === null ? null : seconds(p95),
        p99: null,
      },
    },
  })

const daysFromNow = (days: number) => timestamp(new Date(Date.parse(NOW) + days * 86_400_000))
const certificate = (
  days: number,
  problem: NonNullable<ServiceReading['certificate']>['problem'] = null,
) => ({
  ...(makeService().certificate as NonNullable<ServiceReading['certificate']>),
  validUntil: daysFromNow(days),
  problem,
})

describe('a service', () => {
  it('that answers well troubles no rule', () => {
    expect(foundBy({ services: [makeService({ target: seconds(0.1) })] })).toEqual([])
  })

  it('that does not answer is critical once it is no accident, with what a person looks at', () => {
    const refused = failing({ kind: 'refused', reason: 'connect ECONNREFUSED 10.0.0.7:443' })
    expect(findingOf('service-down', { services: [refused] })).toMatchObject({
      severity: 'critical',
      title: 'api does not answer',
      rootCause: expect.stringMatching(/^Nothing listens .*ECONNREFUSED/),
    })
    const once = failing({ kind: 'timeout', reason: 'no answer within 5 s' }, {}, 1)
    expect(findingOf('service-down', { services: [once] }).severity).toBe('high')
  })

  it('that answers wrongly is not down, and is told apart by what it answers', () => {
    const of = (kind: Failure['kind'], status: number, reason: string) =>
      failing({ kind, reason }, { latest: { succeeded: false, status, failure: { kind, reason } } })
    const broken = { services: [of('status', 503, 'answered 503, expected below 400')] }
    expect(foundBy(broken)).toEqual(['service-wrong-answer'])
    expect(findingOf('service-wrong-answer', broken)).toMatchObject({
      severity: 'critical',
      title: 'api answered 503, expected below 400',
    })
    const denied = { services: [of('status', 401, 'answered 401, expected 200')] }
    expect(findingOf('service-wrong-answer', denied)).toMatchObject({
      severity: 'high',
      rootCause: expect.stringContaining('credentials'),
    })
    const loop = { services: [of('redirect-loop', 302, '302 to /a, which leads back again')] }
    expect(findingOf('service-wrong-answer', loop).rootCause).toContain('in a circle')
    const text = { services: [of('content', 200, 'its answer lacks the expected text "ok"')] }
    expect(findingOf('service-wrong-answer', text).title).toBe('api answers with the wrong text')
  })

  it('that fails now and then is told once there are enough probes to say so', () => {
    const flapping = (samples: number, succeeded: number) =>
      makeService({
        recent: {
          samples,
          succeeded,
          successRatio: ratio(succeeded / samples),
          failures: [{ kind: 'reset', count: samples - succeeded, reason: 'socket hang up' }],
        },
      })
    expect(findingOf('service-errors', { services: [flapping(50, 48)] })).toMatchObject({
      severity: 'medium',
      title: 'api fails now and then: 96 % of the probes succeed',
      rootCause: '2 × reset (socket hang up)',
    })
    expect(foundBy({ services: [flapping(10, 9)] })).toEqual([])
  })

  it('has a tail when several answers were late, not one or two of a few', () => {
    const times = { ...makeService().recent.responseTimes, p50: seconds(0.01), p95: seconds(0.3) }
    const late = (samples: number) => makeService({ recent: { samples, responseTimes: times as never } })
    expect(foundBy({ services: [late(50)] })).toEqual(['service-tail'])
    expect(foundBy({ services: [late(20)] })).toEqual([])
  })

  it('is slow against its own target, and not without one', () => {
    expect(findingOf('service-slow', { services: [timed(0.15, 0.3, 0.2)] })).toMatchObject({
      severity: 'medium',
      title: 'api takes 300 ms (P95), 200 ms is its target',
    })
    expect(findingOf('service-slow', { services: [timed(0.5, 0.9, 0.2)] }).severity).toBe('high')
    expect(foundBy({ services: [timed(0.5, 0.9)] })).toEqual([])
    expect(look({ services: [timed(0.15, null, 0.2)] }).checks).toContainEqual(
      expect.objectContaining({ rule: 'service-slow', verdict: 'could-not-look' }),
    )
  })

  it('with a P95 of 276 ms beside a median of 22 ms has a tail, and is not called variable', () => {
    expect(findingOf('service-tail', { services: [timed(0.022, 0.276)] })).toMatchObject({
      severity: 'medium',
      title: 'api has a tail: P95 is 276 ms where P50 is 22 ms',
    })
    expect(foundBy({ services: [timed(0.002, 0.03)] })).toEqual([])
  })

  it.each<[number, string]>([
    [10, 'medium'],
    [2, 'high'],
    [-1, 'critical'],
  ])('whose certificate has %i days left is %s', (days, severity) => {
    const finding = findingOf('service-certificate', {
      services: [makeService({ certificate: certificate(days) })],
    })
    expect(finding.severity).toBe(severity)
    expect(finding.title).toContain(days < 0 ? 'has expired' : `expires in ${days} d`)
  })

  it('whose certificate is refused has one finding, not two; one that need not be verified has none', () => {
    const tls: Failure = { kind: 'tls', reason: 'self-signed certificate' }
    const refused = failing(tls, { certificate: certificate(60, 'self-signed') })
    expect(foundBy({ services: [refused] })).toEqual(['service-certificate'])
    expect(
      foundBy({ services: [failing({ ...tls, reason: 'wrong version number' }, { certificate: null })] }),
    ).toEqual(['service-down'])
    expect(foundBy({ services: [makeService({ certificate: certificate(60, 'self-signed') })] })).toEqual([])
  })

  it('that sends its files without caching or compression can do better, cheaply', () => {
    const asset = (changes: Partial<ServiceAsset>): ServiceAsset => ({
      path: '/app.3f9a.js',
      status: 200,
      contentType: 'text/javascript',
      contentEncoding: 'gzip',
      cacheControl: 'max-age=31536000',
      hasEtag: true,
      hasLastModified: true,
      sizeBytes: bytes(90_000),
      freshFor: seconds(31_536_000),
      ...changes,
    })
    const page = (...assets: ServiceAsset[]) => makeService({ assets: { readAt: NOW, assets } })
    expect(foundBy({ services: [page(asset({}))] })).toEqual([])
    const finding = findingOf('service-assets', {
      services: [
        page(
          asset({ freshFor: null }),
          asset({ path: '/style.css', contentType: 'text/css', contentEncoding: null }),
          asset({ path: '/logo.png', contentType: 'image/png', contentEncoding: null }),
          asset({ path: '/small.js', contentEncoding: null, sizeBytes: bytes(300) }),
          asset({ path: '/gone.js', status: 404, freshFor: null }),
        ),
      ],
    })
    expect(finding).toMatchObject({
      severity: 'low',
      title: 'api sends 2 files of its page without caching or compression',
    })
    expect(finding.fixes).toHaveLength(2)
  })
})
