import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type CollectionOptions, createCollection } from '../../src/collect/collection.ts'
import { connectEngine } from '../../src/collect/containers/engine-client.ts'
import { withDeadline } from '../../src/collect/deadline.ts'
import { OWN_SYSTEM } from '../../src/collect/system-paths.ts'
import { Snapshot } from '../../src/model/snapshot.ts'
import { seconds } from '../../src/model/units.ts'

const ALONE: CollectionOptions = {
  host: 'web-1',
  windowSeconds: seconds(0.2),
  deadlineSeconds: seconds(5),
  paths: OWN_SYSTEM,
  docker: [],
  postgres: [],
  redis: [],
  services: [],
  ollama: [],
  inferenceProbe: null,
  nvidiaSmi: { command: '/nonexistent/nvidia-smi', configured: false },
}

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()))
})

function collectionOf(options: Partial<CollectionOptions>) {
  const collection = createCollection({ ...ALONE, ...options })
  cleanUps.push(() => collection.close())
  return collection
}

/** Takes every connection and never says a word. */
async function silentServer(listen: (server: Server) => void): Promise<Server> {
  const server = createServer((socket) => {
    cleanUps.push(async () => socket.destroy())
  })
  await new Promise<void>((resolve) => {
    server.once('listening', resolve)
    listen(server)
  })
  cleanUps.push(async () => server.close())
  return server
}

const engineAt = (socket: string, configured = true) => connectEngine({ name: 'local', socket, configured })

describe('a snapshot', () => {
  it('of a host with nothing but itself names what is absent, and how to have it', async () => {
    const snapshot = Snapshot.parse(await collectionOf({}).snapshot())
    expect(snapshot.host).toBe('web-1')
    expect(snapshot.machine?.cpu.count).toBeGreaterThan(0)
    expect(snapshot.gaps.map(({ source, kind }) => `${source} ${kind}`)).toEqual([
      'docker absent',
      'gpus absent',
      'postgres absent',
      'redis absent',
      'services absent',
      'ollama absent',
    ])
    expect(snapshot.gaps.find(({ source }) => source === 'postgres')).toMatchObject({
      reason: 'No PostgreSQL is configured',
      remedy: expect.stringContaining('DATABASE_URL='),
    })
    expect(snapshot.collectors.map(({ collector, succeeded }) => [collector, succeeded])).toContainEqual([
      'host',
      true,
    ])
  })

  it('tells an engine that was looked for from one that was named', async () => {
    const missing = '/nonexistent/docker.sock'
    const snapshot = await collectionOf({
      docker: [engineAt(missing, false), { ...engineAt(missing), name: 'named' }],
    }).snapshot()
    expect(snapshot.gaps).toMatchObject([
      {
        source: 'docker:local',
        missing: 'Containers',
        kind: 'absent',
        reason: `No Docker engine at ${missing}`,
        remedy: 'Start Docker, or name its socket under docker: in config/perfbot.yaml',
      },
      { source: 'docker:named', missing: 'Containers of named', kind: 'failed' },
      {},
      {},
      {},
      {},
      {},
    ])
  })

  it('does not wait longer than its deadline for what never answers, and has the rest', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'perfbot-silent-'))
    cleanUps.push(() => rm(directory, { recursive: true, force: true }))
    const socket = join(directory, 'docker.sock')
    await silentServer((server) => server.listen(socket))
    const server = await silentServer((silent) => silent.listen(0, '127.0.0.1'))
    const { port } = server.address() as { port: number }
    const collection = collectionOf({
      deadlineSeconds: seconds(3),
      docker: [engineAt(socket)],
      postgres: [{ name: 'main', url: `postgres://u:hunter2@127.0.0.1:${port}/db`, configured: true }],
      redis: [{ name: 'cache', url: `redis://:hunter2@127.0.0.1:${port}`, ca: null }],
      ollama: [{ url: `http://127.0.0.1:${port}`, configured: true }],
    })
    const begun = performance.now()
    const snapshot = await collection.snapshot()
    expect(performance.now() - begun).toBeLessThan(6000)
    expect(snapshot.machine).not.toBeNull()
    const reasons = Object.fromEntries(snapshot.gaps.map(({ source, reason }) => [source, reason]))
    expect(reasons).toMatchObject({
      'docker:local': `${socket} accepted the connection but did not answer within 3 s`,
      'postgres:main': `PostgreSQL at 127.0.0.1:${port} did not answer within 3 s`,
      'redis:cache': `Redis at 127.0.0.1:${port} did not answer within 3 s`,
      ollama: `Ollama at http://127.0.0.1:${port} did not answer within 3 s`,
    })
    expect(JSON.stringify(snapshot)).not.toContain('hunter2')
  })

  it('is shared by calls that overlap, and new for the next', async () => {
    const collection = collectionOf({})
    const [first, second] = await Promise.all([collection.snapshot(), collection.snapshot()])
    expect(second).toBe(first)
    expect((await collection.snapshot()).id).not.toBe(first.id)
  })
})

describe('a deadline', () => {
  it('is held against work that ignores its signal', async () => {
    await expect(withDeadline(() => new Promise(() => undefined), seconds(0.1))).rejects.toThrow(
      'did not answer within 0.1 s',
    )
  })

  it('leaves the work a moment to say what it waited for', async () => {
    const work = (signal: AbortSignal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('waited for the disk'))),
      )
    await expect(withDeadline(work, seconds(0.1))).rejects.toThrow('waited for the disk')
  })
})
