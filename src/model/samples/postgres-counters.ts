import type { TableReading } from '../postgres/catalogue.ts'
import type { DatabaseReading } from '../postgres/database.ts'
import type { Checkpoints } from '../postgres/server-statistics.ts'
import type { Statement } from '../postgres/statements.ts'
import type { PostgresReading } from '../postgres-reading.ts'
import type { NumericUnit } from '../units.ts'
import { counter, gauge, type MetricOf, type Point } from './metric.ts'

type Server = MetricOf<PostgresReading>

export const onEachDatabase =
  (read: (database: DatabaseReading) => number | null) =>
  ({ databases }: PostgresReading): Point[] =>
    databases.map((database) => [{ datname: database.name }, read(database)])

const ofDatabase = (
  name: string,
  counted: keyof DatabaseReading['counters'],
  title: string,
  help: string,
  unit: NumericUnit = 'count',
): Server =>
  counter(name, {
    title,
    unit,
    help,
    history: name === 'pg_stat_database_deadlocks',
    read: onEachDatabase(({ counters }) => counters[counted]),
  })

/** As postgres_exporter names them. Its times are milliseconds: ours are seconds, and have names of their own. */
const databases: readonly Server[] = [
  ofDatabase('pg_stat_database_xact_commit', 'commits', 'Commits', 'Transactions that were committed.'),
  ofDatabase(
    'pg_stat_database_xact_rollback',
    'rollbacks',
    'Rollbacks',
    'Transactions that were rolled back.',
  ),
  ofDatabase(
    'pg_stat_database_blks_read',
    'blocksRead',
    'Blocks read',
    'Blocks that were not in shared buffers.',
  ),
  ofDatabase('pg_stat_database_blks_hit', 'blocksHit', 'Blocks hit', 'Blocks that were in shared buffers.'),
  ofDatabase(
    'pg_stat_database_tup_returned',
    'rowsReturned',
    'Rows returned',
    'Rows that scans went through.',
  ),
  ofDatabase('pg_stat_database_tup_fetched', 'rowsFetched', 'Rows fetched', 'Rows that index scans fetched.'),
  ofDatabase('pg_stat_database_tup_inserted', 'rowsInserted', 'Rows inserted', 'Rows that were inserted.'),
  ofDatabase('pg_stat_database_tup_updated', 'rowsUpdated', 'Rows updated', 'Rows that were updated.'),
  ofDatabase('pg_stat_database_tup_deleted', 'rowsDeleted', 'Rows deleted', 'Rows that were deleted.'),
  ofDatabase('pg_stat_database_conflicts', 'conflicts', 'Conflicts', 'Queries that recovery cancelled.'),
  ofDatabase(
    'pg_stat_database_deadlocks',
    'deadlocks',
    'Database deadlocks',
    'Deadlocks since the statistics were reset.',
  ),
  ofDatabase(
    'pg_stat_database_temp_files',
    'tempFiles',
    'Temporary files',
    'Files that queries wrote for lack of work_mem.',
  ),
  ofDatabase(
    'pg_stat_database_temp_bytes',
    'tempBytes',
    'Temporary bytes',
    'What queries wrote for lack of work_mem.',
    'bytes',
  ),
  ofDatabase(
    'pg_stat_database_checksum_failures',
    'checksumFailures',
    'Checksum failures',
    'Blocks that were damaged.',
  ),
  ofDatabase('pg_stat_database_sessions', 'sessions', 'Sessions begun', 'Sessions that were established.'),
  ofDatabase(
    'pg_stat_database_sessions_abandoned',
    'sessionsAbandoned',
    'Sessions abandoned',
    'Sessions whose client vanished.',
  ),
  ofDatabase(
    'pg_stat_database_sessions_fatal',
    'sessionsFatal',
    'Sessions ended by errors',
    'Sessions that a fatal error ended.',
  ),
  ofDatabase(
    'pg_stat_database_sessions_killed',
    'sessionsKilled',
    'Sessions killed',
    'Sessions that an operator ended.',
  ),
  ofDatabase(
    'perfbot_postgres_read_seconds_total',
    'readSeconds',
    'Block read time',
    'Time for reading blocks, with track_io_timing.',
    'seconds',
  ),
  ofDatabase(
    'perfbot_postgres_write_seconds_total',
    'writeSeconds',
    'Block write time',
    'Time for writing blocks, with track_io_timing.',
    'seconds',
  ),
  ofDatabase(
    'perfbot_postgres_active_seconds_total',
    'activeSeconds',
    'Session active time',
    'Time that sessions executed statements.',
    'seconds',
  ),
  ofDatabase(
    'perfbot_postgres_idle_in_transaction_seconds_total',
    'idleInTransactionSeconds',
    'Session idle in transaction',
    'Time that sessions were idle in a transaction.',
    'seconds',
  ),
]

const ofCheckpoints = (
  name: string,
  counted: keyof Checkpoints['counters'],
  title: string,
  help: string,
  unit: NumericUnit = 'count',
) =>
  counter<PostgresReading>(name, {
    title,
    unit,
    help,
    read: ({ checkpoints }) => checkpoints?.counters[counted],
  })

/** pg_stat_checkpointer has some of these from 17 on; they go on under the names they had. */
const server: readonly Server[] = [
  ofCheckpoints(
    'pg_stat_bgwriter_checkpoints_timed_total',
    'timedCheckpoints',
    'Timed checkpoints',
    'Checkpoints whose time had come.',
  ),
  ofCheckpoints(
    'pg_stat_bgwriter_checkpoints_req_total',
    'requestedCheckpoints',
    'Requested checkpoints',
    'Checkpoints before their time: the WAL was full, or somebody asked.',
  ),
  ofCheckpoints(
    'pg_stat_bgwriter_buffers_checkpoint_total',
    'checkpointBuffers',
    'Checkpoint buffers',
    'Buffers written at checkpoints.',
  ),
  ofCheckpoints(
    'pg_stat_bgwriter_buffers_clean_total',
    'cleanedBuffers',
    'Cleaned buffers',
    'Buffers written by the background writer.',
  ),
  ofCheckpoints(
    'pg_stat_bgwriter_maxwritten_clean_total',
    'maxWrittenClean',
    'Background writer stops',
    'Rounds that ended at bgwriter_lru_maxpages.',
  ),
  ofCheckpoints(
    'pg_stat_bgwriter_buffers_alloc_total',
    'allocatedBuffers',
    'Allocated buffers',
    'Buffers that were allocated.',
  ),
  ofCheckpoints(
    'pg_stat_bgwriter_buffers_backend_total',
    'backendBuffers',
    'Backend buffers',
    'Buffers that sessions had to write themselves.',
  ),
  ofCheckpoints(
    'pg_stat_bgwriter_buffers_backend_fsync_total',
    'backendFsyncs',
    'Backend fsyncs',
    'Times that sessions had to sync themselves.',
  ),
  ofCheckpoints(
    'perfbot_postgres_checkpoint_write_seconds_total',
    'writeSeconds',
    'Checkpoint write time',
    'Time for writing at checkpoints.',
    'seconds',
  ),
  ofCheckpoints(
    'perfbot_postgres_checkpoint_sync_seconds_total',
    'syncSeconds',
    'Checkpoint sync time',
    'Time for syncing at checkpoints.',
    'seconds',
  ),
  counter('pg_stat_archiver_archived_count', {
    title: 'WAL archived',
    unit: 'count',
    help: 'Files of the write-ahead log that were archived.',
    read: ({ archiver }) => archiver?.counters.archived,
  }),
  counter('pg_stat_archiver_failed_count', {
    title: 'WAL archive failures',
    unit: 'count',
    help: 'Attempts to archive a file of the write-ahead log that failed.',
    history: true,
    read: ({ archiver }) => archiver?.counters.failed,
  }),
]

const onEachTable =
  (read: (table: TableReading) => number | null) =>
  ({ catalogue }: PostgresReading): Point[] =>
    (catalogue?.tables ?? []).map((table) => [
      { datname: catalogue?.database ?? '', schemaname: table.schema, relname: table.name },
      read(table),
    ])

const tables: readonly Server[] = [
  gauge('perfbot_postgres_table_bytes', {
    title: 'Table size',
    unit: 'bytes',
    help: 'Size of the table with its indexes and TOAST; of tables that stand out.',
    read: onEachTable(({ totalBytes }) => totalBytes),
  }),
  gauge('perfbot_postgres_table_bloat_bytes', {
    title: 'Table bloat',
    unit: 'bytes',
    help: 'Size of the table beyond what its rows should take, estimated; of tables that stand out.',
    read: onEachTable(({ bloatBytes }) => bloatBytes),
  }),
  gauge('pg_stat_user_tables_n_live_tup', {
    title: 'Live rows',
    unit: 'count',
    help: 'Rows of the table, estimated; of tables that stand out.',
    read: onEachTable(({ liveRows }) => liveRows),
  }),
  gauge('pg_stat_user_tables_n_dead_tup', {
    title: 'Dead rows',
    unit: 'count',
    help: 'Dead rows of the table, estimated; of tables that stand out.',
    read: onEachTable(({ deadRows }) => deadRows),
  }),
  counter('pg_stat_user_tables_seq_scan', {
    title: 'Sequential scans',
    unit: 'count',
    help: 'Scans of the whole table; of tables that stand out.',
    read: onEachTable(({ sequentialScans }) => sequentialScans),
  }),
  counter('pg_stat_user_tables_idx_scan', {
    title: 'Index scans',
    unit: 'count',
    help: 'Scans of indexes of the table; of tables that stand out.',
    read: onEachTable(({ indexScans }) => indexScans),
  }),
]

const ofStatements = (
  name: string,
  title: string,
  help: string,
  unit: NumericUnit,
  read: (statement: Statement) => number,
) =>
  counter<PostgresReading>(name, {
    title,
    unit,
    help,
    read: ({ statements }): Point[] =>
      (statements?.top ?? []).map((statement) => [
        { user: statement.userName, datname: statement.databaseName, queryid: statement.queryId },
        read(statement),
      ]),
  })

const statements: readonly Server[] = [
  ofStatements(
    'pg_stat_statements_calls_total',
    'Statement calls',
    'Calls of the statement; of statements that stand out.',
    'count',
    ({ counters }) => counters.calls,
  ),
  ofStatements(
    'pg_stat_statements_seconds_total',
    'Statement time',
    'Time that the statement took; of statements that stand out.',
    'seconds',
    ({ counters }) => counters.seconds,
  ),
  ofStatements(
    'pg_stat_statements_rows_total',
    'Statement rows',
    'Rows that the statement gave or changed; of statements that stand out.',
    'count',
    ({ counters }) => counters.rows,
  ),
]

/** Too many to be kept as history: Prometheus may. */
export const postgresCounters: readonly Server[] = [...databases, ...server, ...tables, ...statements]
