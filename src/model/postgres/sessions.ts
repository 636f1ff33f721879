import { z } from 'zod'
import { Seconds, Timestamp } from '../units.ts'

/** Who a session belongs to. Empty where it is nobody's, as of a background process. */
const Client = {
  userName: z.string(),
  applicationName: z.string(),
  databaseName: z.string(),
}

export const Session = z.object({
  pid: z.number(),
  ...Client,
  /** `client backend`, `autovacuum worker`, `walsender` … */
  backendType: z.string(),
  state: z.string().nullable(),
  waitEventType: z.string().nullable(),
  waitEvent: z.string().nullable(),
  transactionSeconds: Seconds.nullable(),
  /** Of the statement that runs; null while none does. */
  querySeconds: Seconds.nullable(),
  /** Transactions since the oldest that it can still see: VACUUM must keep what was deleted in them. */
  xminAge: z.number().nullable(),
  /** The statement that runs, or ran last: one line, without literals and comments. */
  query: z.string(),
})
export type Session = z.infer<typeof Session>

/** Connections of one kind: a pool, mostly. */
export const ConnectionGroup = z.object({
  ...Client,
  /** Null over a Unix socket, or where the role may not see it. */
  clientAddress: z.string().nullable(),
  connections: z.number(),
  active: z.number(),
  idle: z.number(),
  idleInTransaction: z.number(),
  /** Since the youngest of them was made: connections that are made anew all the time have no pool. */
  youngestSeconds: Seconds.nullable(),
})
export type ConnectionGroup = z.infer<typeof ConnectionGroup>

/** What sessions at work wait for; a null type is that they do not wait: they run on a CPU. */
export const WaitEvent = z.object({
  type: z.string().nullable(),
  event: z.string().nullable(),
  sessions: z.number(),
})
export type WaitEvent = z.infer<typeof WaitEvent>

/** A session that waits for nobody, and all that wait because of it. */
export const BlockingTree = z.object({
  /** Null is a prepared transaction, which has no session. */
  root: Session.nullable(),
  /** Waiting for it directly, or behind another that does. */
  victims: z.number(),
  longestWaitSeconds: Seconds,
  /** The longest waiting of the victims, a few of them. */
  waiting: z.array(
    z.object({
      pid: z.number(),
      ...Client,
      waitSeconds: Seconds,
      query: z.string(),
    }),
  ),
})
export type BlockingTree = z.infer<typeof BlockingTree>

/** What keeps VACUUM from removing dead rows: the oldest of each kind. */
export const XminHolder = z.object({
  kind: z.enum(['session', 'prepared-transaction', 'slot', 'standby']),
  /** The pid of a session, the name of what else it is. */
  name: z.string(),
  databaseName: z.string(),
  /** In transactions. */
  xminAge: z.number(),
})
export type XminHolder = z.infer<typeof XminHolder>

export const PreparedTransaction = z.object({
  name: z.string(),
  userName: z.string(),
  databaseName: z.string(),
  preparedAt: Timestamp,
  ageSeconds: Seconds,
})
export type PreparedTransaction = z.infer<typeof PreparedTransaction>

export const LockCount = z.object({
  databaseName: z.string(),
  mode: z.string(),
  granted: z.boolean(),
  locks: z.number(),
})
export type LockCount = z.infer<typeof LockCount>
