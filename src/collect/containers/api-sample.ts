import { z } from 'zod'
import type { ContainerTotals } from '../../model/container-reading.ts'
import { bytes, seconds } from '../../model/units.ts'
import type { ContainerSample } from './sample.ts'

const Interface = z.object({
  rx_bytes: z.number().default(0),
  rx_packets: z.number().default(0),
  rx_errors: z.number().default(0),
  rx_dropped: z.number().default(0),
  tx_bytes: z.number().default(0),
  tx_packets: z.number().default(0),
  tx_errors: z.number().default(0),
  tx_dropped: z.number().default(0),
})

const BlockIo = z.array(z.object({ op: z.string(), value: z.number() })).nullish()

/** What is used of `GET /containers/{id}/stats?stream=false&one-shot=true`. Counters count since the start. */
export const Stats = z.object({
  /** When it was read: RFC 3339; 0001-01-01 for a container that does not run. */
  read: z.string(),
  pids_stats: z.object({ current: z.number().nullish() }).nullish(),
  cpu_stats: z.object({
    /** Nanoseconds of CPU time. */
    cpu_usage: z.object({
      total_usage: z.number(),
      usage_in_usermode: z.number().nullish(),
      usage_in_kernelmode: z.number().nullish(),
    }),
    throttling_data: z
      .object({
        periods: z.number().nullish(),
        throttled_periods: z.number().nullish(),
        throttled_time: z.number().nullish(),
      })
      .nullish(),
  }),
  memory_stats: z.object({
    usage: z.number().optional(),
    /** The lines of the cgroup's memory.stat. */
    stats: z.record(z.string(), z.number()).nullish(),
  }),
  blkio_stats: z.object({ io_service_bytes_recursive: BlockIo, io_serviced_recursive: BlockIo }).nullish(),
  networks: z.record(z.string(), Interface).nullish(),
})
export type Stats = z.infer<typeof Stats>

/** Null for a container that does not run: all its figures are zero then. */
export function sampleOfStats(stats: Stats, run: string, readAt: number): ContainerSample | null {
  const { usage, stats: lines } = stats.memory_stats
  const statedAt = Date.parse(stats.read)
  if (usage === undefined || !(statedAt > 0)) return null
  const { cpu_usage: cpu, throttling_data: throttling } = stats.cpu_stats
  return {
    run,
    readAt,
    statedAt,
    source: 'api',
    memory: {
      usage,
      // cgroup v1 has total_*, with what the cgroups below have; v2 counts so by itself.
      inactiveFile: lines?.total_inactive_file ?? lines?.inactive_file ?? 0,
      cache: lines?.total_cache ?? lines?.file ?? null,
      swap: lines?.total_swap ?? null,
    },
    // The API does not state them.
    oomKills: null,
    pids: stats.pids_stats?.current ?? null,
    pressure: null,
    totals: {
      cpuSeconds: seconds(cpu.total_usage / 1e9),
      cpuUserSeconds: ofNanoseconds(cpu.usage_in_usermode),
      cpuSystemSeconds: ofNanoseconds(cpu.usage_in_kernelmode),
      cpuPeriods: throttling?.periods ?? null,
      throttledPeriods: throttling?.throttled_periods ?? null,
      throttledSeconds: ofNanoseconds(throttling?.throttled_time),
      io: ioOf(stats),
      network: networkOf(stats),
    },
  }
}

const ofNanoseconds = (value: number | null | undefined) =>
  value === null || value === undefined ? null : seconds(value / 1e9)

/** `op` is `Read` under cgroup v1 and `read` under v2, which the engine counts no operations of. */
function ioOf({ blkio_stats }: Stats): ContainerTotals['io'] {
  const transferred = blkio_stats?.io_service_bytes_recursive
  const served = blkio_stats?.io_serviced_recursive
  if (!transferred) return null
  const sum = (entries: NonNullable<typeof transferred>, operation: string) =>
    entries.reduce((total, { op, value }) => total + (op.toLowerCase() === operation ? value : 0), 0)
  return {
    readBytes: bytes(sum(transferred, 'read')),
    writtenBytes: bytes(sum(transferred, 'write')),
    reads: served ? sum(served, 'read') : null,
    writes: served ? sum(served, 'write') : null,
  }
}

/** Absent with the network of the host, or with none. */
export function networkOf({ networks }: Stats): ContainerTotals['network'] {
  if (!networks) return null
  return Object.entries(networks).map(([name, figures]) => ({
    interface: name,
    receivedBytes: bytes(figures.rx_bytes),
    receivedPackets: figures.rx_packets,
    receiveErrors: figures.rx_errors,
    receiveDrops: figures.rx_dropped,
    transmittedBytes: bytes(figures.tx_bytes),
    transmittedPackets: figures.tx_packets,
    transmitErrors: figures.tx_errors,
    transmitDrops: figures.tx_dropped,
  }))
}
