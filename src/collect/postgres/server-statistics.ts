import { z } from 'zod'
import {
  Archiver,
  ArchiverCounters,
  CheckpointCounters,
  Checkpoints,
  IoCounters,
  IoReading,
  Wal,
  WalCounters,
  WalDirectory,
} from '../../model/postgres/server-statistics.ts'
import { type Query, utc } from './query.ts'

const CheckpointRow = Checkpoints.omit({ counters: true, rates: true }).extend(CheckpointCounters.shape)

/** One view until 16, two from 17 on: they are reset together or each by itself, so the later reset counts. */
export const checkpoints: Query<z.infer<typeof CheckpointRow>> = {
  missing: 'checkpoints',
  sql: ({ versionNumber }) =>
    versionNumber >= 170_000
      ? `
    SELECT num_timed::float8 AS "timedCheckpoints", num_requested::float8 AS "requestedCheckpoints",
           write_time / 1000 AS "writeSeconds", sync_time / 1000 AS "syncSeconds",
           buffers_written::float8 AS "checkpointBuffers",
           buffers_clean::float8 AS "cleanedBuffers", maxwritten_clean::float8 AS "maxWrittenClean",
           buffers_alloc::float8 AS "allocatedBuffers",
           NULL AS "backendBuffers", NULL AS "backendFsyncs",
           ${utc('greatest(pg_stat_checkpointer.stats_reset, pg_stat_bgwriter.stats_reset)')} AS "statisticsResetAt"
      FROM pg_stat_checkpointer, pg_stat_bgwriter`
      : `
    SELECT checkpoints_timed::float8 AS "timedCheckpoints", checkpoints_req::float8 AS "requestedCheckpoints",
           checkpoint_write_time / 1000 AS "writeSeconds", checkpoint_sync_time / 1000 AS "syncSeconds",
           buffers_checkpoint::float8 AS "checkpointBuffers",
           buffers_clean::float8 AS "cleanedBuffers", maxwritten_clean::float8 AS "maxWrittenClean",
           buffers_alloc::float8 AS "allocatedBuffers",
           buffers_backend::float8 AS "backendBuffers", buffers_backend_fsync::float8 AS "backendFsyncs",
           ${utc('stats_reset')} AS "statisticsResetAt"
      FROM pg_stat_bgwriter`,
  rows: z.array(CheckpointRow),
}

/** A standby has no place to write to: there it is what it has received, or replayed from an archive. */
export const WAL_POSITION = `
  CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
       ELSE pg_current_wal_lsn() END`

const WalRow = Wal.omit({ counters: true, rates: true }).extend(WalCounters.shape)

/** pg_stat_wal came with 14 and lost its writes and syncs to pg_stat_io in 18. */
export const wal: Query<z.infer<typeof WalRow>> = {
  missing: 'WAL',
  sql: ({ versionNumber }) => `
    SELECT ${versionNumber >= 140_000 ? WAL_WRITTEN : WAL_UNKNOWN},
           ${versionNumber >= 140_000 && versionNumber < 180_000 ? WAL_TIMES : WAL_NO_TIMES},
           pg_wal_lsn_diff(${WAL_POSITION}, '0/0')::float8 AS "positionBytes"
      ${versionNumber >= 140_000 ? 'FROM pg_stat_wal' : ''}`,
  rows: z.array(WalRow),
}

const WAL_WRITTEN = `
  wal_records::float8 AS records, wal_fpi::float8 AS "fullPageImages", wal_bytes::float8 AS bytes,
  wal_buffers_full::float8 AS "buffersFull", ${utc('stats_reset')} AS "statisticsResetAt"`
const WAL_UNKNOWN = `
  NULL AS records, NULL AS "fullPageImages", NULL AS bytes, NULL AS "buffersFull", NULL AS "statisticsResetAt"`
const WAL_TIMES = `
  wal_write::float8 AS writes, wal_sync::float8 AS syncs,
  wal_write_time / 1000 AS "writeSeconds", wal_sync_time / 1000 AS "syncSeconds"`
const WAL_NO_TIMES = 'NULL AS writes, NULL AS syncs, NULL AS "writeSeconds", NULL AS "syncSeconds"'

/** Looks at every segment. pg_monitor may; who may not is not asked. */
export const walDirectory: Query<WalDirectory> = {
  missing: 'the size of the WAL directory',
  sql: () => `
    SELECT count(*)::int AS files, coalesce(sum(size), 0)::float8 AS "sizeBytes" FROM pg_ls_waldir()`,
  rows: z.array(WalDirectory),
}

const ArchiverRow = Archiver.omit({ counters: true, rates: true }).extend(ArchiverCounters.shape)

export const archiver: Query<z.infer<typeof ArchiverRow>> = {
  missing: 'the archiver',
  sql: () => `
    SELECT archived_count::float8 AS archived, failed_count::float8 AS failed,
           ${utc('last_archived_time')} AS "lastArchivedAt", ${utc('last_failed_time')} AS "lastFailedAt",
           last_failed_wal AS "lastFailedFile", ${utc('stats_reset')} AS "statisticsResetAt"
      FROM pg_stat_archiver`,
  rows: z.array(ArchiverRow),
}

const IoRow = IoReading.omit({ counters: true, rates: true }).extend(IoCounters.shape)

/** Counts of operations of one size (op_bytes) until 17; from 18 on operations and bytes, and WAL as well. */
export const io: Query<z.infer<typeof IoRow>> = {
  missing: 'I/O statistics',
  sql: ({ versionNumber }) =>
    versionNumber < 160_000
      ? null
      : `
    SELECT backend_type AS "backendType", object, context, ${utc('stats_reset')} AS "statisticsResetAt",
           reads::float8 AS reads, writes::float8 AS writes, extends::float8 AS extends,
           ${versionNumber >= 180_000 ? IO_BYTES : IO_BLOCKS},
           read_time / 1000 AS "readSeconds", write_time / 1000 AS "writeSeconds",
           hits::float8 AS hits, evictions::float8 AS evictions, reuses::float8 AS reuses,
           fsyncs::float8 AS fsyncs, fsync_time / 1000 AS "fsyncSeconds"
      FROM pg_stat_io
     WHERE coalesce(reads, 0) + coalesce(writes, 0) + coalesce(extends, 0) + coalesce(hits, 0)
           + coalesce(fsyncs, 0) > 0
     ORDER BY 1, 2, 3`,
  rows: z.array(IoRow),
}

const IO_BYTES = `
  read_bytes::float8 AS "readBytes", write_bytes::float8 AS "writeBytes", extend_bytes::float8 AS "extendBytes"`
const IO_BLOCKS = `
  (reads * op_bytes)::float8 AS "readBytes", (writes * op_bytes)::float8 AS "writeBytes",
  (extends * op_bytes)::float8 AS "extendBytes"`
