import { z } from 'zod'
import { Bytes, Seconds, Timestamp } from '../units.ts'

/** A standby, or a logical subscriber, that is connected to this server. */
export const Standby = z.object({
  applicationName: z.string(),
  userName: z.string(),
  clientAddress: z.string().nullable(),
  /** `streaming`, `catchup`, `backup` … */
  state: z.string().nullable(),
  /** `async`, `sync`, `potential`, `quorum`. */
  syncState: z.string().nullable(),
  /** WAL that was written here and not yet sent there, or not yet replayed there. */
  sentLagBytes: Bytes.nullable(),
  replayLagBytes: Bytes.nullable(),
  /** Null while nothing is written: then there is nothing to lag behind. */
  replayLagSeconds: Seconds.nullable(),
})
export type Standby = z.infer<typeof Standby>

export const ReplicationSlot = z.object({
  name: z.string(),
  kind: z.enum(['physical', 'logical']),
  plugin: z.string().nullable(),
  databaseName: z.string(),
  temporary: z.boolean(),
  active: z.boolean(),
  /** WAL that must be kept for it. Null before it was ever used, or when it has lost its place. */
  retainedBytes: Bytes.nullable(),
  /** What can still be written before it is lost; null without max_slot_wal_keep_size. */
  safeBytes: Bytes.nullable(),
  /** `reserved`, `extended`, `unreserved`, `lost`. */
  walStatus: z.string().nullable(),
  /** In transactions: what VACUUM has to keep for it. */
  xminAge: z.number().nullable(),
  catalogXminAge: z.number().nullable(),
  /** From 17 on. */
  inactiveSince: Timestamp.nullable(),
  invalidationReason: z.string().nullable(),
})
export type ReplicationSlot = z.infer<typeof ReplicationSlot>

/** On a standby: the server it follows. */
export const WalReceiver = z.object({
  status: z.string(),
  senderHost: z.string().nullable(),
  senderPort: z.number().nullable(),
  slotName: z.string().nullable(),
  lastMessageAt: Timestamp.nullable(),
})
export type WalReceiver = z.infer<typeof WalReceiver>

export const Recovery = z.object({
  replayPaused: z.boolean(),
  /** Received and not yet replayed. Null when it is fed from an archive. */
  replayLagBytes: Bytes.nullable(),
  /** Since the last transaction that was replayed was committed: also grows while the primary is idle. */
  lastReplayedSeconds: Seconds.nullable(),
})
export type Recovery = z.infer<typeof Recovery>
