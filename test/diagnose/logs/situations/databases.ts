import { at, clock, each, linesOf, merged, plain, type Situation, timed } from './situation.ts'

const checkpoint = (s: number): string =>
  `${plain(s)}.000 UTC [27] LOG:  checkpoint complete: wrote ${40 + (s % 60)} buffers (0.3%); 0 WAL file(s) added, 0 removed, 0 recycled; write=4.5 s, sync=0.002 s, total=4.6 s`

export const DATABASES: readonly Situation[] = [
  {
    name: 'PostgreSQL: too many clients, from a moment on',
    lines: merged(
      timed(0, 1200, 60, checkpoint),
      timed(610, 900, 2, (s) => `${plain(s)}.250 UTC [${4000 + s}] FATAL:  sorry, too many clients already`),
    ),
    first: {
      kind: 'error',
      class: 'too-many-connections',
      count: 145,
      since: at(610.25) as never,
      until: at(898.25) as never,
    },
  },
  {
    name: 'PostgreSQL: a deadlock with its detail',
    lines: [
      ...each(0, 600, 60, checkpoint),
      ...linesOf(`
2026-01-15 14:10:10.100 UTC [77] app@shop ERROR:  deadlock detected
2026-01-15 14:10:10.100 UTC [77] app@shop DETAIL:  Process 77 waits for ShareLock on transaction 742; blocked by process 78.
	Process 78 waits for ShareLock on transaction 741; blocked by process 77.
	Process 77: UPDATE accounts SET balance = balance - 1 WHERE id = 1
	Process 78: UPDATE accounts SET balance = balance + 1 WHERE id = 2
2026-01-15 14:10:10.100 UTC [77] app@shop HINT:  See server log for query details.
2026-01-15 14:10:10.100 UTC [77] app@shop CONTEXT:  while updating tuple (0,1) in relation "accounts"
2026-01-15 14:10:10.100 UTC [77] app@shop STATEMENT:  UPDATE accounts SET balance = balance - 1 WHERE id = 1`),
    ],
    first: { kind: 'error', class: 'deadlock', count: 1, since: at(610.1) as never },
    says: /accounts/,
  },
  {
    name: 'PostgreSQL: the disk is full, then all that follows',
    lines: merged(
      timed(0, 900, 60, checkpoint),
      [
        [
          600,
          `${plain(600)}.000 UTC [91] ERROR:  could not extend file "base/16384/24610": No space left on device
${plain(600)}.000 UTC [91] HINT:  Check free disk space.
${plain(600)}.000 UTC [91] STATEMENT:  INSERT INTO events SELECT generate_series(1, 1000000)`,
        ],
        [
          605,
          `${plain(605)}.000 UTC [27] PANIC:  could not write to file "pg_wal/xlogtemp.27": No space left on device`,
        ],
        [
          606,
          `${plain(606)}.000 UTC [1] LOG:  checkpointer process (PID 27) was terminated by signal 6: Aborted`,
        ],
        [606, `${plain(606)}.100 UTC [1] LOG:  terminating any other active server processes`],
        [607, `${plain(607)}.000 UTC [1] LOG:  all server processes terminated; reinitializing`],
      ],
      timed(607, 700, 1, (s) => `${plain(s)}.500 UTC [${s}] FATAL:  the database system is in recovery mode`),
    ),
    first: { kind: 'error', class: 'disk-full', count: 2, since: at(600) as never, until: at(605) as never },
  },
  {
    name: 'PostgreSQL: checkpoints are occurring too frequently',
    lines: merged(
      timed(0, 1800, 20, checkpoint),
      timed(
        600,
        1800,
        20,
        (
          s,
        ) => `${plain(s)}.010 UTC [27] LOG:  checkpoints are occurring too frequently (${18 + (s % 3)} seconds apart)
${plain(s)}.010 UTC [27] HINT:  Consider increasing the configuration parameter "max_wal_size".`,
      ),
    ),
    first: { class: 'checkpoints-too-frequent', count: 60, since: at(600.01) as never },
    says: /max_wal_size/,
  },
  {
    name: 'PostgreSQL: unique violations in two constraints, statements with values',
    lines: merged(
      timed(0, 600, 60, checkpoint),
      timed(
        100,
        600,
        5,
        (
          s,
        ) => `${plain(s)}.000 UTC [79] ERROR:  duplicate key value violates unique constraint "users_email_key"
${plain(s)}.000 UTC [79] DETAIL:  Key (email)=(person${s}@example.com) already exists.
${plain(s)}.000 UTC [79] STATEMENT:  INSERT INTO users (email) VALUES ('person${s}@example.com')`,
      ),
    ),
    first: {
      kind: 'error',
      class: 'unique-violation',
      count: 100,
      fields: { constraint: 'users_email_key', sqlstate: '23505' },
    },
  },
  {
    name: 'PostgreSQL: a backend is killed by the kernel and the server recovers',
    lines: linesOf(`
2026-01-15 14:00:00.000 UTC [1] LOG:  database system is ready to accept connections
2026-01-15 14:20:00.000 UTC [1] LOG:  server process (PID 3121) was terminated by signal 9: Killed
2026-01-15 14:20:00.000 UTC [1] DETAIL:  Failed process was running: SELECT * FROM events ORDER BY payload
2026-01-15 14:20:00.100 UTC [1] LOG:  terminating any other active server processes
2026-01-15 14:20:00.200 UTC [99] WARNING:  terminating connection because of crash of another server process
2026-01-15 14:20:01.000 UTC [1] LOG:  all server processes terminated; reinitializing
2026-01-15 14:20:02.000 UTC [140] LOG:  database system was not properly shut down; automatic recovery in progress
2026-01-15 14:20:05.000 UTC [1] LOG:  database system is ready to accept connections`),
    first: {
      kind: 'error',
      class: 'crash-signal',
      fields: { signal: 9 },
      since: at(1200) as never,
      count: 1,
    },
  },
  {
    name: 'PostgreSQL: statements slow down after an index is dropped',
    lines: each(
      0,
      1200,
      2,
      (s) =>
        `${s === 700 ? `${plain(s)}.000 UTC [80] admin@shop LOG:  statement: DROP INDEX orders_customer_idx\n` : ''}${plain(s)}.100 UTC [77] app@shop LOG:  duration: ${s < 700 ? 30 + (s % 20) : 4000 + (s % 900)}.250 ms  execute <unnamed>: SELECT * FROM orders WHERE customer_id = $1`,
    ),
    first: { kind: 'change', since: at(700) as never },
    says: /DROP INDEX/,
  },
  {
    name: 'Redis: commands refused at maxmemory, said by its client',
    lines: merged(
      timed(0, 900, 3, (s) => `{"level":"info","ts":"${at(s)}","msg":"cart saved","took_ms":${3 + (s % 5)}}`),
      timed(
        500,
        900,
        3,
        (s) =>
          `{"level":"error","ts":"${at(s + 0.5)}","msg":"cart not saved","error":"OOM command not allowed when used memory > 'maxmemory'."}`,
      ),
    ),
    first: { kind: 'error', class: 'out-of-memory', count: 134, since: at(500.5) as never },
  },
  {
    name: 'Redis: it cannot fork, so it refuses writes',
    lines: merged(
      timed(0, 600, 60, (s) => `1:M 15 Jan 2026 ${clock(s)}.000 * 100 changes in 300 seconds. Saving...`),
      timed(
        300,
        600,
        60,
        (s) => `1:M 15 Jan 2026 ${clock(s)}.010 # Can't save in background: fork: Cannot allocate memory`,
      ),
      timed(310, 600, 60, (s) => `1:M 15 Jan 2026 ${clock(s)}.010 # Background saving error`),
    ),
    first: { kind: 'error', class: 'out-of-memory', count: 5, since: at(300.01) as never },
    says: /fork/,
  },
  {
    name: 'MISCONF at the client of a Redis that cannot save',
    lines: each(
      0,
      60,
      1,
      (s) =>
        `${at(s)} ERROR [session] ReplyError: MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled`,
    ),
    first: { kind: 'error', class: 'write-refused', count: 60, since: at(0) as never },
  },
  {
    name: 'MySQL: too many connections and a lock wait timeout',
    lines: merged(
      timed(
        0,
        300,
        10,
        (s) => `${at(s)} 0 [Note] InnoDB: page_cleaner: 1000ms intended loop took ${1000 + s}ms.`,
      ),
      timed(100, 300, 4, (s) => `${at(s)} ${s} [ERROR] [MY-010055] [Server] Too many connections`),
    ),
    first: { kind: 'error', class: 'too-many-connections', count: 50, since: at(100) as never },
  },
  {
    name: 'pgbouncer: its pool is full, clients wait and are dropped',
    lines: merged(
      timed(
        0,
        600,
        60,
        (s) =>
          `${plain(s)}.000 UTC [1] LOG stats: ${120 + (s % 9)} xacts/s, ${300 + (s % 7)} queries/s, in 90321 B/s, out 71233 B/s, xact 2114 us, query 801 us, wait ${s < 300 ? 20 : 900_000} us`,
      ),
      timed(
        320,
        600,
        3,
        (s) =>
          `${plain(s)}.100 UTC [1] WARNING C-0x55d0: shop/app@10.0.0.${s % 9}:51822 pooler error: query_wait_timeout`,
      ),
    ),
    first: { kind: 'error', class: 'pool-exhausted', count: 94, since: at(320.1) as never },
  },
  {
    name: 'Kafka: the broker is not available to its consumer',
    lines: merged(
      timed(
        0,
        400,
        4,
        (s) =>
          `[${plain(s)},000] INFO [Consumer clientId=orders-1, groupId=orders] Committed offset ${s * 100} for partition orders-0 (org.apache.kafka.clients.consumer.internals.ConsumerCoordinator)`,
      ),
      timed(
        200,
        400,
        1,
        (s) =>
          `[${plain(s)},500] WARN [Consumer clientId=orders-1, groupId=orders] Connection to node 2 (kafka-2/10.0.3.7:9092) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)`,
      ),
    ),
    first: {
      kind: 'error',
      class: 'connection-refused',
      fields: { host: 'kafka-2', port: 9092 },
      count: 200,
      since: at(200.5) as never,
    },
  },
]
