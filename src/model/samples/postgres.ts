import type { PostgresReading } from '../postgres-reading.ts'
import type { Bytes } from '../units.ts'
import { counter, gauge, type Labels, type MetricOf, type Point } from './metric.ts'
import { onEachDatabase, postgresCounters } from './postgres-counters.ts'

export const postgresLabels = ({ name }: PostgresReading): Labels => ({ server: name })

type Server = MetricOf<PostgresReading>

const connections: readonly Server[] = [
  gauge('perfbot_postgres_round_trip_seconds', {
    title: 'Database round trip',
    unit: 'seconds',
    help: 'Time of SELECT 1 on an open connection, there and back.',
    history: true,
    read: ({ roundTripSeconds }) => roundTripSeconds,
  }),
  gauge('perfbot_postgres_connections', {
    title: 'Database connections',
    unit: 'count',
    help: 'Client connections by what they do.',
    history: true,
    read: ({ connections }): Point[] => [
      [{ state: 'active' }, connections.active],
      [{ state: 'idle' }, connections.idle],
      [{ state: 'idle in transaction' }, connections.idleInTransaction],
    ],
  }),
  gauge('perfbot_postgres_connections_used', {
    title: 'Database connections used',
    unit: 'count',
    help: 'All client connections, ours included.',
    history: true,
    read: ({ connections }) => connections.used,
  }),
  gauge('perfbot_postgres_connections_maximum', {
    title: 'Database connection limit',
    unit: 'count',
    help: 'How many connections the server takes: its max_connections.',
    read: ({ connections }) => connections.maximum,
  }),
  gauge('perfbot_postgres_blocked_sessions', {
    title: 'Blocked database sessions',
    unit: 'count',
    help: 'Sessions that wait for a lock, directly or behind another that does.',
    history: true,
    read: ({ blocking }) => blocking?.reduce((total, { victims }) => total + victims, 0),
  }),
  gauge('perfbot_postgres_longest_transaction_seconds', {
    title: 'Longest database transaction',
    unit: 'seconds',
    help: 'Age of the oldest transaction that is open; zero when there is none.',
    history: true,
    read: ({ longestTransactions }) =>
      longestTransactions && (longestTransactions[0]?.transactionSeconds ?? 0),
  }),
  gauge('perfbot_postgres_prepared_transactions', {
    title: 'Prepared transactions',
    unit: 'count',
    help: 'Transactions that were prepared for two-phase commit and not finished.',
    read: ({ preparedTransactions }) => preparedTransactions?.length,
  }),
  gauge('perfbot_postgres_locks', {
    title: 'Database locks',
    unit: 'count',
    help: 'Locks that are held or waited for, those of the reading itself left out.',
    read: ({ locks }): Point[] =>
      (locks ?? []).map(({ databaseName, mode, granted, locks }) => [
        { datname: databaseName, mode: mode.toLowerCase(), granted: String(granted) },
        locks,
      ]),
  }),
]

const databases: readonly Server[] = [
  gauge('pg_database_size_bytes', {
    title: 'Database size',
    unit: 'bytes',
    help: 'Disk space that the database takes.',
    history: true,
    read: onEachDatabase(({ sizeBytes }) => sizeBytes),
  }),
  gauge('pg_stat_database_numbackends', {
    title: 'Database sessions',
    unit: 'count',
    help: 'Sessions that are connected to the database.',
    read: onEachDatabase(({ connections }) => connections),
  }),
  gauge('perfbot_postgres_cache_hit_ratio', {
    title: 'Database cache hits',
    unit: 'ratio',
    help: 'Share of block reads answered by shared buffers since the statistics were reset.',
    history: true,
    read: onEachDatabase(({ cacheHitRatio }) => cacheHitRatio),
  }),
  gauge('perfbot_postgres_transactions_per_second', {
    title: 'Database transactions',
    unit: 'per_second',
    help: 'Transactions that were committed, mean since the reading before.',
    history: true,
    read: onEachDatabase(({ rates }) => rates?.commits ?? null),
  }),
  gauge('perfbot_postgres_temp_bytes_per_second', {
    title: 'Database temporary files',
    unit: 'bytes_per_second',
    help: 'What did not fit into work_mem and was written to disk, mean since the reading before.',
    history: true,
    read: onEachDatabase(({ rates }) => rates?.tempBytes ?? null),
  }),
  gauge('perfbot_postgres_xid_age', {
    title: 'Transaction age',
    unit: 'count',
    help: 'Transactions since the oldest row that is not frozen: the server stops before 2^31.',
    history: true,
    read: ({ wraparound }): Point[] =>
      (wraparound ?? []).map(({ databaseName, xidAge }) => [{ datname: databaseName }, xidAge]),
  }),
  gauge('perfbot_postgres_multixact_age', {
    title: 'Multixact age',
    unit: 'count',
    help: 'Multixacts since the oldest that is not frozen.',
    read: ({ wraparound }): Point[] =>
      (wraparound ?? []).map(({ databaseName, multixactAge }) => [{ datname: databaseName }, multixactAge]),
  }),
]

const replication: readonly Server[] = [
  gauge('perfbot_postgres_wal_bytes_per_second', {
    title: 'WAL written',
    unit: 'bytes_per_second',
    help: 'By how much the write-ahead log grew, mean since the reading before.',
    history: true,
    read: ({ wal }) => wal?.rates?.positionBytes,
  }),
  counter('perfbot_postgres_wal_bytes_total', {
    title: 'WAL position',
    unit: 'bytes',
    help: 'Where the write-ahead log stands, in bytes since its beginning.',
    read: ({ wal }) => wal?.counters.positionBytes,
  }),
  gauge('pg_wal_size_bytes', {
    title: 'WAL directory',
    unit: 'bytes',
    help: 'Size of the files of the write-ahead log that are kept.',
    history: true,
    read: ({ walDirectory }) => walDirectory?.sizeBytes,
  }),
  gauge('pg_wal_segments', {
    title: 'WAL segments',
    unit: 'count',
    help: 'Files of the write-ahead log that are kept.',
    read: ({ walDirectory }) => walDirectory?.files,
  }),
  gauge('perfbot_postgres_slot_retained_bytes', {
    title: 'WAL held by slots',
    unit: 'bytes',
    help: 'Write-ahead log that must be kept for the replication slot.',
    history: true,
    read: ({ slots }): Point[] =>
      (slots ?? []).map(({ name, retainedBytes }) => [{ slot_name: name }, retainedBytes]),
  }),
  gauge('perfbot_postgres_replay_lag_bytes', {
    title: 'Replication lag',
    unit: 'bytes',
    help: 'Write-ahead log that the standby has not replayed yet.',
    history: true,
    read: onEachStandby(({ replayLagBytes }) => replayLagBytes),
  }),
  gauge('perfbot_postgres_replay_lag_seconds', {
    title: 'Replication delay',
    unit: 'seconds',
    help: 'How far the standby is behind; unknown while nothing is written.',
    read: onEachStandby(({ replayLagSeconds }) => replayLagSeconds),
  }),
]

function onEachStandby(
  read: (standby: NonNullable<PostgresReading['standbys']>[number]) => Bytes | number | null,
) {
  return ({ standbys }: PostgresReading): Point[] =>
    (standbys ?? []).map((standby) => [
      { application_name: standby.applicationName, client_addr: standby.clientAddress ?? '' },
      read(standby),
    ])
}

export const postgresMetrics: readonly Server[] = [
  ...connections,
  ...databases,
  ...replication,
  ...postgresCounters,
]
