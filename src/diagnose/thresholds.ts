import { z } from 'zod'

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

  // Containers.
  /** Restarts within the recent history that make a loop. */
  restarts: positive(3),
  /** working set / limit; cAdvisor-based alerts agree on 0.9. */
  containerMemory: share(0.9),
  /** After an OOM kill, a highest use since below this share of the limit gives no reason to raise it. */
  containerMemoryAmple: share(0.5),
  /** Headroom that a proposed limit leaves above the highest use seen. */
  memoryHeadroom: positive(1.3),
  /** Throttled periods / periods: kubernetes-mixin's CPUThrottlingHigh. */
  throttled: share(0.25),

  // PostgreSQL. The documentation starts shared_buffers at 25 % of memory and sees no use above 40 %.
  sharedBuffersLow: share(0.1),
  sharedBuffersHigh: share(0.4),
  sharedBuffersProposed: share(0.25),
  connections: share(0.8),
  connectionsCritical: share(0.95),
  idleInTransactionSeconds: positive(300),

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
})
export type Thresholds = z.infer<typeof Thresholds>
