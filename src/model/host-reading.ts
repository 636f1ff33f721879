import { z } from 'zod'
import { DiskReading, InterfaceReading, RaidReading, TemperatureReading } from './host-devices.ts'
import { KernelEvent } from './kernel-event.ts'
import { Bytes, Cores, PerSecond, Ratio, Seconds, Timestamp } from './units.ts'

/** Pressure stall information: the share of time in which some, or all, tasks waited for the resource. */
export const Pressure = z.object({
  someAvg10: Ratio,
  someAvg60: Ratio,
  someAvg300: Ratio,
  /** Since boot. */
  someSeconds: Seconds,
  /** Null for `cpu` on kernels that do not state it. */
  fullAvg10: Ratio.nullable(),
  fullAvg60: Ratio.nullable(),
  fullAvg300: Ratio.nullable(),
  fullSeconds: Seconds.nullable(),
})
export type Pressure = z.infer<typeof Pressure>

export const Filesystem = z.object({
  mountPoint: z.string(),
  device: z.string(),
  type: z.string(),
  sizeBytes: Bytes,
  /** What an unprivileged process can still write: the reserved blocks are not in it. */
  availableBytes: Bytes,
  /** With the reserved blocks: size − free is what `df` calls used. */
  freeBytes: Bytes,
  /** Null where the file system has no fixed number of inodes (btrfs, overlay of it). */
  inodes: z.number().nullable(),
  inodesFree: z.number().nullable(),
  readOnly: z.boolean(),
  /** Mounted to be written, but its file system takes no more writes: after an error, most likely. */
  turnedReadOnly: z.boolean(),
})
export type Filesystem = z.infer<typeof Filesystem>

export const ProcessReading = z.object({
  pid: z.number(),
  name: z.string(),
  cpuCores: Cores,
  residentBytes: Bytes,
  threads: z.number().nullable(),
  /** By the cgroup of the process; null for one of the host itself, and where it cannot be told. */
  containerId: z.string().nullable(),
})
export type ProcessReading = z.infer<typeof ProcessReading>

/** The columns of the line `cpu` of /proc/stat that add up to all time; guest time is contained in user and nice. */
const modesOf = <Unit extends z.ZodType>(unit: Unit) =>
  z.object({
    user: unit,
    nice: unit,
    system: unit,
    idle: unit,
    iowait: unit,
    irq: unit,
    softirq: unit,
    steal: unit,
    guest: unit,
    guestNice: unit,
  })
export const CpuModeRatios = modesOf(Ratio)
export type CpuModeRatios = z.infer<typeof CpuModeRatios>
export const CpuModeSeconds = modesOf(Seconds)
export type CpuModeSeconds = z.infer<typeof CpuModeSeconds>

/**
 * /proc/meminfo by its own words, in bytes where it says kB. Null: this kernel does not state it. Total, available,
 * cache and swap stand in `memory`.
 */
export const Meminfo = z.object({
  MemFree: Bytes,
  Buffers: Bytes.nullable(),
  Cached: Bytes.nullable(),
  SwapCached: Bytes.nullable(),
  Active: Bytes.nullable(),
  Inactive: Bytes.nullable(),
  AnonPages: Bytes.nullable(),
  Mapped: Bytes.nullable(),
  Shmem: Bytes.nullable(),
  Mlocked: Bytes.nullable(),
  Slab: Bytes.nullable(),
  SReclaimable: Bytes.nullable(),
  SUnreclaim: Bytes.nullable(),
  KernelStack: Bytes.nullable(),
  PageTables: Bytes.nullable(),
  Dirty: Bytes.nullable(),
  Writeback: Bytes.nullable(),
  CommitLimit: Bytes.nullable(),
  Committed_AS: Bytes.nullable(),
  HardwareCorrupted: Bytes.nullable(),
  AnonHugePages: Bytes.nullable(),
  /** Pages of `Hugepagesize`, as the three that follow. */
  HugePages_Total: z.number().nullable(),
  HugePages_Free: z.number().nullable(),
  HugePages_Rsvd: z.number().nullable(),
  HugePages_Surp: z.number().nullable(),
  Hugepagesize: Bytes.nullable(),
})
export type Meminfo = z.infer<typeof Meminfo>

/** TCP of the network namespace that is read, from /proc/net/snmp and netstat. */
export const TcpReading = z.object({
  /** CurrEstab: connections established or waiting to be closed by this side. */
  established: z.number(),
  /** As all rates here: null when the counters were reset within the window. */
  segmentsIn: PerSecond.nullable(),
  segmentsOut: PerSecond.nullable(),
  retransmits: PerSecond.nullable(),
  /** Connections dropped for a full accept queue, and for any reason at a listening socket (the former among them). */
  listenOverflows: PerSecond.nullable(),
  listenDrops: PerSecond.nullable(),
  /** Since boot. */
  counters: z.object({
    activeOpens: z.number(),
    passiveOpens: z.number(),
    attemptFails: z.number(),
    establishedResets: z.number(),
    segmentsIn: z.number(),
    segmentsOut: z.number(),
    retransmits: z.number(),
    resetsSent: z.number(),
    listenOverflows: z.number(),
    listenDrops: z.number(),
    synRetransmits: z.number(),
    timeouts: z.number(),
  }),
})
export type TcpReading = z.infer<typeof TcpReading>

/** /proc/net/sockstat. */
export const SocketsReading = z.object({
  used: z.number(),
  tcpInUse: z.number(),
  tcpOrphaned: z.number(),
  tcpTimeWait: z.number(),
  tcpAllocated: z.number(),
  tcpMemoryBytes: Bytes,
  udpInUse: z.number(),
})
export type SocketsReading = z.infer<typeof SocketsReading>

/** Counters since boot of the machine as a whole; null for one that this kernel does not keep. */
export const HostCounters = z.object({
  cpu: CpuModeSeconds,
  contextSwitches: z.number(),
  interrupts: z.number(),
  forks: z.number(),
  pageFaults: z.number().nullable(),
  majorFaults: z.number().nullable(),
  /** KiB, as pgpgin and pgpgout count. */
  pagedInKibibytes: z.number().nullable(),
  pagedOutKibibytes: z.number().nullable(),
  swapInPages: z.number().nullable(),
  swapOutPages: z.number().nullable(),
  oomKills: z.number().nullable(),
  /** Allocations that had to wait for memory to be reclaimed, of all zones. */
  allocationStalls: z.number().nullable(),
  /** Pages looked at by tasks that had to reclaim memory themselves. */
  directReclaimScans: z.number().nullable(),
})
export type HostCounters = z.infer<typeof HostCounters>

/** Who keeps the clock right, and whether it does, as far as files tell: adjtimex(2) is out of Node's reach. */
export const ClockReading = z.object({
  /** The kernel's clocksource: tsc, kvm-clock, hpet … */
  source: z.string().nullable(),
  /** The daemon that runs for it; null when none was seen. */
  keeper: z.enum(['systemd-timesyncd', 'chronyd', 'ntpd']).nullable(),
  /** Null: nothing says so or otherwise. */
  synchronised: z.boolean().nullable(),
  lastSynchronisedAt: Timestamp.nullable(),
})
export type ClockReading = z.infer<typeof ClockReading>

/** One machine. Rates are means over `windowSeconds`, which ends at the time of the snapshot. */
export const HostReading = z.object({
  operatingSystem: z.object({
    platform: z.string(),
    distribution: z.string(),
    kernel: z.string(),
  }),
  bootedAt: Timestamp,
  /** The distribution asks for a restart; null where it has no such mark. */
  rebootRequired: z.boolean().nullable(),
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
    /** With nice. */
    userRatio: Ratio,
    /** With irq and softirq. */
    systemRatio: Ratio,
    iowaitRatio: Ratio,
    stealRatio: Ratio,
    /** By the kernel's own modes, perfbot's use among them. Null where the system does not tell them apart. */
    modes: CpuModeRatios.nullable(),
    /** Of the processor that was busiest: 1 while the mean is low is a program that uses one only. */
    busiestRatio: Ratio.nullable(),
    /** Counts tasks in uninterruptible sleep too: not a measure of CPU use. */
    load1: z.number(),
    load5: z.number(),
    load15: z.number(),
    /** Tasks that run or wait to run, the reader itself not counted. Null where the system has no such figure. */
    runnable: z.number().nullable(),
    /** Tasks that wait for I/O and cannot be interrupted. */
    blocked: z.number().nullable(),
    contextSwitches: PerSecond.nullable(),
    interrupts: PerSecond.nullable(),
    forks: PerSecond.nullable(),
    /** Of the first processor: performance, powersave, schedutil … Null where frequency is not the system's to set. */
    governor: z.string().nullable(),
    /** Times that a core slowed down for heat, since boot, all cores together. */
    thermalThrottles: z.number().nullable(),
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
    /** Page faults that had to read from a disk. */
    majorFaults: PerSecond.nullable(),
    allocationStalls: PerSecond.nullable(),
    /** OOM kills since boot, anywhere on the machine. */
    oomKills: z.number().nullable(),
    /** Null elsewhere than on Linux. */
    meminfo: Meminfo.nullable(),
  }),
  /** Null without PSI: an old kernel, or one booted without psi=1, or not Linux. */
  pressure: z.object({ cpu: Pressure, memory: Pressure, io: Pressure }).nullable(),
  /** Null elsewhere than on Linux, as what follows and is not a list. */
  counters: HostCounters.nullable(),
  filesystems: z.array(Filesystem),
  disks: z.array(DiskReading),
  /** Software RAID, /proc/mdstat. */
  raids: z.array(RaidReading),
  network: z.array(InterfaceReading),
  tcp: TcpReading.nullable(),
  sockets: SocketsReading.nullable(),
  /** Null where connections are not tracked. */
  conntrack: z.object({ entries: z.number(), limit: z.number() }).nullable(),
  fileDescriptors: z.object({ allocated: z.number(), maximum: z.number() }).nullable(),
  /** The limit is the lower of pid_max and threads-max: each thread needs a number. */
  tasks: z.object({ processes: z.number(), threads: z.number(), limit: z.number() }).nullable(),
  /** Processes that ended and were not waited for, with the parents that should, those with most first. */
  zombies: z
    .object({
      count: z.number(),
      parents: z.array(z.object({ pid: z.number(), name: z.string(), count: z.number() })),
    })
    .nullable(),
  clock: ClockReading.nullable(),
  temperatures: z.array(TemperatureReading),
  /**
   * Settings of the kernel that databases feel, by their sysctl names and as the kernel writes them; of those in
   * /sys the one chosen (`transparent_hugepage.enabled`: `madvise`). What cannot be read is not in it.
   */
  kernelSettings: z.record(z.string(), z.string()),
  /** The last day's, latest last, as far as perfbot was there or the kernel still has them. Null: not readable. */
  kernelLog: z.array(KernelEvent).nullable(),
  /**
   * The few that use most CPU, then the few that use most memory, perfbot itself not among them; no command lines,
   * which hold secrets.
   */
  topProcesses: z.array(ProcessReading),
})
export type HostReading = z.infer<typeof HostReading>
