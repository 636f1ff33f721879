import { z } from 'zod'
import { Catalogue } from './postgres/catalogue.ts'
import { DatabaseReading, Progress, Wraparound } from './postgres/database.ts'
import { Recovery, ReplicationSlot, Standby, WalReceiver } from './postgres/replication.ts'
import { Archiver, Checkpoints, IoReading, Wal, WalDirectory } from './postgres/server-statistics.ts'
import {
  BlockingTree,
  ConnectionGroup,
  LockCount,
  PreparedTransaction,
  Session,
  WaitEvent,
  XminHolder,
} from './postgres/sessions.ts'
import { Statements } from './postgres/statements.ts'
import { type Bytes, bytes, Seconds, seconds, Timestamp } from './units.ts'

/** A row of pg_settings: the value is `setting` × `unit`, and the unit may be `8kB`. */
export const PostgresSetting = z.object({
  name: z.string(),
  setting: z.string(),
  unit: z.string().nullable(),
  /** What it takes to change it: `postmaster` is a restart, `sighup`, `user` and `superuser` a reload. */
  context: z.string(),
  /** Where the value comes from: `default`, `configuration file`, `command line` … */
  source: z.string(),
  /** The file and the line that set it. Null for other sources, and for a role without pg_read_all_settings. */
  sourceFile: z.string().nullable(),
  sourceLine: z.number().nullable(),
  pendingRestart: z.boolean(),
})
export type PostgresSetting = z.infer<typeof PostgresSetting>

const BYTES_PER_UNIT: Record<string, number> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 }
const SECONDS_PER_UNIT: Record<string, number> = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400 }

/**
 * A memory setting in bytes: `16384` in units of `8kB` is 128 MiB. Null when its unit is no unit of memory,
 * or its value is one of the special ones (−1).
 */
export function settingInBytes({ setting, unit }: Pick<PostgresSetting, 'setting' | 'unit'>): Bytes | null {
  const match = /^(\d*)(B|kB|MB|GB|TB)$/.exec(unit ?? '')
  const value = Number(setting)
  if (!match || !Number.isFinite(value) || value < 0) return null
  return bytes(value * Number(match[1] || 1) * (BYTES_PER_UNIT[match[2] as string] as number))
}

/** A time setting in seconds. Null when its unit is no unit of time, or its value is negative (disabled). */
export function settingInSeconds({
  setting,
  unit,
}: Pick<PostgresSetting, 'setting' | 'unit'>): Seconds | null {
  const size = SECONDS_PER_UNIT[unit ?? '']
  const value = Number(setting)
  if (size === undefined || !Number.isFinite(value) || value < 0) return null
  return seconds(value * size)
}

export const IdleTransaction = z.object({
  pid: z.number(),
  userName: z.string(),
  applicationName: z.string(),
  databaseName: z.string(),
  /** Since the session last became idle in its transaction. */
  idleSeconds: Seconds,
  transactionSeconds: Seconds,
  /** Sessions that wait for a lock that this one holds, or behind another that does. */
  blockedSessions: z.number(),
})
export type IdleTransaction = z.infer<typeof IdleTransaction>

/** One server. A null part could not be read, and a gap says why; an empty list means that there is nothing. */
export const PostgresReading = z.object({
  /** As config names it. */
  name: z.string(),
  address: z.object({ host: z.string(), port: z.number(), database: z.string() }),
  /** Whether the server runs on the host of the snapshot, so that the host's memory is the server's. */
  onThisHost: z.boolean(),
  version: z.string(),
  /** server_version_num: 180004 is 18.4. */
  versionNumber: z.number(),
  startedAt: Timestamp,
  /** Time of `SELECT 1` on an open connection, there and back. */
  roundTripSeconds: Seconds,
  /** What rates and windows are over. */
  windowSeconds: Seconds,
  settings: z.array(PostgresSetting),
  connections: z.object({
    /** Client backends, ours included. */
    used: z.number(),
    active: z.number(),
    idle: z.number(),
    idleInTransaction: z.number(),
    maximum: z.number(),
    /** superuser_reserved_connections + reserved_connections: not for ordinary users. */
    reserved: z.number(),
  }),
  /** Connections over the network without TLS; null where the role may not see it. */
  unencryptedConnections: z.number().nullable(),
  /** Largest first; of how many in all. */
  connectionGroups: z.array(ConnectionGroup).nullable(),
  connectionGroupCount: z.number().nullable(),
  waitEvents: z.array(WaitEvent).nullable(),
  /** Sessions that are idle in a transaction, longest first. */
  idleTransactions: z.array(IdleTransaction),
  /** Sessions in a transaction, oldest transaction first. */
  longestTransactions: z.array(Session).nullable(),
  blocking: z.array(BlockingTree).nullable(),
  xminHolders: z.array(XminHolder).nullable(),
  preparedTransactions: z.array(PreparedTransaction).nullable(),
  locks: z.array(LockCount).nullable(),
  databases: z.array(DatabaseReading),
  wraparound: z.array(Wraparound).nullable(),
  progress: z.array(Progress).nullable(),
  checkpoints: Checkpoints.nullable(),
  wal: Wal.nullable(),
  walDirectory: WalDirectory.nullable(),
  archiver: Archiver.nullable(),
  /** Null before 16. */
  io: z.array(IoReading).nullable(),
  standbys: z.array(Standby).nullable(),
  slots: z.array(ReplicationSlot).nullable(),
  /** Null on a primary. */
  recovery: Recovery.nullable(),
  walReceiver: WalReceiver.nullable(),
  /** Null without pg_stat_statements. */
  statements: Statements.nullable(),
  catalogue: Catalogue.nullable(),
})
export type PostgresReading = z.infer<typeof PostgresReading>

export const settingNamed = (reading: PostgresReading, name: string): PostgresSetting | undefined =>
  reading.settings.find((setting) => setting.name === name)
