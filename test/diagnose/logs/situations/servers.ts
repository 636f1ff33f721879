import {
  access,
  at,
  clock,
  each,
  linesOf,
  merged,
  plain,
  type Situation,
  syslog,
  timed,
} from './situation.ts'

const hit = (s: number, client: string, request: string, status: number, seconds = 0.02): string =>
  `${client} - - [${access(s)}] "${request} HTTP/1.1" ${status} ${400 + (s % 900)} "-" "Mozilla/5.0 (X11; Linux x86_64)" ${seconds.toFixed(3)}`
const normal = (s: number): string =>
  hit(s, `10.1.2.${s % 250}`, `GET /api/items/${s}`, s % 40 === 0 ? 404 : 200)

export const SERVERS: readonly Situation[] = [
  {
    name: 'nginx: a burst of 401 from one client',
    lines: merged(
      timed(0, 3600, 1, normal),
      timed(1800, 2100, 0.25, (s) => hit(Math.floor(s), '203.0.113.66', 'POST /login', 401)),
    ),
    first: {
      kind: 'client',
      class: 'authentication-failed',
      fields: { client: '203.0.113.66', status: 401 },
      count: 1200,
      since: at(1800) as never,
      until: at(2099) as never,
    },
  },
  {
    name: 'nginx: a burst of 500 for one path',
    lines: merged(
      timed(0, 3600, 1, normal),
      timed(2000, 2300, 1, (s) => hit(s, `10.1.2.${s % 250}`, 'POST /api/checkout', 500)),
    ),
    first: {
      kind: 'error',
      class: 'server-error',
      count: 300,
      since: at(2000) as never,
      until: at(2299) as never,
    },
    says: /\/api\/checkout/,
  },
  {
    name: 'nginx: request times step up',
    lines: each(0, 3600, 1, (s) =>
      hit(
        s,
        `10.1.2.${s % 250}`,
        'GET /api/search',
        200,
        s < 2400 ? 0.03 + (s % 7) / 1000 : 1.4 + (s % 7) / 100,
      ),
    ),
    first: { kind: 'change', count: 3600 },
    says: /from 33 ms to 1\.4/,
  },
  {
    name: 'nginx error log: the upstream refuses, and one icon is missing',
    lines: merged(
      timed(
        0,
        900,
        100,
        (s) =>
          `2026/01/15 ${clock(s)} [error] 31#31: *${s} open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory), client: 10.0.0.${s % 9}, server: _, request: "GET /favicon.ico HTTP/1.1", host: "shop.example.com"`,
      ),
      timed(
        450,
        900,
        3,
        (s) =>
          `2026/01/15 ${clock(s)} [error] 31#31: *${s} connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, server: shop.example.com, request: "GET /api/items/${s} HTTP/1.1", upstream: "http://172.18.0.5:8000/api/items/${s}", host: "shop.example.com"`,
      ),
    ),
    first: {
      kind: 'error',
      class: 'connection-refused',
      fields: { host: '172.18.0.5', port: 8000 },
      count: 150,
      since: at(450) as never,
    },
  },
  {
    name: 'nginx error log: worker_connections are not enough',
    lines: each(
      0,
      60,
      1,
      (s) =>
        `2026/01/15 ${clock(s)} [alert] 29#29: *${s} 1024 worker_connections are not enough while connecting to upstream, client: 10.0.0.1, server: _, request: "GET / HTTP/1.1", upstream: "http://172.18.0.5:8000/", host: "x"`,
    ),
    first: { kind: 'error', class: 'pool-exhausted', count: 60, fields: { limit: 1024 } },
  },
  {
    name: 'Apache: MaxRequestWorkers reached, and a script times out',
    lines: linesOf(`
[Thu Jan 15 14:00:00.000000 2026] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.58 (Unix) configured -- resuming normal operations
[Thu Jan 15 14:30:00.000000 2026] [mpm_event:error] [pid 1:tid 1] AH00484: server reached MaxRequestWorkers setting, consider raising the MaxRequestWorkers setting
[Thu Jan 15 14:30:10.000000 2026] [proxy_fcgi:error] [pid 9:tid 3] (70007)The timeout specified has expired: [client 10.0.0.8:40112] AH01075: Error dispatching request to : (polling)`),
    first: { kind: 'error', class: 'pool-exhausted', count: 1, since: at(1800) as never },
  },
  {
    name: 'Envoy: no healthy upstream',
    lines: merged(
      timed(
        0,
        600,
        1,
        (s) =>
          `[${at(s)}] "GET /v1/quote HTTP/1.1" 200 - 0 512 ${12 + (s % 8)} ${11 + (s % 8)} "-" "grpc-go/1.60" "${s}" "quotes" "10.2.0.7:8080"`,
      ),
      timed(
        300,
        600,
        1,
        (s) => `[${at(s)}] "GET /v1/quote HTTP/1.1" 503 UH 0 19 0 - "-" "grpc-go/1.60" "${s}" "quotes" "-"`,
      ),
    ),
    first: { kind: 'error', class: 'upstream-failed', count: 300, since: at(300) as never },
  },
  {
    name: 'an ingress answers 499 and 504 when the upstream hangs',
    lines: merged(
      timed(0, 1200, 1, normal),
      timed(600, 900, 1, (s) => hit(s, `10.1.2.${s % 250}`, `GET /api/report/${s}`, 504, 60)),
    ),
    first: {
      kind: 'error',
      class: 'upstream-failed',
      fields: { status: 504 },
      count: 300,
      since: at(600) as never,
    },
  },
  {
    name: 'Traefik: a certificate that has expired',
    lines: each(
      0,
      300,
      10,
      (s) =>
        `time="${at(s)}" level=error msg="Unable to obtain ACME certificate" error="x509: certificate has expired or is not yet valid: current time 2026-01-15T14:00:00Z is after 2026-01-10T00:00:00Z" providerName=le.acme`,
    ),
    first: { kind: 'error', class: 'certificate-expired', count: 30 },
  },
  {
    name: 'uvicorn behind a proxy: tracebacks of QueuePool among its access lines',
    lines: merged(
      timed(0, 300, 1, (s) => `INFO:     10.0.0.${s % 9}:51310 - "GET /api/items HTTP/1.1" 200 OK`),
      timed(
        100,
        300,
        10,
        (s) => `INFO:     10.0.0.${s % 9}:51310 - "GET /api/orders HTTP/1.1" 500 Internal Server Error
ERROR:    Exception in ASGI application
Traceback (most recent call last):
  File "/usr/local/lib/python3.12/site-packages/uvicorn/protocols/http/h11_impl.py", line 408, in run_asgi
    result = await app(
  File "/app/db.py", line 12, in session
    return pool.checkout()
sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00 (Background on this error at: https://sqlalche.me/e/20/3o7r)`,
      ),
    ),
    first: { kind: 'error', class: 'pool-exhausted', count: 20, fields: { limit: 5, overflow: 10 } },
  },
  {
    name: 'sshd: somebody guesses passwords',
    lines: merged(
      timed(
        0,
        3600,
        300,
        (s) => `${syslog(s)} web1 CRON[${900 + s}]: (root) CMD (run-parts /etc/cron.hourly)`,
      ),
      timed(
        1000,
        1600,
        2,
        (s) =>
          `${syslog(s)} web1 sshd[${2000 + s}]: Failed password for invalid user admin from 198.51.100.23 port ${40_000 + s} ssh2`,
      ),
    ),
    first: {
      kind: 'error',
      class: 'authentication-failed',
      fields: { user: 'admin', client: '198.51.100.23' },
      count: 300,
      since: at(1000) as never,
    },
  },
  {
    name: 'everybody is answered 401 from a moment on, in JSON',
    lines: each(
      0,
      600,
      1,
      (s) =>
        `{"time":"${at(s)}","level":"info","method":"GET","path":"/api/me","status":${s < 300 ? 200 : 401},"duration":12}`,
    ),
    first: { kind: 'surge', class: 'authentication-failed', fields: { status: 401 }, count: 300 },
  },
  {
    name: 'a proxy written in Go: both ends of the connection that breaks off',
    lines: each(
      0,
      100,
      4,
      (s) =>
        `${plain(s)} ERROR [proxy] read tcp 10.0.0.3:55${100 + s}->10.0.0.9:5432: read: connection reset by peer`,
    ),
    first: {
      kind: 'error',
      class: 'connection-reset',
      fields: { host: '10.0.0.9', port: 5432 },
      count: 25,
      since: at(0) as never,
    },
  },
  {
    name: 'HAProxy: a backend has no server left',
    lines: linesOf(`
Jan 15 14:00:00 lb haproxy[7]: 10.0.0.3:51022 [15/Jan/2026:14:00:00.001] web~ app/app1 0/0/1/20/21 200 512 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"
Jan 15 14:01:00 lb haproxy[7]: Server app/app1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.
Jan 15 14:01:00 lb haproxy[7]: backend app has no server available!
Jan 15 14:01:01 lb haproxy[7]: 10.0.0.3:51023 [15/Jan/2026:14:01:01.001] web~ app/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`),
    first: { kind: 'error', since: at(60) as never },
    says: /app1 is DOWN/,
  },
  {
    name: 'a client hits a rate limit, with limit and rate',
    lines: merged(
      timed(0, 600, 5, (s) => `${plain(s)} INFO sync page ${s} fetched`),
      timed(
        200,
        600,
        5,
        (s) =>
          `${plain(s)} ERROR sync 429 Too Many Requests from api.example.com: rate limit exceeded, limit 60 requests per minute, current rate 75`,
      ),
    ),
    first: {
      kind: 'error',
      class: 'rate-limited',
      fields: { limit: 60, per: 'minute', rate: 75 },
      count: 80,
      since: at(200) as never,
    },
  },
]
