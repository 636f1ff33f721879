import { at, clock, each, linesOf, merged, plain, type Situation, START, syslog, timed } from './situation.ts'

const request = (s: number, ms: number): string =>
  `${at(s)} INFO http GET /api/items status=200 latency=${ms}ms`
const letters = (value: number): string =>
  value.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] as string)

export const FIGURES: readonly Situation[] = [
  {
    name: 'connections climb to the limit named in another line',
    lines: [
      `${at(0)} INFO config loaded max_connections=100`,
      ...each(
        10,
        1800,
        10,
        (s) =>
          `${at(s)} INFO db stats active_connections=${s < 600 ? 20 + (s % 3) : Math.min(98, 20 + Math.floor((s - 600) / 12))} idle=2`,
      ),
    ],
    first: { kind: 'saturation' },
    says: /Active connections reached 98 of 100/,
  },
  {
    name: 'a pool that is full: 20/20 with a queue behind it',
    lines: each(
      0,
      900,
      5,
      (s) =>
        `${plain(s)} INFO pool: ${s < 500 ? 4 + (s % 5) : 20}/20 connections in use, ${s < 500 ? 0 : (s - 500) / 5} waiting`,
    ),
    first: { kind: 'saturation', since: at(500) as never },
    says: /connections reached 20 of 20/,
  },
  {
    name: 'memory used climbs to what there is',
    lines: each(
      0,
      7200,
      30,
      (s) => `${plain(s)} INFO monitor used ${(1.2 + (2.7 * s) / 7200).toFixed(1)}GB of 4GB`,
    ),
    first: { kind: 'saturation' },
    says: /4 GiB/,
  },
  {
    name: 'latency steps up after a reloaded configuration',
    lines: each(
      0,
      1200,
      1,
      (s) =>
        `${s === 600 ? `${at(s)} INFO config configuration reloaded from /etc/app.yaml\n` : ''}${request(s, s < 600 ? 40 + (s % 13) : 5003 + (s % 31))}`,
    ),
    first: { kind: 'change' },
    says: /configuration reloaded/,
  },
  {
    name: 'latency steps up after a deployment, in JSON',
    lines: each(
      0,
      1200,
      2,
      (s) =>
        `${s === 800 ? `{"time":"${at(s)}","level":"info","msg":"deployed version 2.4.0"}\n` : ''}{"time":"${at(s)}","level":"info","msg":"request completed","duration_ms":${s < 800 ? 30 + (s % 9) : 120 + (s % 19)},"status":200}`,
    ),
    first: { kind: 'change' },
    says: /deployed version 2\.4\.0/,
  },
  {
    name: 'replication lag after a failover',
    lines: each(
      0,
      1800,
      10,
      (s) =>
        `${s === 900 ? `${at(s)} WARN cluster failover: promoted db-2 to primary\n` : ''}${at(s)} INFO replication lag=${s < 900 ? 0.2 + (s % 3) / 10 : 12 + (s % 30) / 10}s`,
    ),
    first: { kind: 'change' },
    says: /failover/,
  },
  {
    name: 'a slow leak of memory',
    lines: each(
      0,
      36_000,
      60,
      (s) =>
        `${at(s)} INFO stats heap_used=${Math.round(120 + s / 180 + (s % 7))}MB rss=${Math.round(300 + s / 180 + (s % 11))}MB uptime=${s}s`,
    ),
    first: { kind: 'trend' },
    says: /rising|climb|grew/,
  },
  {
    name: 'a flood that began with one first error',
    lines: merged(
      timed(0, 900, 1, (s) => `${at(s)} INFO [http] handled request ${s}`),
      [[400, `${at(400)} ERROR [storage] replica set lost its quorum, epoch=71`]],
      timed(
        402,
        900,
        0.1,
        (s) =>
          `${at(Math.floor(s * 10) / 10)} ERROR [http] request ${Math.floor(s * 10)} failed for user u${Math.floor(s * 7) % 977}`,
      ),
    ),
    first: { kind: 'error', count: 1, since: at(400) as never },
    says: /quorum/,
    also: ['other'],
  },
  {
    name: 'what was rare becomes frequent, at level info',
    lines: merged(
      timed(0, 7200, 2, (s) => `${at(s)} INFO handled request ${s}`),
      timed(0, 7200, 400, (s) => `${at(s)} INFO cache miss for catalogue, rebuilding`),
      timed(5000, 7200, 4, (s) => `${at(s)} INFO cache miss for catalogue, rebuilding`),
    ),
    first: { kind: 'surge' },
    says: /cache miss/,
  },
  {
    name: 'a healthy log: nothing stands out',
    lines: merged(
      timed(0, 7200, 1, (s) => request(s, 30 + ((s * 7919) % 23))),
      timed(
        0,
        7200,
        60,
        (s) =>
          `${at(s)} INFO stats heap_used=${200 + ((s * 31) % 41)}MB connections=${10 + ((s * 17) % 7)} queue=${(s * 13) % 5}`,
      ),
      timed(
        0,
        7200,
        900,
        (s) => `${at(s)} INFO scheduler job cleanup finished in ${2 + (s % 3)}s, 0 errors, 0 failed`,
      ),
    ),
    first: null,
  },
  {
    name: 'a healthy log that speaks of errors and time-outs',
    lines: linesOf(`
2026-01-15 14:00:00 INFO config request_timeout=30s max_errors=5 retries on error enabled
2026-01-15 14:00:01 INFO listening on :8080
2026-01-15 14:00:02 INFO error budget is full, 0 failed requests
2026-01-15 14:00:03 INFO GET /errors 200 4ms
2026-01-15 14:00:04 INFO retry after timeout succeeded
2026-01-15 14:00:05 DEBUG no errors found in 120 files
2026-01-15 14:00:06 INFO password authentication enabled; fatal errors are mailed to ops`),
    first: null,
  },
  {
    name: 'a start that waits for its database and then runs well',
    lines: [
      ...each(
        0,
        6,
        2,
        (s) => `${plain(s)} WARN db connect to postgres:5432 failed: Connection refused, retrying`,
      ),
      `${plain(8)} INFO db connected`,
      ...each(10, 3600, 5, (s) => `${plain(s)} INFO handled request ${s} in ${20 + (s % 9)}ms`),
    ],
    first: {
      kind: 'error',
      class: 'connection-refused',
      fields: { host: 'postgres', port: 5432 },
      count: 3,
      until: at(4) as never,
    },
  },
  {
    name: 'times with zones, out of order, and two sources',
    lines: merged(
      timed(
        0,
        600,
        2,
        (s) =>
          `api-1  | ${new Date(START + s * 1000 + 7_200_000).toISOString().slice(0, 19)}+02:00 INFO ok ${s}`,
      ),
      timed(
        1,
        600,
        2,
        (s) =>
          `db-1   | ${plain(s - 1)}.000 UTC [7] LOG:  connection received: host=172.18.0.3 port=${40_000 + s}`,
      ),
      timed(
        300,
        360,
        3,
        (s) =>
          `api-1  | ${new Date(START + s * 1000 + 7_200_000).toISOString().slice(0, 19)}+02:00 ERROR connect ETIMEDOUT 172.18.0.9:443`,
      ),
    ),
    first: {
      kind: 'error',
      class: 'timeout',
      fields: { host: '172.18.0.9', port: 443 },
      source: 'api-1',
      count: 20,
      since: at(300) as never,
      until: at(357) as never,
    },
  },
  {
    name: 'a clock that jumps back by an hour',
    lines: [
      ...each(0, 1800, 5, (s) => `${syslog(s)} box app[7]: tick ${s}`),
      ...each(-1800, 600, 5, (s) => `Jan 15 ${clock(s)} box app[7]: tick ${s}`),
    ],
    first: { kind: 'clock' },
  },
  {
    name: 'as many kinds of words as lines, and one error among them',
    lines: merged(
      timed(0, 3000, 1, (s) => `${at(s)} INFO ${letters(s * 7919)} ${letters(s * 31)} of ${letters(s)}`),
      [[1500, `${at(1500)} ERROR segment store: no space left on device`]],
    ),
    first: { kind: 'error', class: 'disk-full', count: 1, since: at(1500) as never },
  },
]
