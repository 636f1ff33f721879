import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPostgres, knockAtRedis, knockAtWeb } from '../../src/collect/knock.ts'
import { type RealRedis, redisIsMissing, startRedis, whySkipped } from '../support/redis.ts'

let web: Server
let port = 0
beforeAll(async () => {
  web = createServer((request, response) => {
    if (request.url === '/health') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    else if (request.url === '/healthz') response.end('ok')
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  port = (web.address() as AddressInfo).port
})
afterAll(() => new Promise((resolve) => web.close(resolve)))

it('finds the path of a web service that tells that it is well, not a page that every path is answered with', async () => {
  const origin = `http://127.0.0.1:${port}`
  expect(await knockAtWeb(origin)).toEqual({ url: `${origin}/healthz`, status: 200 })
})

it('takes nobody for what it is not', async () => {
  expect(await isPostgres('127.0.0.1', port)).toBe(false)
  expect(await knockAtRedis('127.0.0.1', port)).toBeNull()
  expect(await knockAtRedis('127.0.0.1', 1)).toBeNull()
})

describe.skipIf(redisIsMissing)(`with a real Redis${whySkipped}`, () => {
  let open: RealRedis
  let locked: RealRedis
  beforeAll(async () => {
    ;[open, locked] = await Promise.all([startRedis(), startRedis([], { password: 'secret' })])
  })
  afterAll(() => Promise.all([open?.stop(), locked?.stop()]))

  it('tells one that wants a password from one that does not, and neither is a PostgreSQL or a web service', async () => {
    expect(await knockAtRedis('127.0.0.1', open.port)).toBe('open')
    expect(await knockAtRedis('127.0.0.1', locked.port)).toBe('locked')
    expect(await isPostgres('127.0.0.1', open.port)).toBe(false)
    expect(await knockAtWeb(`http://127.0.0.1:${open.port}`)).toBeNull()
  })
})
