import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { seconds } from '../../src/model/units.ts'
import { createTestAuthority, type Issued } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { scenariosOf } from './scenario.ts'
import { type Stage, serviceAt } from './stage.ts'

export async function serve(stage: Stage, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stage.undo(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function serveTls(stage: Stage, { cert, key }: Issued): Promise<string> {
  const server = createSecureServer({ cert, key }, (_, response) => void response.end('well'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stage.undo(() => {
    server.closeAllConnections()
    server.close()
  })
  return `https://localhost:${(server.address() as AddressInfo).port}/`
}

function authorityOf(stage: Stage) {
  const authority = createTestAuthority()
  stage.undo(() => authority.remove())
  return authority
}

export const brokenServices = scenariosOf('services', [
  {
    name: 'a service where nothing listens',
    quick: true,
    broken: async () => ({ services: [serviceAt(`http://127.0.0.1:${await freePort()}/`)] }),
    expects: { first: 'service-down', severity: 'critical', says: /Nothing listens/ },
  },
  {
    name: 'a service that accepts and never answers',
    broken: async (stage) => ({
      services: [serviceAt(await serve(stage, () => undefined), { timeout: seconds(0.3), probes: 3 })],
    }),
    readings: 2,
    expects: { first: 'service-down', severity: 'critical', says: /stuck or overloaded/ },
  },
  {
    name: 'a service whose name nobody knows',
    broken: async () => ({ services: [serviceAt('http://no-such-service.invalid/', { probes: 2 })] }),
    readings: 2,
    expects: { first: 'service-down', says: /not known to the resolver/ },
  },
  {
    name: 'a service that fails on every request',
    broken: async (stage) => ({
      services: [serviceAt(await serve(stage, (_, response) => void response.writeHead(500).end()))],
    }),
    expects: { first: 'service-wrong-answer', severity: 'critical', says: /500/ },
  },
  {
    name: 'a service that shows an error page with status 200',
    broken: async (stage) => ({
      services: [
        serviceAt(await serve(stage, (_, response) => void response.end('Something went wrong')), {
          expect: { status: null, text: 'all is well' },
        }),
      ],
    }),
    expects: { first: 'service-wrong-answer', severity: 'high', says: /wrong text/ },
  },
  {
    name: 'a service that does not take the credentials of its caller any more',
    broken: async (stage) => ({
      services: [serviceAt(await serve(stage, (_, response) => void response.writeHead(401).end()))],
    }),
    expects: { first: 'service-wrong-answer', severity: 'high', says: /credentials/ },
  },
  {
    name: 'a page that sends its visitors round in a circle',
    broken: async (stage) => ({
      services: [
        serviceAt(
          await serve(
            stage,
            ({ url }, response) =>
              void response.writeHead(302, { location: url === '/' ? '/login' : '/' }).end(),
          ),
        ),
      ],
    }),
    expects: { first: 'service-wrong-answer', severity: 'high', says: /circle/ },
  },
  {
    name: 'a service that fails now and then',
    async broken(stage) {
      let count = 0
      const url = await serve(stage, (_, response) => {
        count += 1
        response.writeHead(count % 7 === 3 ? 503 : 200).end('well')
      })
      return { services: [serviceAt(url, { probes: 21 })] }
    },
    expects: { first: 'service-errors', severity: 'medium', says: /503/ },
  },
  {
    name: 'a service that is slower than it should be',
    broken: async (stage) => ({
      services: [
        serviceAt(
          await serve(stage, async (_, response) => {
            await sleep(150)
            response.end('well')
          }),
          { target: seconds(0.1), probes: 20 },
        ),
      ],
    }),
    expects: { first: 'service-slow', severity: 'medium' },
  },
  {
    name: 'a service of which one request in ten takes a hundred times as long',
    async broken(stage) {
      let count = 0
      const url = await serve(stage, async (_, response) => {
        count += 1
        if (count % 8 === 0) await sleep(250)
        response.end('well')
      })
      return { services: [serviceAt(url, { probes: 24 })] }
    },
    expects: { first: 'service-tail', severity: 'medium', says: /tail/ },
  },
  {
    name: 'a certificate that has expired',
    async broken(stage) {
      const authority = authorityOf(stage)
      const url = await serveTls(stage, authority.issue({ days: -1 }))
      return { services: [serviceAt(url, { ca: authority.caFile })] }
    },
    expects: { first: 'service-certificate', severity: 'critical', says: /expired/ },
  },
  {
    name: 'a certificate that will expire in a day, since nobody renews it',
    async broken(stage) {
      const authority = authorityOf(stage)
      const url = await serveTls(stage, authority.issue({ days: 2 }))
      return { services: [serviceAt(url, { ca: authority.caFile })] }
    },
    expects: { first: 'service-certificate', severity: 'high', says: /expires in/ },
  },
  {
    name: 'a certificate for another name',
    async broken(stage) {
      const authority = authorityOf(stage)
      const url = await serveTls(stage, authority.issue({ names: 'DNS:other.example.org' }))
      return { services: [serviceAt(url, { ca: authority.caFile })] }
    },
    expects: { first: 'service-certificate', severity: 'critical', says: /other names/ },
  },
  {
    name: 'a page whose scripts are neither cached nor compressed',
    broken: async (stage) => ({
      services: [
        serviceAt(
          await serve(stage, ({ url }, response) => {
            if (url === '/')
              response
                .writeHead(200, { 'content-type': 'text/html' })
                .end('<html><script src="/app.js"></script></html>')
            else
              response.writeHead(200, { 'content-type': 'text/javascript' }).end('let a = 1;\n'.repeat(2000))
          }),
        ),
      ],
    }),
    expects: { first: 'service-assets', severity: 'low', maybe: ['service-tail'] },
  },
])
