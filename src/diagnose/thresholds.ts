import { z } from 'zod'
import { type Target, TargetKind } from '../model/target.ts'

const share = (value: number) => z.number().min(0).max(1).default(value)
const positive = (value: number) => z.number().positive().default(value)

/**
 * Every number that a rule judges by, with its default and where that comes from. Ratios are 0 to 1, times
 * seconds, sizes bytes. config/perfbot.yaml can set each under `thresholds:`.
 */
export const Thresholds = z.strictObject({
  // Host. The kernel's PSI documentation gives no limits; these are Facebook's oomd's and netdata's order of size.
  cpuPressure: share(0.25),
  /** Tasks also wait for the quota of their own cgroup: below this the CPUs themselves are not what is short. */
  cpuPressureBusy: share(0.5),
  cpuBusy: share(0.9),
  /** Tasks that run or wait, for each processor: node-mixin alerts above 1.5. */
  runnablePerCpu: positive(1.5),
  cpuSteal: share(0.1),
  ioWait: share(0.1),
  ioPressure: share(0.1),
  /** MemAvailable / MemTotal: node-mixin and netdata. */
  memoryAvailable: share(0.1),
  memoryAvailableCritical: share(0.05),
  memoryPressure: share(0.05),
  /** Pages swapped in and out a second; a filled swap alone is no fault. */
  swapPages: positive(1000),
  /** Both must hold: 10 % of a 20 TB disk is no emergency. */
  diskAvailable: share(0.1),
  diskAvailableBytes: positive(20 * 1024 ** 3),
  diskAvailableCritical: share(0.05),
  inodesFree: share(0.1),
  /** Errors and drops of all packets, and how many there must be for a share to mean anything: node-mixin's 1 %. */
  networkErrors: share(0.01),
  networkErrorPackets: positive(100),
  networkBusy: share(0.9),
  /** Segments sent again of all sent: netdata warns at 2 %, calls users unhappy at 5 %. */
  retransmits: share(0.02),
  retransmitsHigh: share(0.05),
  retransmittedSegments: positive(100),
  /** Connections that a full accept queue refused in half an hour. */
  listenOverflows: positive(10),
  conntrack: share(0.8),
  conntrackCritical: share(0.95),
  /** Of fs.file-max, and of pid_max or threads-max. */
  fileDescriptors: share(0.8),
  tasks: share(0.8),
  zombies: positive(50),
  /** Crashes of one program in a day that are no accident. */
  segfaults: positive(3),
  /** Times that cores slowed down for heat in ten minutes. */
  thermalThrottles: positive(10),
  /** Of the memory: huge pages that nobody uses, what the kernel cannot give back, tables that map the rest. */
  hugePagesUnused: share(0.1),
  slabUnreclaimable: share(0.25),
  pageTables: share(0.05),
  /** Committed_AS / CommitLimit, where the kernel holds programs to it. */
  committed: share(0.9),
  /** Data not yet written that the kernel lets pile up before it begins: minutes of work for a slow disk. */
  dirtyBackgroundBytes: positive(4 * 1024 ** 3),
  /** Mean time of an operation: an SSD answers in well under a millisecond, a turning disk in 10. */
  diskAwaitFlash: positive(0.02),
  diskAwaitRotational: positive(0.1),
  /** Operations a second from which on a mean says something. */
  diskOperations: positive(10),
  diskBusy: share(0.9),
  diskQueue: positive(10),

  // Containers.
  /** Restarts within the recent history that make a loop. */
  restarts: positive(3),
  /** working set / limit; cAdvisor-based alerts agree on 0.9. */
  containerMemory: share(0.9),
  /** After an OOM kill, a highest use since below this share of the limit gives no reason to raise it. */
  containerMemoryAmple: share(0.5),
  /** Headroom that a proposed limit leaves above the highest use seen. */
  memoryHeadroom: positive(1.3),
  /** A shorter past says too little of what a container needs. */
  sizingSeconds: positive(5 * 86_400),
  /** What was needed / limit: below it the limit is far too large, above it too small. */
  memoryOversized: share(0.3),
  memoryUndersized: share(0.85),
  /** What a smaller limit would free: less is not worth a word. */
  memoryWasteBytes: positive(512 * 1024 ** 2),
  cpuOversized: share(0.2),
  cpuUndersized: share(0.9),
  cpuWasteCores: positive(1),
  /** Throttled periods / periods: kubernetes-mixin's CPUThrottlingHigh. */
  throttled: share(0.25),
  containerTasks: share(0.8),
  /** PSI of its cgroup, full: as for the host. */
  containerMemoryPressure: share(0.05),
  containerIoPressure: share(0.2),
  containerSwap: share(0.25),
  /** Lines a minute that nobody reads any more. */
  logLinesPerMinute: positive(5000),
  /** Docker waits for a start period of seconds; what takes longer hangs. */
  startingSeconds: positive(600),

  // PostgreSQL. The documentation starts shared_buffers at 25 % of memory and sees no use above 40 %.
  sharedBuffersLow: share(0.1),
  sharedBuffersHigh: share(0.4),
  sharedBuffersProposed: share(0.25),
  connections: share(0.8),
  connectionsCritical: share(0.95),
  idleInTransactionSeconds: positive(300),
  /** Of the 2^31 numbers that there are; autovacuum alone keeps it below 0.1, the server stops at 1. */
  wraparound: share(0.5),
  wraparoundCritical: share(0.75),
  transactionSeconds: positive(1800),
  preparedSeconds: positive(3600),
  /** Transactions that VACUUM has to keep for one holder. */
  xminAge: positive(1_000_000),
  /** Beyond what autovacuum allows itself (0.2 of the live rows) with some room for its round. */
  deadRows: share(0.3),
  deadRowsLeast: positive(10_000),
  bloat: share(0.5),
  bloatBytes: positive(100 * 1024 ** 2),
  /** Waiting for a lock; deadlock_timeout, after which the server itself would log it, is 1 s. */
  blockedSeconds: positive(30),
  blockedSecondsCritical: positive(300),
  /** In half an hour. */
  deadlocks: positive(3),
  /** Queries that recovery cancelled on a standby. */
  standbyConflicts: positive(3),
  tempFileBytes: positive(1024 ** 3),
  /** Sessions made in a second: each is a process that is started. */
  newSessions: positive(5),
  maximumConnections: positive(500),
  sequentialScanRows: positive(100_000),
  sequentialScans: positive(100),
  /** Smaller indexes cost too little to speak of. */
  indexBytes: positive(10 * 1024 ** 2),
  /** A report of the month may need one. */
  indexUnusedSeconds: positive(30 * 86_400),
  foreignKeyRows: positive(10_000),
  /** Of what a sequence, or the column that it numbers, can hold. */
  sequenceUsed: share(0.75),
  sequenceUsedCritical: share(0.9),
  /** In half an hour, and of all that was tracked in it. */
  statementSeconds: positive(60),
  statementShare: share(0.5),
  statementEvictions: positive(100),
  replayLagSeconds: positive(60),
  slotBytes: positive(1024 ** 3),
  slotBytesHigh: positive(10 * 1024 ** 3),
  /** pg_wal / max_wal_size. */
  walDirectory: positive(3),

  // Redis. Its own documentation and redis_exporter's alerts agree on these.
  /** used_memory / maxmemory, where nothing may be evicted. */
  redisMemory: share(0.9),
  /** used_memory_rss / used_memory: redis.io, "Memory optimization". */
  redisFragmentation: positive(1.5),
  /** Below this the ratio says more of the program than of its data. */
  redisFragmentationBytes: positive(100 * 1024 ** 2),
  redisClients: share(0.9),
  /** Seconds in which the server answers nobody else; its own slow log begins at a tenth of it. */
  redisSlowCommand: positive(0.1),
  /** Of all look-ups: a cache that evicts and still finds so much is large enough. */
  redisHitRatio: share(0.9),
  /** Of one processor: commands run on one thread. */
  redisCpu: share(0.9),
  /** A fork stops the server for as long. */
  redisForkSeconds: positive(0.5),
  /** In half an hour. */
  redisDelayedFsyncs: positive(10),
  redisDisconnections: positive(3),
  redisAccessDenied: positive(20),
  redisFullSyncs: positive(3),
  redisReplicaLagSeconds: positive(30),

  // HTTP services.
  serviceSuccess: share(0.99),
  /** P95 / target: Apdex calls a user frustrated beyond four times of what satisfies. */
  serviceFrustrating: positive(4),
  /** P95 / P50, and the P95 from which on anybody notices: 0.1 s feels like no time at all (Nielsen). */
  serviceTail: positive(5),
  serviceTailSeconds: positive(0.1),
  /** Let's Encrypt renews 30 days before the end: with 14 left something is stuck. */
  certificateSeconds: positive(14 * 86_400),
  certificateCriticalSeconds: positive(3 * 86_400),
  /** Smaller ones gain nothing by it: Lighthouse's limit for text compression. */
  assetCompressionBytes: positive(1400),

  // GPU.
  gpuIdle: share(0.15),
  gpuMemory: share(0.95),
  /** Below the temperature at which it slows down by itself. */
  gpuHeadroomCelsius: positive(5),
  gpuBusy: share(0.5),
  /** In force / of the board, while power is what holds it back. */
  gpuPowerLimit: share(0.8),
  /** In half an hour. */
  pcieReplays: positive(100),
  /** A person notices it before the first word. */
  ollamaQueuedSeconds: positive(2),
})
export type Thresholds = z.infer<typeof Thresholds>

/** Limits of its own for one thing, or for all whose name fits: `*` stands for any letters. */
export const ThresholdException = z.strictObject({
  kind: TargetKind,
  name: z.string().min(1),
  thresholds: z
    .strictObject(
      Object.fromEntries(
        Object.entries(Thresholds.shape).map(([name, limit]) => [name, limit.unwrap().optional()]),
      ),
    )
    .transform((set) => set as Partial<Thresholds>),
})
export type ThresholdException = z.infer<typeof ThresholdException>

function isNamed(name: string, pattern: string): boolean {
  const literal = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`).test(name)
}

/** What holds for one target: the later of two exceptions that fit comes before the earlier. */
export function thresholdsFor(
  { kind, name }: Pick<Target, 'kind' | 'name'>,
  thresholds: Thresholds,
  exceptions: readonly ThresholdException[],
): Thresholds {
  const fitting = exceptions.filter((each) => each.kind === kind && isNamed(name, each.name))
  return fitting.length === 0
    ? thresholds
    : Object.assign({}, thresholds, ...fitting.map((each) => each.thresholds))
}
