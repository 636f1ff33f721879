import { describe, expect, it } from 'vitest'
import { createLogDigest } from '../../../src/diagnose/logs/digest.ts'
import type { LogSummary } from '../../../src/model/log-summary.ts'

const REFERENCE = new Date('2026-01-20T00:00:00Z')
const START = Date.parse('2026-01-15T14:00:00Z')
const at = (second: number): string => new Date(START + second * 1000).toISOString()

function digest(lines: Iterable<string>): LogSummary {
  const made = createLogDigest({ reference: REFERENCE })
  for (const line of lines) made.line({ text: line, at: null, stream: 'stdout' })
  return made.summary()
}

/** Of text that is indented here for the eye. */
const linesOf = (text: string): string[] => text.replace(/^\n/, '').split('\n')

describe('what an expert would ask of a log', () => {
  it('connections climb to their limit, then the pool times out', () => {
    const summary = digest(
      Array.from({ length: 900 }, (_, second) => {
        const active = second < 120 ? 20 : Math.min(97, 20 + Math.floor((second - 120) / 7))
        const status = JSON.stringify({
          time: at(second),
          level: 'info',
          msg: 'pool status',
          active_connections: active,
          max_connections: 100,
        })
        const failure = JSON.stringify({
          time: at(second),
          level: 'error',
          msg: 'pool timeout: no connection within 5000ms',
        })
        return second > 680 ? [status, failure] : [status]
      }).flat(),
    )
    expect(summary.errors[0]).toMatchObject({ class: 'pool-exhausted', since: at(681), until: at(899) })
    const [active] = summary.series
    expect(active).toMatchObject({
      name: 'active_connections',
      minimum: 20,
      maximum: 97,
      trend: 'rising',
      change: null,
    })
    expect(active?.since?.slice(0, 16)).toBe('2026-01-15T14:02')
    expect(active?.saturation).toMatchObject({ limit: 100, used: 0.97 })
  })

  it('latency jumps after a reloaded configuration', () => {
    const summary = digest(
      Array.from({ length: 1200 }, (_, second) => [
        ...(second === 600 ? [`${at(second)} INFO config configuration reloaded from /etc/app.yaml`] : []),
        `${at(second)} INFO http GET /api/items latency ${second < 600 ? 40 + (second % 13) : 5003 + (second % 31)}ms`,
      ]).flat(),
    )
    const [latency] = summary.series
    expect(latency).toMatchObject({ unit: 'seconds', minimum: 0.04, trend: 'steady' })
    expect(latency?.change?.event).toContain('configuration reloaded')
    expect(latency?.change?.before).toBeCloseTo(0.046, 2)
    expect(latency?.change?.after).toBeCloseTo(5.02, 1)
    expect(Math.abs(Date.parse(latency?.change?.to ?? '') - START - 600_000)).toBeLessThan(10_000)
  })

  it('three errors before a flood of ten thousand that follow from them', () => {
    const made = createLogDigest()
    for (let index = 0; index < 30_000; index += 1) {
      const time = at(index / 10)
      if (index === 12_000 || index === 12_010 || index === 12_020)
        made.line({
          text: `${time} ERROR [storage] could not write segment: replica lost quorum epoch=${index}`,
          at: null,
          stream: 'stdout',
        })
      if (index >= 12_100 && index < 22_100)
        made.line({
          text: `${time} ERROR [http] request ${index} failed for user u${index % 977}`,
          at: null,
          stream: 'stdout',
        })
      made.line({
        text: `${time} INFO [http] handled request ${index} in ${index % 50}ms`,
        at: null,
        stream: 'stdout',
      })
    }
    const { errors, patternCount } = made.summary()
    expect(patternCount).toBeLessThan(6)
    expect(errors[0]).toMatchObject({ count: 3, isRoot: true, since: at(1200), until: at(1202) })
    expect(errors[0]?.cause).toContain('lost quorum')
    expect(errors[1]).toMatchObject({ count: 10_000, isRoot: false, since: at(1210) })
  })

  it("Python's chained exceptions: the first that was raised", () => {
    const { errors } = digest(
      linesOf(`
2026-01-15 14:00:01,123 ERROR app.main could not start
Traceback (most recent call last):
  File "/app/jwt.py", line 3, in <module>
    from cryptography.fernet import Fernet
ModuleNotFoundError: No module named 'cryptography'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/main.py", line 10, in load
    import jwt_tokens
ImportError: token support is not available

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/main.py", line 20, in <module>
    start()
RuntimeError: startup failed
2026-01-15 14:00:02,000 INFO app.main exiting`),
    )
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({
      class: 'missing-module',
      fields: { module: 'cryptography' },
      isRoot: true,
      since: at(1.123),
    })
    expect(errors[0]?.cause).toBe("ModuleNotFoundError: No module named 'cryptography'")
  })

  it("Java's causes: the last, and not what was suppressed", () => {
    const { errors, ties } = digest(
      linesOf(`
2026-01-15 14:00:05.000 ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed
org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'cache'
\tat org.springframework.beans.factory.support.AbstractBeanFactory.doGetBean(AbstractBeanFactory.java:322)
\tSuppressed: java.lang.IllegalStateException: close failed
\t\tat com.example.Cache.close(Cache.java:10)
\tCaused by: java.io.IOException: ignored
Caused by: io.lettuce.core.RedisConnectionException: Unable to connect to redis/<unresolved>:6379
\tat io.lettuce.core.RedisConnectionException.create(RedisConnectionException.java:78)
\t... 20 more
Caused by: java.net.ConnectException: Connection refused: redis:6379
\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)
2026-01-15 14:00:06.000  INFO 1 --- [main] com.example.App : bye`),
    )
    expect(errors[0]).toMatchObject({ class: 'connection-refused', fields: { host: 'redis', port: 6379 } })
    expect(errors[0]?.cause).toContain('java.net.ConnectException')
    expect(ties[0]).toMatchObject({ from: null, to: 'redis', port: 6379, count: 1 })
  })

  it('502s from one upstream from a moment on', () => {
    const summary = digest(
      Array.from({ length: 3600 }, (_, second) => {
        const bad = second > 2400 && second % 3 === 0
        return `10.1.2.${second % 250} - - [15/Jan/2026:${at(second).slice(11, 19)} +0000] "GET /api/v1/items/${second} HTTP/1.1" ${bad ? 502 : 200} 157 "-" "curl/8.0" upstream="10.0.0.${bad ? 7 : 5 + (second % 2)}:8000"`
      }),
    )
    expect(summary.formats).toEqual({ access: 3600 })
    expect(summary.errors).toHaveLength(1)
    expect(summary.errors[0]).toMatchObject({
      class: 'upstream-failed',
      fields: { status: 502, host: '10.0.0.7', port: 8000 },
      count: 399,
      since: at(2403),
    })
    expect(summary.ties[0]?.to).toBe('10.0.0.7')
    expect(summary.patterns.find(({ level }) => level === 'error')).toMatchObject({ isNew: true })
  })

  it('a rate limit with its limit and rate', () => {
    const { errors } = digest([
      `${at(0)} ERROR client 429 Too Many Requests: rate limit exceeded, limit 60 requests per minute, current rate 75`,
    ])
    expect(errors[0]).toMatchObject({ class: 'rate-limited', fields: { limit: 60, rate: 75 } })
  })

  it('a deadlock and a broken unique constraint of PostgreSQL', () => {
    const { errors, formats } = digest(
      linesOf(`
2026-01-15 14:00:00.000 UTC [41] LOG:  database system is ready to accept connections
2026-01-15 14:00:10.100 UTC [77] ERROR:  deadlock detected
2026-01-15 14:00:10.100 UTC [77] DETAIL:  Process 77 waits for ShareLock on transaction 742; blocked by process 78.
2026-01-15 14:00:10.100 UTC [77] STATEMENT:  UPDATE accounts SET balance = 0 WHERE id = 1
2026-01-15 14:00:20.100 UTC [79] ERROR:  duplicate key value violates unique constraint "users_email_key"
2026-01-15 14:00:20.100 UTC [79] DETAIL:  Key (email)=(a@example.com) already exists.
2026-01-15 14:00:20.100 UTC [79] STATEMENT:  INSERT INTO users (email) VALUES ('a@example.com')`),
    )
    expect(formats.postgres).toBe(7)
    expect(errors.map((error) => [error.class, error.fields])).toEqual(
      expect.arrayContaining([
        ['deadlock', { sqlstate: '40P01' }],
        ['unique-violation', { constraint: 'users_email_key', sqlstate: '23505' }],
      ]),
    )
    expect(errors).toHaveLength(2)
  })

  it('an expired certificate', () => {
    const { errors } = digest([
      `${at(0)} ERROR fetch failed: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)`,
    ])
    expect(errors[0]).toMatchObject({ class: 'certificate-expired', isRoot: true })
  })

  it('the interleaved traces of two services under docker compose', () => {
    const { errors, sources } = digest([
      'api-1     | Traceback (most recent call last):',
      'worker-1  | Error: connect ECONNREFUSED 172.18.0.3:5432',
      'api-1     |   File "/app/main.py", line 1, in <module>',
      'worker-1  |     at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)',
      'api-1     |     import yaml',
      "api-1     | ModuleNotFoundError: No module named 'yaml'",
      'worker-1  |     at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    ])
    expect(sources).toEqual(['api-1', 'worker-1'])
    expect(errors.map(({ class: kind, source }) => [kind, source])).toEqual([
      ['missing-module', 'api-1'],
      ['connection-refused', 'worker-1'],
    ])
  })
})

/** Lines as the programs write them, from their documentation and sources. */
const CAUSES: [name: string, text: string, expected: object][] = [
  [
    'Node [cause]',
    'Error: cannot start\n    at start (/app/a.js:3:9) {\n  [cause]: Error: getaddrinfo ENOTFOUND postgres\n      at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:107:26)\n}',
    { class: 'name-not-resolved', fields: { host: 'postgres' } },
  ],
  [
    '.NET inner exceptions',
    'Unhandled exception. System.InvalidOperationException: start failed\n ---> System.Net.Http.HttpRequestException: Connection refused (api:8080)\n ---> System.Net.Sockets.SocketException (111): Connection refused (api:8080)\n   at System.Net.Sockets.Socket.Connect()\n   --- End of inner exception stack trace ---\n   at Program.Main()',
    { class: 'connection-refused', fields: { host: 'api', port: 8080 } },
  ],
  [
    'Go panic',
    'panic: dial tcp 10.0.0.7:6379: connect: connection refused\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:10 +0x1d\nexit status 2',
    { class: 'connection-refused', fields: { host: '10.0.0.7', port: 6379 } },
  ],
  [
    'Ruby',
    "/app/app.rb:1:in `require': cannot load such file -- nokogiri (LoadError)\n\tfrom /app/app.rb:1:in `<main>'",
    { class: 'missing-module', fields: { module: 'nokogiri' } },
  ],
  [
    'Rust panic',
    'thread \'main\' panicked at src/main.rs:4:37:\ncalled `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: "No space left on device" }\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace',
    { class: 'disk-full' },
  ],
  [
    'SQLAlchemy pool',
    `${at(0)} ERROR sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00`,
    { class: 'pool-exhausted', fields: { limit: 5, overflow: 10 } },
  ],
  [
    'libpq',
    `${at(0)} ERROR connection to server at "db" (172.18.0.2), port 5432 failed: Connection refused`,
    { class: 'connection-refused', fields: { host: 'db', port: 5432 } },
  ],
  [
    'nginx error log',
    '2026/01/15 14:00:00 [error] 31#31: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, server: , request: "GET / HTTP/1.1", upstream: "http://172.18.0.5:8000/", host: "x"',
    { class: 'connection-refused', fields: { host: '172.18.0.5', port: 8000 } },
  ],
  [
    'klog',
    'E0115 14:00:00.123456       1 reflector.go:150] failed to list: dial tcp: lookup api on 127.0.0.11:53: no such host',
    { class: 'name-not-resolved', fields: { host: 'api' } },
  ],
  [
    'Redis',
    '1:M 15 Jan 2026 14:00:00.123 # Failed opening the temp RDB file temp-1.rdb (in server root dir /data) for saving: Read-only file system',
    { class: 'read-only-filesystem' },
  ],
  [
    'logfmt',
    `time=${at(0)} level=error msg="open failed" err="open /data/x: too many open files"`,
    { class: 'too-many-open-files' },
  ],
  ['exec format', 'exec /app/server: exec format error', { class: 'wrong-architecture' }],
  ['port', 'Error: listen EADDRINUSE: address already in use :::3000', { class: 'port-in-use' }],
  [
    'variable',
    "KeyError: 'DATABASE_URL'",
    { class: 'missing-variable', fields: { variable: 'DATABASE_URL' } },
  ],
  [
    'kernel',
    'Jan 15 14:00:00 host kernel: Out of memory: Killed process 1234 (postgres) total-vm:1kB',
    { class: 'oom-killed', fields: { process: 'postgres' } },
  ],
]

describe('the cause of an error', () => {
  it.each(CAUSES)('%s', (_, text, expected) => {
    const { errors } = digest(text.split('\n'))
    expect(errors[0]).toMatchObject(expected)
  })

  it('is not found in lines that tell of nothing bad', () => {
    const { errors } = digest([
      `${at(0)} INFO the error budget is full, timeout is 30s`,
      '{"level":30,"time":1768485600000,"msg":"retry after timeout succeeded"}',
      'listening on port 3000',
    ])
    expect(errors).toEqual([])
  })
})
