import { z } from 'zod'
import { Bytes, BytesPerSecond, Cores, PerSecond, Ratio, Seconds, Timestamp } from './units.ts'

/** Pressure stall information: the share of time in which some, or all, tasks waited for the resource. */
export const Pressure = z.object({
  someAvg10: Ratio,
  someAvg60: Ratio,
  someAvg300: Ratio,
  /** Null for `cpu` on kernels that do not state it. */
  fullAvg10: Ratio.nullable(),
  fullAvg60: Ratio.nullable(),
  fullAvg300: Ratio.nullable(),
})
export type Pressure = z.infer<typeof Pressure>

export const Filesystem = z.object({
  mountPoint: z.string(),
  device: z.string(),
  type: z.string(),
  sizeBytes: Bytes,
  /** What an unprivileged process can still write: the reserved blocks are not in it. */
  availableBytes: Bytes,
  /** Null where the file system has no fixed number of inodes (btrfs, overlay of it). */
  inodes: z.number().nullable(),
  inodesFree: z.number().nullable(),
  readOnly: z.boolean(),
})
export type Filesystem = z.infer<typeof Filesystem>

export const ProcessReading = z.object({
  pid: z.number(),
  name: z.string(),
  cpuCores: Cores,
  residentBytes: Bytes,
})
export type ProcessReading = z.infer<typeof ProcessReading>

/** One machine. Rates are means over `windowSeconds`, which ends at the time of the snapshot. */
export const HostReading = z.object({
  operatingSystem: z.object({
    platform: z.string(),
    distribution: z.string(),
    kernel: z.string(),
  }),
  bootedAt: Timestamp,
  windowSeconds: Seconds,
  cpu: z.object({
    model: z.string(),
    /** Logical processors. */
    count: z.number(),
    /**
     * 1 − idle − iowait (iowait is idle time with I/O outstanding), less what perfbot itself used meanwhile: neither
     * here nor in user and system is the reading itself counted.
     */
    busyRatio: Ratio,
    userRatio: Ratio,
    systemRatio: Ratio,
    iowaitRatio: Ratio,
    stealRatio: Ratio,
    /** Counts tasks in uninterruptible sleep too: not a measure of CPU use. */
    load1: z.number(),
    load5: z.number(),
    load15: z.number(),
    /** Tasks that run or wait to run, the reader itself not counted. Null where the system has no such figure. */
    runnable: z.number().nullable(),
  }),
  memory: z.object({
    totalBytes: Bytes,
    /** MemAvailable: what can be had without swapping. */
    availableBytes: Bytes,
    /** MemTotal − MemAvailable, as `free` defines it; page cache is not used memory. */
    usedBytes: Bytes,
    cacheBytes: Bytes,
    swapTotalBytes: Bytes,
    swapUsedBytes: Bytes,
    /** Pages per second, from vmstat's pswpin and pswpout. Null where the system does not count them. */
    swapInPages: PerSecond.nullable(),
    swapOutPages: PerSecond.nullable(),
    /** OOM kills since boot, anywhere on the machine. */
    oomKills: z.number().nullable(),
  }),
  /** Null without PSI: an old kernel, or one booted without psi=1, or not Linux. */
  pressure: z.object({ cpu: Pressure, memory: Pressure, io: Pressure }).nullable(),
  filesystems: z.array(Filesystem),
  disks: z.array(
    z.object({
      device: z.string(),
      readBytes: BytesPerSecond,
      writtenBytes: BytesPerSecond,
      /** Share of the window in which the device had I/O outstanding. Says little on NVMe. */
      utilisation: Ratio,
    }),
  ),
  network: z.array(
    z.object({
      interface: z.string(),
      receivedBytes: BytesPerSecond,
      transmittedBytes: BytesPerSecond,
      errors: PerSecond,
      drops: PerSecond,
    }),
  ),
  /**
   * The few that use most CPU, then the few that use most memory, perfbot itself not among them; no command lines,
   * which hold secrets.
   */
  topProcesses: z.array(ProcessReading),
})
export type HostReading = z.infer<typeof HostReading>
