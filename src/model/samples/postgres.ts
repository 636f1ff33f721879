import type { PostgresReading } from '../postgres-reading.ts'
import { counter, gauge, type Labels, type MetricOf, type Point } from './metric.ts'

export const postgresLabels = ({ name }: PostgresReading): Labels => ({ server: name })

type Database = PostgresReading['databases'][number]

const onEachDatabase =
  (read: (database: Database) => number | null) =>
  ({ databases }: PostgresReading): Point[] =>
    databases.map((database) => [{ datname: database.name }, read(database)])

export const postgresMetrics: readonly MetricOf<PostgresReading>[] = [
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
  gauge('pg_database_size_bytes', {
    title: 'Database size',
    unit: 'bytes',
    help: 'Disk space that the database takes.',
    history: true,
    read: onEachDatabase(({ sizeBytes }) => sizeBytes),
  }),
  gauge('perfbot_postgres_cache_hit_ratio', {
    title: 'Database cache hits',
    unit: 'ratio',
    help: 'Share of block reads answered by shared buffers since the statistics were reset.',
    history: true,
    read: onEachDatabase(({ cacheHitRatio }) => cacheHitRatio),
  }),
  counter('pg_stat_database_deadlocks', {
    title: 'Database deadlocks',
    unit: 'count',
    help: 'Deadlocks since the statistics were reset.',
    history: true,
    read: onEachDatabase(({ counters }) => counters.deadlocks),
  }),
]
