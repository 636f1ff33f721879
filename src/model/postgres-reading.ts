import { z } from 'zod'
import { Bytes, bytes, Ratio, Seconds, seconds } from './units.ts'

/** A row of pg_settings: the value is `setting` × `unit`, and the unit may be `8kB`. */
export const PostgresSetting = z.object({
  name: z.string(),
  setting: z.string(),
  unit: z.string().nullable(),
  /** What it takes to change it: `postmaster` is a restart, `sighup`, `user` and `superuser` a reload. */
  context: z.string(),
  /** Where the value comes from: `default`, `configuration file`, `command line` … */
  source: z.string(),
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

export const PostgresReading = z.object({
  /** As config names it. */
  name: z.string(),
  address: z.object({ host: z.string(), port: z.number(), database: z.string() }),
  /** Whether the server runs on the host of the snapshot, so that the host's memory is the server's. */
  onThisHost: z.boolean(),
  version: z.string(),
  /** server_version_num: 180004 is 18.4. */
  versionNumber: z.number(),
  /** Time of `SELECT 1` on an open connection, there and back. */
  roundTripSeconds: Seconds,
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
  /** Sessions that are idle in a transaction, longest first. */
  idleTransactions: z.array(IdleTransaction),
  databases: z.array(
    z.object({
      name: z.string(),
      sizeBytes: Bytes.nullable(),
      /** blks_hit / (blks_hit + blks_read) since the statistics were reset; null before the first block. */
      cacheHitRatio: Ratio.nullable(),
      deadlocks: z.number(),
    }),
  ),
})
export type PostgresReading = z.infer<typeof PostgresReading>

export const settingNamed = (reading: PostgresReading, name: string): PostgresSetting | undefined =>
  reading.settings.find((setting) => setting.name === name)
