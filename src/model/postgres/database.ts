import { z } from 'zod'
import { Bytes, Ratio, Seconds, Timestamp } from '../units.ts'
import { count, ratesOf } from './counters.ts'

/** pg_stat_database. Times are zero, not unknown, without track_io_timing. */
export const DatabaseCounters = z.object({
  commits: z.number(),
  rollbacks: z.number(),
  blocksRead: z.number(),
  blocksHit: z.number(),
  rowsReturned: z.number(),
  rowsFetched: z.number(),
  rowsInserted: z.number(),
  rowsUpdated: z.number(),
  rowsDeleted: z.number(),
  /** Queries cancelled by recovery; on a standby only. */
  conflicts: z.number(),
  tempFiles: z.number(),
  tempBytes: z.number(),
  deadlocks: z.number(),
  /** Null without data checksums. */
  checksumFailures: count,
  readSeconds: z.number(),
  writeSeconds: z.number(),
  // From 14 on.
  sessions: count,
  sessionsAbandoned: count,
  sessionsFatal: count,
  sessionsKilled: count,
  sessionSeconds: count,
  activeSeconds: count,
  idleInTransactionSeconds: count,
})

export const DatabaseReading = z.object({
  name: z.string(),
  sizeBytes: Bytes.nullable(),
  /** blks_hit / (blks_hit + blks_read) since the statistics were reset; null before the first block. */
  cacheHitRatio: Ratio.nullable(),
  connections: z.number(),
  /** datconnlimit; null is no limit of its own. */
  connectionLimit: z.number().nullable(),
  statisticsResetAt: Timestamp.nullable(),
  counters: DatabaseCounters,
  rates: ratesOf(DatabaseCounters),
  lastChecksumFailureAt: Timestamp.nullable(),
  /** What the collation was made with, and what the system has now: indexes may be wrong. From 15 on. */
  collationMismatch: z.object({ recorded: z.string(), actual: z.string() }).nullable(),
})
export type DatabaseReading = z.infer<typeof DatabaseReading>

/** How near a database is to the end of its transaction numbers, templates included. */
export const Wraparound = z.object({
  databaseName: z.string(),
  /** age(datfrozenxid): the server stops writing a little before 2^31. */
  xidAge: z.number(),
  /** mxid_age(datminmxid). */
  multixactAge: z.number(),
})
export type Wraparound = z.infer<typeof Wraparound>

/** VACUUM and what else says how far it is. */
export const Progress = z.object({
  kind: z.enum(['vacuum', 'create index']),
  pid: z.number(),
  databaseName: z.string(),
  /** Null in a database other than the one that is connected to. */
  table: z.string().nullable(),
  phase: z.string(),
  blocksTotal: z.number(),
  blocksDone: z.number(),
  /** How often the indexes were gone through: more than once is too little memory for dead rows. */
  indexPasses: z.number().nullable(),
  runningSeconds: Seconds.nullable(),
  /** By autovacuum, and whether it must not be cancelled: to prevent wraparound. */
  autovacuum: z.boolean(),
  againstWraparound: z.boolean(),
})
export type Progress = z.infer<typeof Progress>
