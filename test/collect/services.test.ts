import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ServiceSource } from '../../src/collect/services/source.ts'
import { serviceCollector } from '../../src/collect/services.ts'
import { ServiceReading } from '../../src/model/service-reading.ts'
import { seconds } from '../../src/model/units.ts'
import { createTestAuthority, type Issued, type TestAuthority } from '../support/certificates.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

async function listen<Listening extends Server | ReturnType<typeof createTcpServer>>(
  server: Listening,
): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
const serve = async (listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listen(createServer(listener))}`

const serveTls = async ({ cert, key }: Issued, listener: RequestListener): Promise<number> =>
  listen(createSecureServer({ cert, key }, listener))

const ok: RequestListener = (_, response) => void response.end('all is well')

const sourceOf = (url: string, changes: Partial<ServiceSource> = {}): ServiceSource => ({
  name: 'api',
  url,
  method: 'GET',
  headers: {},
  expect: { status: null, text: null },
  target: null,
  timeout: seconds(2),
  probes: 5,
  assets: true,
  verifyCertificate: true,
  ca: null,
  ...changes,
})

const collectorOf = (url: string, changes: Partial<ServiceSource> = {}, deadline = 8) => {
  const collector = serviceCollector(sourceOf(url, changes), seconds(deadline))
  cleanUps.push(() => collector.close?.())
  return collector
}
async function read(collector: ReturnType<typeof collectorOf>): Promise<ServiceReading> {
  const { services } = await collector.collect(AbortSignal.timeout(25_000))
  return ServiceReading.parse(services?.[0])
}
const probe = (url: string, changes: Partial<ServiceSource> = {}, deadline?: number) =>
  read(collectorOf(url, changes, deadline))

describe('a service', () => {
  it('is probed until P95 is known, then a few times a reading, all on one connection', async () => {
    const sockets = new Set<unknown>()
    let requests = 0
    const url = await serve((request, response) => {
      sockets.add(request.socket)
      requests += 1
      setTimeout(() => response.end('{}'), requests === 3 ? 60 : 2)
    })
    const collector = collectorOf(`${url}/health?key=hunter2`, { target: seconds(0.2) })
    const first = await read(collector)
    expect(requests).toBe(20)
    expect(sockets.size).toBe(1)
    expect(first).toMatchObject({
      name: 'api',
      url: `${url}/health?key=***`,
      latest: { succeeded: true, status: 200, failure: null },
      recent: {
        samples: 20,
        succeeded: 20,
        successRatio: 1,
        statuses: [{ status: 200, count: 20 }],
        failures: [],
      },
      tail: null,
      certificate: null,
      redirect: null,
      assets: null,
      target: 0.2,
      answer: { httpVersion: '1.1', bodyBytes: 2, bodyComplete: true, keepsConnection: true },
    })
    const times = first.recent.responseTimes
    // The slowest of 20 lies beyond P95, and is all of what is beyond.
    expect(times?.maximum).toBeGreaterThanOrEqual(0.059)
    expect(times?.p95).toBeLessThan(times?.maximum ?? 0)
    expect(times?.p99).toBeNull()
    expect(first.connection).toMatchObject({ address: '127.0.0.1', lookup: 0, tlsHandshake: null })
    const second = await read(collector)
    expect(requests).toBe(25)
    expect(second.recent.samples).toBe(25)
    expect(second.connection?.at).toBe(first.connection?.at)
  })

  it('has P99 once there are a hundred samples', async () => {
    const collector = collectorOf(await serve(ok), { probes: 50 })
    expect((await read(collector)).tail).toBeNull()
    const { tail, recent } = await read(collector)
    expect(tail).toMatchObject({ windowSeconds: 3600, samples: 100 })
    expect(tail?.p99).toBe(recent.responseTimes?.p99)
  })

  it('is asked with its headers, which are shown nowhere', async () => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end('x'.repeat(3))
    })
    const reading = await probe(url, { headers: { Authorization: 'Bearer s3cret-token' } })
    expect(new Set(seen)).toEqual(new Set(['Bearer s3cret-token']))
    expect(JSON.stringify(reading)).not.toContain('s3cret')
    await probe(url.replace('//', '//ann:hunter2@'))
    expect(seen.at(-1)).toBe(`Basic ${Buffer.from('ann:hunter2').toString('base64')}`)
    expect((await probe(url.replace('//', '//ann:hunter2@'))).url).toBe(`${url}/`)
  })

  it.each<[string, RequestListener, Partial<ServiceSource>, object]>([
    [
      'the wrong status',
      (_, response) => void response.writeHead(503).end(),
      {},
      { kind: 'status', reason: 'answered 503, expected below 400' },
    ],
    [
      'a status that another is expected for',
      ok,
      { expect: { status: [204], text: null } },
      { kind: 'status' },
    ],
    [
      'the wrong text, packed',
      (_, response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync('maintenance')),
      { expect: { status: null, text: 'all is well' } },
      { kind: 'content', reason: 'its answer lacks the expected text "all is well"' },
    ],
    [
      'a body that unpacks to too much',
      (_, response) =>
        void response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(20_000_000))),
      { expect: { status: null, text: 'x' }, probes: 1 },
      { kind: 'protocol' },
    ],
    ['no HTTP', (request) => void request.socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'), {}, { kind: 'protocol' }],
    ['nothing, and hangs up', (request) => void request.socket.destroy(), {}, { kind: 'reset' }],
    [
      'nothing, and keeps silent',
      () => undefined,
      { timeout: seconds(0.2), probes: 1 },
      { kind: 'timeout', reason: 'no answer within 0.2 s' },
    ],
    [
      'half an answer',
      (_, response) => void response.writeHead(200, { 'content-length': 100 }).write('half'),
      { timeout: seconds(0.2), probes: 1 },
      { kind: 'timeout' },
    ],
  ])('that answers with %s fails so', async (_, listener, changes, failure) => {
    const { latest, recent } = await probe(await serve(listener), changes)
    expect(latest).toMatchObject({ succeeded: false, failure })
    expect(recent).toMatchObject({ succeeded: 0, successRatio: 0, responseTimes: null })
    expect(recent.failures).toMatchObject([{ count: changes.probes ?? 5 }])
  })

  it('finds the text it expects in a packed answer', async () => {
    const url = await serve(
      (_, response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync('all is well')),
    )
    const reading = await probe(url, { expect: { status: [200], text: 'is well' } })
    expect(reading.latest.succeeded).toBe(true)
    expect(reading.answer?.contentEncoding).toBe('gzip')
  })

  it('that is not there is told apart from one whose name is unknown', async () => {
    const port = await listen(createTcpServer())
    await cleanUps.pop()?.()
    expect((await probe(`http://127.0.0.1:${port}`)).latest.failure).toMatchObject({ kind: 'refused' })
    expect((await probe('http://service.invalid', { probes: 1 })).latest.failure).toMatchObject({
      kind: 'dns',
    })
  })

  it('that streams without end is cut at the bound, and takes no more than its time', async () => {
    const url = await serve((_, response) => {
      const chunk = Buffer.alloc(256 * 1024)
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', more)
      }
      more()
    })
    const { answer, latest } = await probe(url, { probes: 1 })
    expect(answer).toMatchObject({ bodyBytes: 1024 ** 2, bodyComplete: false, keepsConnection: false })
    expect(latest.succeeded).toBe(true)
  })

  it('that hangs costs its share of the deadline, not the reading', async () => {
    const begun = performance.now()
    const { latest } = await probe(await serve(() => undefined), { timeout: seconds(30) }, 1)
    expect(latest.failure?.kind).toBe('timeout')
    expect(performance.now() - begun).toBeLessThan(1500)
  })

  it('that closed the kept connection between two readings has not failed', async () => {
    let server: Server | null = null
    const url = await serve((request, response) => {
      server ??= (request.socket as unknown as { server: Server }).server
      ok(request, response)
    })
    const collector = collectorOf(url)
    await read(collector)
    ;(server as Server | null)?.closeAllConnections()
    expect((await read(collector)).recent).toMatchObject({ samples: 25, successRatio: 1 })
  })
})

describe('a redirect', () => {
  const redirecting =
    (routes: Record<string, string>): RequestListener =>
    (request, response) => {
      const to = routes[request.url ?? '']
      if (to) response.writeHead(302, { location: to }).end()
      else response.end('here')
    }

  it.each<[string, Record<string, string>, object]>([
    ['to a page', { '/': '/login?next=hunter2' }, { leads: 'to-a-page' }],
    [
      'elsewhere',
      { '/': 'https://sso.example.org/' },
      { to: 'https://sso.example.org/', leads: 'elsewhere' },
    ],
    ['in a loop', { '/': '/a', '/a': '/' }, { leads: 'in-a-loop' }],
    [
      'too far',
      Object.fromEntries(Array.from({ length: 15 }, (_, i) => [i ? `/${i}` : '/', `/${i + 1}`])),
      { leads: 'too-far' },
    ],
  ])('%s is judged, not followed', async (_, routes, redirect) => {
    const url = await serve(redirecting(routes))
    const reading = await probe(url)
    expect(reading.redirect).toMatchObject(redirect)
    const loops = ['in-a-loop', 'too-far'].includes(reading.redirect?.leads ?? '')
    expect(reading.latest).toMatchObject({ status: 302, succeeded: !loops })
    expect(reading.latest.failure?.kind).toBe(loops ? 'redirect-loop' : undefined)
    expect(JSON.stringify(reading)).not.toContain('hunter2')
  })

  it('is judged without the secret headers of the service', async () => {
    const atLogin: unknown[] = []
    const url = await serve((request, response) => {
      if (request.url === '/') return void response.writeHead(302, { location: '/login' }).end()
      atLogin.push(request.headers['x-key'])
      response.end()
    })
    await probe(url, { headers: { 'x-key': 's3cret' } })
    expect(atLogin).toEqual([undefined])
  })
})

describe('a certificate', () => {
  let authority: TestAuthority
  beforeAll(() => {
    authority = createTestAuthority()
  })
  afterAll(() => authority.remove())

  it('that holds is shown with its end', async () => {
    const port = await serveTls(authority.issue({ days: 9 }), ok)
    const reading = await probe(`https://localhost:${port}`, { ca: authority.caFile })
    expect(reading.latest.succeeded).toBe(true)
    expect(reading.certificate).toMatchObject({
      subject: 'localhost',
      issuer: 'perfbot test authority',
      names: ['DNS:localhost', 'IP Address:127.0.0.1'],
      problem: null,
      protocol: 'TLSv1.3',
    })
    const days = (Date.parse(reading.certificate?.validUntil ?? '') - Date.now()) / 86_400_000
    expect(days).toBeCloseTo(9, 1)
    expect(reading.connection?.tlsHandshake).toBeGreaterThan(0)
  })

  it.each<[string, (authority: TestAuthority) => Issued, boolean, string]>([
    ['is over', (from) => from.issue({ days: -1 }), true, 'expired'],
    ['is for another name', (from) => from.issue({ names: 'DNS:other.example.org' }), true, 'wrong-host'],
    ['is of an unknown authority', (from) => from.issue(), false, 'unknown-authority'],
    ['is signed by nobody', (from) => from.selfSigned(), false, 'self-signed'],
  ])('that %s fails the probe, is still read, and is sent no secret', async (_, issue, isKnown, problem) => {
    const asked: unknown[] = []
    const port = await serveTls(issue(authority), (request, response) => {
      asked.push(request.headers)
      response.end()
    })
    const reading = await probe(`https://localhost:${port}`, {
      ca: isKnown ? authority.caFile : null,
      probes: 1,
    })
    expect(reading.latest).toMatchObject({ succeeded: false, failure: { kind: 'tls' } })
    expect(reading.certificate?.problem).toBe(problem)
    expect(asked).toEqual([])
  })

  it('that nobody asks to verify is still judged', async () => {
    const port = await serveTls(authority.selfSigned(), ok)
    const reading = await probe(`https://localhost:${port}`, { verifyCertificate: false })
    expect(reading.latest.succeeded).toBe(true)
    expect(reading.certificate?.problem).toBe('self-signed')
  })
})

describe('the assets of a page', () => {
  it('are those of its own origin, each with how it is packed and kept', async () => {
    const page = `<html><link rel="stylesheet" href="/app.css?v=1"><script src='app.3f9a.js'></script>
      <img src=/logo.png><script src="https://cdn.example.org/x.js"></script><link rel="canonical" href="/">
      <script src="app.3f9a.js"></script>`
    let pages = 0
    const url = await serve((request, response) => {
      switch (request.url) {
        case '/':
          pages += 1
          return void response.setHeader('content-type', 'text/html; charset=utf-8').end(page)
        case '/app.css?v=1':
          return void response.setHeader('cache-control', 'public, max-age=3600').end('body {}')
        case '/app.3f9a.js':
          response.setHeader('content-encoding', 'gzip').setHeader('etag', '"1"')
          response.setHeader('cache-control', 'max-age=31536000, immutable')
          return void response.end(gzipSync('x'.repeat(5000)))
        default:
          return void response.writeHead(404).end()
      }
    })
    const collector = collectorOf(url)
    const { assets } = await read(collector)
    expect(assets?.assets).toMatchObject([
      { path: '/app.css', status: 200, contentEncoding: null, freshFor: 3600, sizeBytes: 7, hasEtag: false },
      { path: '/app.3f9a.js', contentEncoding: 'gzip', freshFor: 31_536_000, hasEtag: true },
      { path: '/logo.png', status: 404, freshFor: null },
    ])
    expect((await read(collector)).assets?.readAt).toBe(assets?.readAt)
    expect(pages).toBe(25)
    expect((await probe(url, { assets: false })).assets).toBeNull()
  })
})
