import { describe } from 'vitest'
import type { Catalogue, TableReading } from '../../src/model/postgres/catalogue.ts'
import type { DatabaseReading } from '../../src/model/postgres/database.ts'
import type { ReplicationSlot, Standby } from '../../src/model/postgres/replication.ts'
import type { Session } from '../../src/model/postgres/sessions.ts'
import type { PostgresReading } from '../../src/model/postgres-reading.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { bytes, ratio, seconds } from '../../src/model/units.ts'
import {
  GIBIBYTE,
  MEBIBYTE,
  makeDatabase,
  makeDisk,
  makeMachine,
  makeSetting,
  minutesBefore,
} from '../support/snapshot.ts'
import { holds } from './table.ts'

const server = (changes: Partial<PostgresReading>): Partial<Snapshot> => ({
  databases: [makeDatabase(changes)],
})
const stock = server({})
const set = (name: string, value: string, unit: string | null = null) =>
  server({ settings: [makeSetting(name, value, unit)] })
const unset = server({ settings: [] })

describe('the settings of PostgreSQL', () => {
  const sorting = (used: number) =>
    server({
      settings: [makeSetting('work_mem', String(1024 ** 2), 'kB')],
      connections: { used, active: 1, idle: used - 1, idleInTransaction: 0, maximum: 100, reserved: 3 },
    })
  holds({
    rule: 'pg-work-mem',
    severity: 'medium',
    found: sorting(33),
    near: sorting(32),
    unknown: unset,
    says: '1 GiB',
  })
  const cached = (gibibytes: number) =>
    set('effective_cache_size', String((gibibytes * GIBIBYTE) / 8192), '8kB')
  holds({
    rule: 'pg-effective-cache-size',
    severity: 'low',
    found: cached(4),
    near: cached(8),
    unknown: unset,
  })
  holds({
    rule: 'pg-effective-cache-size',
    severity: 'low',
    found: cached(33),
    near: cached(32),
    unknown: null,
  })
  const allowing = (maximum: number) =>
    server({ connections: { used: 10, active: 1, idle: 9, idleInTransaction: 0, maximum, reserved: 3 } })
  holds({
    rule: 'pg-max-connections',
    severity: 'low',
    found: allowing(501),
    near: allowing(500),
    unknown: null,
  })
  const turning = {
    ...set('random_page_cost', '4'),
    machine: makeMachine({ disks: [makeDisk({ rotational: true })] }),
  }
  holds({
    rule: 'pg-random-page-cost',
    severity: 'low',
    found: set('random_page_cost', '4'),
    near: turning,
    unknown: unset,
  })
  holds({
    rule: 'pg-blind',
    severity: 'low',
    found: set('track_io_timing', 'off'),
    near: set('track_io_timing', 'on'),
    unknown: unset,
  })
  holds({
    rule: 'pg-password-md5',
    severity: 'low',
    found: set('password_encryption', 'md5'),
    near: set('password_encryption', 'scram-sha-256'),
    unknown: unset,
  })
  holds({
    rule: 'pg-track-counts-off',
    severity: 'high',
    found: set('track_counts', 'off'),
    near: set('track_counts', 'on'),
    unknown: unset,
  })
  const checkpoints = (requestedCheckpoints: number, timedCheckpoints: number) =>
    server({
      checkpoints: {
        statisticsResetAt: null,
        rates: null,
        counters: {
          requestedCheckpoints,
          timedCheckpoints,
          writeSeconds: 0,
          syncSeconds: 0,
          checkpointBuffers: 0,
          cleanedBuffers: 0,
          maxWrittenClean: 0,
          allocatedBuffers: 0,
          backendBuffers: null,
          backendFsyncs: null,
        },
      },
    })
  // Thousands of long ago say nothing of now.
  holds({
    rule: 'pg-checkpoints',
    severity: 'medium',
    before: () => checkpoints(5000, 100),
    found: checkpoints(5006, 103),
    near: checkpoints(5003, 100),
    unknown: stock,
  })
  const installed = (...names: string[]) =>
    catalogue({ extensions: names.map((name) => ({ name, version: '1.0', available: null })) })
  holds({
    rule: 'pg-statements-untracked',
    severity: 'low',
    found: installed('plpgsql'),
    near: installed('pg_stat_statements'),
    unknown: stock,
  })
})

describe('a PostgreSQL server', () => {
  const version = (versionNumber: number) => server({ versionNumber })
  holds({
    rule: 'pg-end-of-life',
    severity: 'low',
    found: version(130022),
    near: version(140010),
    unknown: version(990000),
  })
  holds({
    rule: 'pg-restarted',
    severity: 'low',
    before: () => stock,
    found: server({ startedAt: minutesBefore(1) }),
    near: stock,
    unknown: server({ name: 'other' }),
  })
})

const session = (changes: Partial<Session>): Session => ({
  pid: 812,
  userName: 'app',
  applicationName: 'report',
  databaseName: 'app',
  backendType: 'client backend',
  state: 'active',
  waitEventType: null,
  waitEvent: null,
  transactionSeconds: seconds(60),
  querySeconds: seconds(50),
  xminAge: 9,
  query: 'UPDATE orders SET …',
  ...changes,
})

describe('the sessions of PostgreSQL', () => {
  const waiting = (wait: number, root: Session | null = session({})) =>
    server({ blocking: [{ root, victims: 4, longestWaitSeconds: seconds(wait), waiting: [] }] })
  holds({
    rule: 'pg-blocking',
    severity: 'high',
    found: waiting(31),
    near: waiting(30),
    unknown: server({ blocking: null }),
    says: '4 sessions',
  })
  holds({
    rule: 'pg-blocking',
    severity: 'critical',
    found: waiting(301, null),
    near: waiting(301, session({ state: 'idle in transaction' })),
    unknown: null,
  })
  const running = (changes: Partial<Session>) => server({ longestTransactions: [session(changes)] })
  const long = { transactionSeconds: seconds(1801) }
  holds({
    rule: 'pg-long-transaction',
    severity: 'medium',
    found: running(long),
    near: running({}),
    unknown: server({ longestTransactions: null }),
  })
  holds({
    rule: 'pg-long-transaction',
    severity: 'low',
    found: running({ ...long, applicationName: 'pg_dump' }),
    near: running({ ...long, backendType: 'autovacuum worker' }),
    unknown: null,
  })
  const prepared = (age: number) =>
    server({
      preparedTransactions: [
        {
          name: 'tx',
          userName: 'app',
          databaseName: 'app',
          preparedAt: minutesBefore(90),
          ageSeconds: seconds(age),
        },
      ],
    })
  holds({
    rule: 'pg-prepared-transaction',
    severity: 'high',
    found: prepared(3601),
    near: prepared(3600),
    unknown: server({ preparedTransactions: null }),
  })
  const waits = (sessions: number, type = 'LWLock') =>
    server({ waitEvents: [{ type, event: 'WALWrite', sessions }] })
  holds({
    rule: 'pg-waits',
    severity: 'medium',
    found: waits(32),
    near: waits(31),
    unknown: server({ waitEvents: null }),
  })
  // Backends of a pool wait for their client: that is idle.
  holds({ rule: 'pg-waits', severity: 'medium', found: waits(32), near: waits(90, 'Client'), unknown: null })
})

const NONE = {
  commits: 0,
  rollbacks: 0,
  blocksRead: 0,
  blocksHit: 0,
  rowsReturned: 0,
  rowsFetched: 0,
  rowsInserted: 0,
  rowsUpdated: 0,
  rowsDeleted: 0,
  conflicts: 0,
  tempFiles: 0,
  tempBytes: 0,
  deadlocks: 0,
  checksumFailures: 0,
  readSeconds: 0,
  writeSeconds: 0,
  sessions: 0,
  sessionsAbandoned: 0,
  sessionsFatal: 0,
  sessionsKilled: 0,
  sessionSeconds: 0,
  activeSeconds: 0,
  idleInTransactionSeconds: 0,
}
const counted = (counters: Partial<DatabaseReading['counters']>, changes: Partial<DatabaseReading> = {}) =>
  server({
    databases: [
      {
        name: 'app',
        sizeBytes: null,
        cacheHitRatio: ratio(0.5),
        connections: 5,
        connectionLimit: null,
        statisticsResetAt: null,
        counters: { ...NONE, ...counters },
        rates: null,
        lastChecksumFailureAt: null,
        collationMismatch: null,
        ...changes,
      },
    ],
  })

describe('a database', () => {
  const before = () => counted({ deadlocks: 90, conflicts: 90 })
  holds({
    rule: 'pg-deadlocks',
    severity: 'medium',
    before,
    found: counted({ deadlocks: 93 }),
    near: counted({ deadlocks: 92 }),
    unknown: counted({ deadlocks: 1 }),
  })
  holds({
    rule: 'pg-standby-conflicts',
    severity: 'low',
    before,
    found: counted({ conflicts: 93 }),
    near: counted({ conflicts: 92 }),
    unknown: counted({ conflicts: 1 }),
  })
  holds({
    rule: 'pg-temp-files',
    severity: 'medium',
    before,
    found: counted({ tempBytes: GIBIBYTE }),
    near: counted({ tempBytes: GIBIBYTE - 1 }),
    unknown: null,
  })
  holds({
    rule: 'pg-new-connections',
    severity: 'low',
    before,
    found: counted({ sessions: 9060 }),
    near: counted({ sessions: 9000 }),
    unknown: counted({ sessions: null }),
  })
  const open = (connections: number) => counted({}, { connections, connectionLimit: 10 })
  holds({ rule: 'pg-database-connections', severity: 'high', found: open(9), near: open(8), unknown: null })
  holds({
    rule: 'pg-checksum-failures',
    severity: 'critical',
    found: counted({ checksumFailures: 1 }),
    near: counted({}),
    unknown: counted({ checksumFailures: null }),
  })
})

const catalogue = (changes: Partial<Catalogue>) =>
  server({
    catalogue: {
      readAt: minutesBefore(1),
      database: 'app',
      tableCount: 1,
      tables: [],
      indexCount: 0,
      indexes: [],
      foreignKeysWithoutIndex: [],
      sequences: [],
      extensions: [],
      collationMismatches: [],
      hbaRules: [],
      ...changes,
    },
  })
const table = (changes: Partial<TableReading>) =>
  catalogue({
    tables: [
      {
        schema: 'public',
        name: 'orders',
        totalBytes: bytes(GIBIBYTE),
        tableBytes: bytes(GIBIBYTE),
        indexBytes: bytes(0),
        toastBytes: bytes(0),
        liveRows: 100_000,
        deadRows: 0,
        modifiedSinceAnalyze: 0,
        insertedSinceVacuum: 0,
        lastVacuumAt: null,
        lastAutovacuumAt: minutesBefore(90),
        lastAnalyzeAt: null,
        lastAutoanalyzeAt: null,
        vacuums: 0,
        autovacuums: 1,
        sequentialScans: 0,
        sequentialRowsRead: 0,
        indexScans: 0,
        rowsInserted: 0,
        rowsUpdated: 0,
        rowsHotUpdated: 0,
        rowsDeleted: 0,
        blocksRead: 0,
        blocksHit: 0,
        xidAge: 0,
        multixactAge: 0,
        storageOptions: [],
        bloatBytes: bytes(0),
        ...changes,
      },
    ],
  })

describe('what VACUUM has to do', () => {
  const aged = (xidAge: number, multixactAge = 0) =>
    server({ wraparound: [{ databaseName: 'app', xidAge, multixactAge }] })
  holds({
    rule: 'pg-wraparound',
    severity: 'high',
    found: aged(2 ** 30 + 1),
    near: aged(2 ** 30),
    unknown: server({ wraparound: null }),
  })
  holds({
    rule: 'pg-wraparound',
    severity: 'critical',
    found: aged(0, 1_700_000_000),
    near: aged(200_000_000),
    unknown: null,
  })
  const held = (xminAge: number) =>
    server({ xminHolders: [{ kind: 'slot', name: 'debezium', databaseName: 'app', xminAge }] })
  holds({
    rule: 'pg-xmin-held',
    severity: 'medium',
    found: held(1_000_001),
    near: held(1_000_000),
    unknown: server({ xminHolders: null }),
    says: 'slot debezium',
  })
  const passes = (indexPasses: number) =>
    server({
      progress: [
        {
          kind: 'vacuum',
          pid: 9,
          databaseName: 'app',
          table: 'orders',
          phase: 'vacuuming indexes',
          blocksTotal: 9,
          blocksDone: 5,
          indexPasses,
          runningSeconds: null,
          autovacuum: true,
          againstWraparound: false,
        },
      ],
    })
  holds({
    rule: 'pg-vacuum-passes',
    severity: 'low',
    found: passes(2),
    near: passes(1),
    unknown: server({ progress: null }),
  })
  const dead = { deadRows: 60_000 }
  holds({
    rule: 'pg-dead-rows',
    severity: 'medium',
    found: table(dead),
    near: table({ ...dead, lastAutovacuumAt: minutesBefore(50) }),
    unknown: stock,
  })
  holds({
    rule: 'pg-dead-rows',
    severity: 'medium',
    found: table({ ...dead, lastAutovacuumAt: null }),
    near: table({ liveRows: 3, deadRows: 9000 }),
    unknown: null,
  })
  holds({
    rule: 'pg-statistics-stale',
    severity: 'low',
    found: table({ modifiedSinceAnalyze: 100_000 }),
    near: table({ liveRows: 10, modifiedSinceAnalyze: 90_000 }),
    unknown: stock,
  })
  holds({
    rule: 'pg-bloat',
    severity: 'low',
    found: table({ bloatBytes: bytes(600 * MEBIBYTE) }),
    near: table({ bloatBytes: bytes(500 * MEBIBYTE) }),
    unknown: table({ bloatBytes: null }),
  })
  const scanned = (sequentialScans: number, indexScans = 0) =>
    table({ sequentialScans, sequentialRowsRead: sequentialScans * 200_000, indexScans })
  holds({
    rule: 'pg-sequential-scans',
    severity: 'low',
    found: scanned(100),
    near: scanned(100, 100),
    unknown: stock,
  })
})

describe('the replication of PostgreSQL', () => {
  const standby = (changes: Partial<Standby>) =>
    server({
      standbys: [
        {
          applicationName: 'b',
          userName: 'r',
          clientAddress: null,
          state: 'streaming',
          syncState: 'async',
          sentLagBytes: bytes(0),
          replayLagBytes: bytes(9),
          replayLagSeconds: seconds(0),
          ...changes,
        },
      ],
    })
  const none = server({ standbys: null })
  holds({
    rule: 'pg-replica-lag',
    severity: 'high',
    found: standby({ replayLagSeconds: seconds(61) }),
    near: standby({ replayLagSeconds: null }),
    unknown: none,
  })
  holds({
    rule: 'pg-standby-gone',
    severity: 'high',
    before: () => standby({}),
    found: server({ standbys: [] }),
    near: standby({}),
    unknown: none,
  })
  holds({
    rule: 'pg-standby-gone',
    severity: 'high',
    before: (now) => (now.databases?.[0]?.name === 'b' ? now : standby({})),
    found: server({ standbys: [] }),
    near: server({ name: 'b', standbys: [] }),
    unknown: null,
  })
  const slot = (changes: Partial<ReplicationSlot>) =>
    server({
      slots: [
        {
          name: 's',
          kind: 'logical',
          plugin: null,
          databaseName: 'app',
          temporary: false,
          active: false,
          retainedBytes: bytes(0),
          safeBytes: null,
          walStatus: 'reserved',
          xminAge: null,
          catalogXminAge: null,
          inactiveSince: null,
          invalidationReason: null,
          ...changes,
        },
      ],
    })
  holds({
    rule: 'pg-slot-retains',
    severity: 'medium',
    found: slot({ retainedBytes: bytes(2 * GIBIBYTE) }),
    near: slot({ retainedBytes: bytes(2 * GIBIBYTE), active: true }),
    unknown: null,
  })
  holds({
    rule: 'pg-slot-retains',
    severity: 'high',
    found: slot({ walStatus: 'lost' }),
    near: slot({}),
    unknown: null,
  })
  const archiver = (failed: number, failedMinutesAgo: number, archivedMinutesAgo: number) =>
    server({
      archiver: {
        statisticsResetAt: null,
        counters: { archived: 9, failed },
        rates: null,
        lastFailedAt: minutesBefore(failedMinutesAgo),
        lastArchivedAt: minutesBefore(archivedMinutesAgo),
        lastFailedFile: '0001',
      },
    })
  holds({
    rule: 'pg-archiver',
    severity: 'high',
    before: () => archiver(0, 60, 50),
    found: archiver(3, 1, 50),
    near: archiver(3, 5, 1),
    unknown: stock,
  })
  const wal = (sizeBytes: number) =>
    server({
      walDirectory: { files: 9, sizeBytes: bytes(sizeBytes) },
      settings: [makeSetting('max_wal_size', '1024', 'MB')],
    })
  holds({
    rule: 'pg-wal-size',
    severity: 'medium',
    found: wal(4 * GIBIBYTE),
    near: wal(3 * GIBIBYTE),
    unknown: stock,
  })
  const recovery = (replayPaused: boolean) =>
    server({ recovery: { replayPaused, replayLagBytes: null, lastReplayedSeconds: null } })
  holds({
    rule: 'pg-replay-paused',
    severity: 'medium',
    found: recovery(true),
    near: recovery(false),
    unknown: null,
  })
})
