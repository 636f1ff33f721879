import { z } from 'zod'
import { Bytes, Timestamp } from '../units.ts'
import { count, ratesOf } from './counters.ts'

/** pg_stat_bgwriter, and pg_stat_checkpointer, which was split off it in 17. */
export const CheckpointCounters = z.object({
  timedCheckpoints: z.number(),
  /** By WAL volume, by command, at a backup: many of the first kind ask for a larger max_wal_size. */
  requestedCheckpoints: z.number(),
  writeSeconds: z.number(),
  syncSeconds: z.number(),
  checkpointBuffers: z.number(),
  cleanedBuffers: z.number(),
  /** Rounds of the background writer that ended at bgwriter_lru_maxpages. */
  maxWrittenClean: z.number(),
  allocatedBuffers: z.number(),
  /** Written by backends themselves. Null from 17 on, where pg_stat_io has them. */
  backendBuffers: count,
  backendFsyncs: count,
})

export const Checkpoints = z.object({
  statisticsResetAt: Timestamp.nullable(),
  counters: CheckpointCounters,
  rates: ratesOf(CheckpointCounters),
})
export type Checkpoints = z.infer<typeof Checkpoints>

/** pg_stat_wal from 14 on; writes and syncs stand in pg_stat_io from 18 on. */
export const WalCounters = z.object({
  records: count,
  fullPageImages: count,
  bytes: count,
  buffersFull: count,
  writes: count,
  syncs: count,
  writeSeconds: count,
  syncSeconds: count,
  /** Where the WAL stands, in bytes since its beginning: it grows by what is written, or on a standby received. */
  positionBytes: count,
})

export const Wal = z.object({
  statisticsResetAt: Timestamp.nullable(),
  counters: WalCounters,
  rates: ratesOf(WalCounters),
})
export type Wal = z.infer<typeof Wal>

/** Null size where the role may not list the directory (pg_monitor). */
export const WalDirectory = z.object({ files: z.number(), sizeBytes: Bytes })
export type WalDirectory = z.infer<typeof WalDirectory>

export const ArchiverCounters = z.object({ archived: z.number(), failed: z.number() })

export const Archiver = z.object({
  statisticsResetAt: Timestamp.nullable(),
  counters: ArchiverCounters,
  rates: ratesOf(ArchiverCounters),
  lastArchivedAt: Timestamp.nullable(),
  lastFailedAt: Timestamp.nullable(),
  lastFailedFile: z.string().nullable(),
})
export type Archiver = z.infer<typeof Archiver>

/** pg_stat_io, from 16 on. Sizes are bytes in every version; times are zero without track_io_timing. */
export const IoCounters = z.object({
  reads: count,
  readBytes: count,
  readSeconds: count,
  writes: count,
  writeBytes: count,
  writeSeconds: count,
  extends: count,
  extendBytes: count,
  hits: count,
  evictions: count,
  reuses: count,
  fsyncs: count,
  fsyncSeconds: count,
})

/** What one kind of process did with one kind of file for one purpose. Kinds that never did anything are left out. */
export const IoReading = z.object({
  backendType: z.string(),
  /** `relation`, `temp relation`, `wal` (18). */
  object: z.string(),
  /** `normal`, `vacuum`, `bulkread`, `bulkwrite`, `init` (18). */
  context: z.string(),
  statisticsResetAt: Timestamp.nullable(),
  counters: IoCounters,
  rates: ratesOf(IoCounters),
})
export type IoReading = z.infer<typeof IoReading>
