import { z } from 'zod'
import { Ratio, Seconds, Timestamp } from '../units.ts'

/** pg_stat_statements, since its statistics were reset. */
export const StatementCounters = z.object({
  calls: z.number(),
  /** Execution, without planning. */
  seconds: z.number(),
  /** Zero without pg_stat_statements.track_planning. */
  planSeconds: z.number(),
  rows: z.number(),
  blocksHit: z.number(),
  blocksRead: z.number(),
  tempBlocks: z.number(),
  readSeconds: z.number(),
  walBytes: z.number(),
})
export type StatementCounters = z.infer<typeof StatementCounters>

export const Statement = z.object({
  /** A 64 bit number: more than a JSON number holds. The same statement has another in another major version. */
  queryId: z.string(),
  userName: z.string(),
  databaseName: z.string(),
  /** False inside a function; null before 14. */
  topLevel: z.boolean().nullable(),
  /** Constants are $1, $2 …; one line, without what literals a utility statement has. */
  text: z.string(),
  counters: StatementCounters,
  meanSeconds: Seconds,
  maximumSeconds: Seconds,
  deviationSeconds: Seconds,
  /** What was added since the reading before. Null where that is not known. */
  window: z
    .object({
      counters: StatementCounters,
      /** Null when it was not called. */
      meanSeconds: Seconds.nullable(),
      /** Of the execution time of all statements in the window. */
      share: Ratio.nullable(),
    })
    .nullable(),
})
export type Statement = z.infer<typeof Statement>

/** Reading thousands of entries is not for nothing: with readings in quick succession, it is of an earlier one. */
export const Statements = z.object({
  readAt: Timestamp,
  /** Of pg_stat_statements as the database has it, which decides what it knows: 1.10. */
  extensionVersion: z.string(),
  /** Statements that are tracked; the ones below are the first by time, calls, mean, temporary blocks and reads. */
  tracked: z.number(),
  /** Of all that are tracked, since the reading before. */
  windowSeconds: Seconds.nullable(),
  windowCalls: z.number().nullable(),
  windowExecutionSeconds: Seconds.nullable(),
  /** Times that entries were thrown out for new ones: pg_stat_statements.max is too small. From 14 on. */
  deallocations: z.number().nullable(),
  statisticsResetAt: Timestamp.nullable(),
  top: z.array(Statement),
})
export type Statements = z.infer<typeof Statements>
