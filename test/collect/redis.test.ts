import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { redisCollector } from '../../src/collect/redis.ts'
import { RedisReading } from '../../src/model/redis-reading.ts'
import { seconds } from '../../src/model/units.ts'
import { createTestAuthority } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { type RealRedis, redisIsMissing, startRedis, whySkipped } from '../support/redis.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

const collectorOf = (url: string, ca: string | null = null) => {
  const collector = redisCollector(
    { name: 'main', url, ca },
    { windowSeconds: seconds(0.05), deadlineSeconds: seconds(20) },
  )
  cleanUps.push(() => collector.close?.())
  return collector
}
type Of = ReturnType<typeof collectorOf>

async function read(collector: Of, milliseconds = 20_000) {
  const { caches, gaps } = await collector.collect(AbortSignal.timeout(milliseconds))
  return { reading: RedisReading.parse(caches?.[0]), gaps }
}
const failureOf = (collector: Of, milliseconds = 15_000): Promise<unknown> =>
  collector.collect(AbortSignal.timeout(milliseconds)).then(
    () => null,
    (error: unknown) => error,
  )

const started = async (...args: Parameters<typeof startRedis>): Promise<RealRedis> => {
  const server = await startRedis(...args)
  cleanUps.push(server.stop)
  return server
}

describe.skipIf(redisIsMissing)(`Redis${whySkipped}`, () => {
  let primary: RealRedis
  let replica: RealRedis
  beforeAll(async () => {
    primary = await startRedis(
      ['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru', '--latency-monitor-threshold', '10'],
      { password: 's3cret-word' },
    )
    replica = await startRedis(
      [
        '--replicaof',
        `127.0.0.1 ${primary.port}`,
        '--masterauth',
        's3cret-word',
        '--repl-diskless-sync-delay',
        '0',
      ],
      {},
    )
    await vi.waitFor(
      async () => expect(await replica.cli('info', 'replication')).toContain('master_link_status:up'),
      { timeout: 10_000 },
    )
  })
  afterAll(async () => {
    await replica.stop()
    await primary.stop()
  })

  it('is read as it is: the figures of redis-cli info that stand still are equal, those that move lie between', async () => {
    await primary.pipe('set a 1\nset b 2 ex 1000\nget a\nget nothing\n')
    const collector = collectorOf(primary.url)
    await read(collector)
    const before = parsed(await primary.cli('info', 'all'))
    const { reading, gaps } = await read(collector)
    const after = parsed(await primary.cli('info', 'all'))
    expect(gaps).toEqual([])
    const equal: [unknown, string][] = [
      [reading.version, 'redis_version'],
      [reading.memory.peakBytes, 'used_memory_peak'],
      [reading.memory.startupBytes, 'used_memory_startup'],
      [reading.memory.maximumBytes, 'maxmemory'],
      [reading.memory.systemBytes, 'total_system_memory'],
      [reading.memory.policy, 'maxmemory_policy'],
      [reading.clients.maximum, 'maxclients'],
      [reading.counters.keyspaceHits, 'keyspace_hits'],
      [reading.counters.keyspaceMisses, 'keyspace_misses'],
      [reading.counters.evictedKeys, 'evicted_keys'],
      [reading.counters.fullSyncs, 'sync_full'],
      [reading.persistence.changesSinceSave, 'rdb_changes_since_last_save'],
      [reading.replication.backlogBytes, 'repl_backlog_size'],
    ]
    // A peak may rise while we ask for it.
    expect(
      equal.filter(
        ([value, field]) => ![before, after].map((info) => info.get(field)).includes(String(value)),
      ),
    ).toEqual([])
    const between: [number, string][] = [
      [reading.counters.commands, 'total_commands_processed'],
      [reading.counters.connectionsReceived, 'total_connections_received'],
      [reading.counters.netInputBytes, 'total_net_input_bytes'],
      [reading.counters.netOutputBytes, 'total_net_output_bytes'],
      [reading.counters.cpuUserSeconds, 'used_cpu_user'],
      [reading.counters.cpuSystemSeconds, 'used_cpu_sys'],
      [reading.replication.offset, 'master_repl_offset'],
    ]
    const outside = between.filter(
      ([value, field]) => value < Number(before.get(field)) || value > Number(after.get(field)),
    )
    expect(outside).toEqual([])
    // Buffers of clients come and go with each of the two readers.
    expect(Math.abs(reading.memory.usedBytes - Number(after.get('used_memory')))).toBeLessThan(256 * 1024)
    expect(reading).toMatchObject({
      product: 'redis',
      mode: 'standalone',
      onThisHost: true,
      passwordRequired: true,
      keyspace: [{ database: 0, keys: 2, expiring: 1 }],
      persistence: { loading: false, appendOnly: null },
      settings: { 'maxmemory-policy': 'allkeys-lru', 'latency-monitor-threshold': '10' },
    })
    expect(reading.roundTripSeconds).toBeGreaterThan(0)
    expect(reading.roundTripSeconds).toBeLessThan(0.5)
    expect(
      Math.abs(Date.parse(reading.startedAt) - (Date.now() - Number(after.get('uptime_in_seconds')) * 1000)),
    ).toBeLessThan(2500)
    expect(JSON.stringify(reading)).not.toContain('s3cret-word')
  })

  it('measures rates between two readings, without its own commands, and not over a reset', async () => {
    const collector = collectorOf(primary.url)
    // The replica acknowledges once a second; else nobody speaks.
    const quiet = (await read(collector)).reading.rates
    expect((quiet.commands ?? 99) * quiet.windowSeconds).toBeLessThan(3.5)
    const begun = performance.now()
    await primary.pipe(`${'get a\n'.repeat(300)}${'get nothing\n'.repeat(100)}`)
    const piped = performance.now()
    const { reading } = await read(collector)
    const { rates, commands } = reading
    const elapsed = rates.windowSeconds
    expect(elapsed).toBeGreaterThanOrEqual((piped - begun) / 1000)
    expect(rates.hitRatio).toBeCloseTo(0.75, 5)
    expect((rates.keyspaceHits ?? 0) * elapsed).toBeCloseTo(300, 5)
    expect(((rates.commands ?? 0) * elapsed) / 400).toBeCloseTo(1, 1)
    const get = commands.find(({ command }) => command === 'get')
    expect((get?.callsPerSecond ?? 0) * elapsed).toBeCloseTo(400, 5)
    expect(get?.p99).toBeGreaterThan(0)
    expect(get?.timePerCall).toBeGreaterThan(0)
    await primary.cli('config', 'resetstat')
    const reset = (await read(collector)).reading
    expect(reset.rates).toMatchObject({ commands: null, keyspaceHits: null, hitRatio: null })
    expect(reset.rates.cpu).not.toBeNull()
    expect(reset.commands.find(({ command }) => command === 'info')?.callsPerSecond ?? null).toBeNull()
    expect((await read(collector)).reading.rates.commands).not.toBeNull()
  })

  it('shows slow commands by command and kind of key, never with what they were given', async () => {
    const collector = collectorOf(primary.url)
    await primary.cli('config', 'set', 'slowlog-log-slower-than', '0')
    await primary.cli('hset', 'session:8f2c91ab77', 'card', '4111-1111-1111-1111')
    await primary.cli('eval', 'return redis.call("get", KEYS[1])', '1', 'user:4711:cart', 'hunter2')
    await primary.cli('config', 'set', 'slowlog-log-slower-than', '10000')
    await primary.cli('debug', 'sleep', '0.05')
    const { slowlog, latencyEvents } = (await read(collector)).reading
    const slept = slowlog?.entries.find(({ command }) => command === 'DEBUG SLEEP')
    expect(slept).toMatchObject({ keyPattern: null, argumentCount: 1, client: '127.0.0.1' })
    expect(slept?.duration).toBeGreaterThanOrEqual(0.05)
    expect(slowlog?.entries).toContainEqual(
      expect.objectContaining({ command: 'HSET', keyPattern: 'session:*', argumentCount: 3 }),
    )
    expect(slowlog?.entries).toContainEqual(
      expect.objectContaining({ command: 'EVAL', keyPattern: 'user:*:cart', argumentCount: 4 }),
    )
    expect(JSON.stringify(slowlog)).not.toMatch(/4111|hunter2|8f2c91ab77|redis\.call/)
    expect(latencyEvents).toContainEqual(expect.objectContaining({ event: 'command' }))
    expect((await read(collector)).reading.slowlog?.entries.map(({ command }) => command)).not.toContain(
      'DEBUG SLEEP',
    )
    await primary.cli('debug', 'sleep', '0.02')
    expect((await read(collector)).reading.slowlog?.entries.map(({ command }) => command)).toContain(
      'DEBUG SLEEP',
    )
  })

  it('sees a replica from both ends, and a link that went down', async () => {
    const ofPrimary = (await read(collectorOf(primary.url))).reading.replication
    expect(ofPrimary).toMatchObject({
      role: 'primary',
      source: null,
      replicas: [{ address: { port: replica.port }, state: 'online' }],
    })
    const collector = collectorOf(replica.url)
    const { reading } = await read(collector)
    expect(reading.passwordRequired).toBe(false)
    expect(reading.replication).toMatchObject({
      role: 'replica',
      replicas: [],
      source: {
        address: { host: '127.0.0.1', port: primary.port },
        linkUp: true,
        linkDown: null,
        readOnly: true,
      },
    })
    await replica.cli('replicaof', '127.0.0.1', '1')
    expect((await read(collector)).reading.replication.source).toMatchObject({
      linkUp: false,
      lastHeard: null,
    })
    await replica.cli('replicaof', '127.0.0.1', String(primary.port))
  })

  it('is read by a user with few rights, with the exact line that gives the rest', async () => {
    await primary.cli('acl', 'setuser', 'watcher', 'on', '>few', '+info', '-@all', '+info', '+ping')
    const { reading, gaps } = await read(collectorOf(`redis://watcher:few@127.0.0.1:${primary.port}`))
    expect(reading).toMatchObject({
      slowlog: null,
      latencyEvents: null,
      settings: null,
      passwordRequired: null,
    })
    expect(reading.clients.maximum).toBeGreaterThan(0)
    expect(gaps).toMatchObject([
      {
        kind: 'failed',
        source: 'redis:main',
        missing: 'slow commands, latency events and settings of Redis main',
        remedy: 'ACL SETUSER watcher +slowlog|get +latency|latest +config|get',
      },
    ])
    await primary.cli(...(gaps?.[0]?.remedy ?? '').split(' '))
    expect((await read(collectorOf(`redis://watcher:few@127.0.0.1:${primary.port}`))).gaps).toEqual([])
    await primary.cli('acl', 'setuser', 'watcher', '-info')
    expect(await failureOf(collectorOf(`redis://watcher:few@127.0.0.1:${primary.port}`))).toMatchObject({
      kind: 'failed',
      remedy: 'ACL SETUSER watcher +info',
    })
  })

  it('evicts at its limit, and refuses where it may not', async () => {
    const small = await started(['--maxmemory', '2mb', '--maxmemory-policy', 'allkeys-random'])
    const collector = collectorOf(small.url)
    await read(collector)
    await small.cli('debug', 'populate', '20000')
    await small.pipe('set one more\n'.repeat(20))
    const { reading } = await read(collector)
    expect(reading.counters.evictedKeys).toBeGreaterThan(0)
    expect(reading.rates.evictedKeys).toBeGreaterThan(0)
    await small.cli('config', 'set', 'maxmemory-policy', 'noeviction', 'maxmemory', '1mb')
    await small.cli('set', 'one', 'more')
    const refusing = (await read(collector)).reading
    expect(refusing.memory.usedBytes).toBeGreaterThan(
      refusing.memory.maximumBytes ?? Number.POSITIVE_INFINITY,
    )
    expect(refusing.errors).toContainEqual(expect.objectContaining({ error: 'OOM' }))
  })

  it('that loads its data says that it loads, without a gap', async () => {
    const full = await started()
    await full.cli('debug', 'populate', '3000')
    await full.cli('save')
    const loading = await started(
      ['--key-load-delay', '1500', '--loading-process-events-interval-bytes', '1024'],
      { directory: full.directory, mayLoad: true },
    )
    const { reading, gaps } = await read(collectorOf(loading.url))
    expect(reading.persistence.loading).toBe(true)
    expect(reading.roundTripSeconds).toBeNull()
    expect(gaps).toEqual([])
  })

  it('in cluster mode states it, and a Sentinel names the servers to read instead', async () => {
    const cluster = await started(['--cluster-enabled', 'yes'])
    expect((await read(collectorOf(cluster.url))).reading.mode).toBe('cluster')
    const file = join(primary.directory, 'sentinel.conf')
    await writeFile(file, `sentinel monitor mymaster 127.0.0.1 ${primary.port} 1\n`)
    const sentinel = await started([], { sentinel: file, directory: cluster.directory })
    expect(await failureOf(collectorOf(sentinel.url))).toMatchObject({
      message: 'This is a Sentinel, which watches servers and holds no data',
      remedy: expect.stringContaining(`redis://127.0.0.1:${primary.port}`),
    })
  })

  it('that hangs is given up in time, and read again when it goes on; its restart is no rate', async () => {
    const server = await started()
    const collector = collectorOf(server.url)
    await read(collector)
    process.kill(server.pid, 'SIGSTOP')
    expect(await failureOf(collector, 300)).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+ /),
    })
    process.kill(server.pid, 'SIGCONT')
    expect((await read(collector)).reading.version).toMatch(/^\d+\./)
    await server.stop()
    await started([], { port: server.port })
    expect((await read(collector)).reading.rates).toMatchObject({ commands: null, cpu: null })
  })

  it('is read over TLS with the authority that is named, and without it says which setting names one', async () => {
    const authority = createTestAuthority()
    cleanUps.push(authority.remove)
    const { certFile, keyFile } = authority.issue()
    const tlsPort = await freePort()
    await started([
      ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', authority.caFile],
    ])
    for (const host of ['127.0.0.1', 'localhost']) {
      const { reading } = await read(collectorOf(`rediss://${host}:${tlsPort}`, authority.caFile))
      expect(reading.address).toEqual({ host, port: tlsPort })
    }
    expect(await failureOf(collectorOf(`rediss://127.0.0.1:${tlsPort}`))).toMatchObject({
      message: expect.stringMatching(/^TLS to Redis/),
      remedy: expect.stringContaining('ca: /path/ca.pem'),
    })
    expect(await failureOf(collectorOf(`redis://127.0.0.1:${tlsPort}`))).toMatchObject({
      remedy: expect.stringContaining('rediss://'),
    })
    expect(await failureOf(collectorOf(`rediss://127.0.0.1:${tlsPort}`, '/nowhere/ca.pem'))).toMatchObject({
      message: 'The certificates of the authority cannot be read (ENOENT): /nowhere/ca.pem',
    })
  })

  it('keeps one connection', async () => {
    const server = await started()
    const collector = collectorOf(server.url)
    await read(collector)
    const { reading } = await read(collector)
    expect(reading.clients.connected).toBe(1)
    // One of the test's own, to see whether it was up.
    const count = reading.counters.connectionsReceived
    expect((await read(collector)).reading.counters.connectionsReceived).toBe(count)
  })

  it.each<[string, (url: URL) => void, RegExp, RegExp]>([
    [
      'the password is wrong',
      (url) => Object.assign(url, { password: 'hunter2' }),
      /WRONGPASS/,
      /Correct the user or/,
    ],
    ['the password is missing', (url) => Object.assign(url, { password: '' }), /NOAUTH/, /Add the password/],
    [
      'nothing listens',
      (url) => Object.assign(url, { port: '1' }),
      /No Redis at 127\.0\.0\.1:1/,
      /published port/,
    ],
    [
      'the name is unknown',
      (url) => Object.assign(url, { hostname: 'cache.invalid' }),
      /cache\.invalid/,
      /Docker service/,
    ],
    [
      'it takes no TLS',
      (url) => Object.assign(url, { href: url.href.replace('redis:', 'rediss:') }),
      /did not answer|interrupted/,
      /redis:\/\//,
    ],
  ])('says so when %s, without a secret', async (_, change, reason, remedy) => {
    const url = new URL(primary.url)
    change(url)
    // A server without TLS never answers: that one is waited for in vain.
    const failure = await failureOf(collectorOf(url.href), url.protocol === 'rediss:' ? 1500 : 15_000)
    expect(failure).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(reason),
      remedy: expect.stringMatching(remedy),
    })
    expect(JSON.stringify([failure, (failure as Error).stack])).not.toMatch(/s3cret-word|hunter2/)
  })
})

describe('what is no Redis', () => {
  it.each<[string, string]>([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['another INFO', '$8\r\nhello:1\n\r\n'],
  ])('(%s) is told as such', async (_, answer) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write(answer))
    })
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    cleanUps.push(() => server.close())
    expect(await failureOf(collectorOf(`redis://127.0.0.1:${port}`))).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/no Redis|not answer like Redis/),
    })
  })

  it('is not quoted when its URL is none', async () => {
    const failure = await failureOf(collectorOf('redis://u:hunter2@ho st:99999'))
    expect(failure).toMatchObject({ message: 'The address of the server is not a URL' })
    expect(JSON.stringify([failure, (failure as Error).stack])).not.toContain('hunter2')
  })
})

const parsed = (info: string): Map<string, string> =>
  new Map(
    info
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
