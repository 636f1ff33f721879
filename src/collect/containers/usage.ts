import { z } from 'zod'
import type { ContainerUsage } from '../../model/container-reading.ts'
import { bytes, cores, ratio, seconds } from '../../model/units.ts'

/** What is used of `GET /containers/{id}/stats?stream=false&one-shot=true`. Counters count since the start. */
export const Stats = z.object({
  /** When it was read: RFC 3339; 0001-01-01 for a container that does not run. */
  read: z.string(),
  pids_stats: z.object({ current: z.number().optional() }).optional(),
  cpu_stats: z.object({
    /** Nanoseconds of CPU time. */
    cpu_usage: z.object({ total_usage: z.number() }),
    throttling_data: z
      .object({ periods: z.number().default(0), throttled_periods: z.number().default(0) })
      .optional(),
  }),
  memory_stats: z.object({
    usage: z.number().optional(),
    stats: z
      .object({ inactive_file: z.number().optional(), total_inactive_file: z.number().optional() })
      .optional(),
  }),
})
export type Stats = z.infer<typeof Stats>

/** One reading of a container's counters; two of them give its usage. */
export type UsageSample = {
  /** Of the run: a restart begins the counters anew. */
  startedAt: string
  /** On the clock of performance.now(): whether the sample is too old. */
  readAt: number
  stats: Stats
  /** OOM kills in its cgroup, where that can be read. */
  oomKills: number | null
}

/** Null when the container did not run at either sample: then there is nothing to measure. */
export function usageBetween(
  earlier: UsageSample,
  later: UsageSample,
  hasQuota: boolean,
): ContainerUsage | null {
  const workingSet = workingSetOf(later.stats)
  const window = (Date.parse(later.stats.read) - Date.parse(earlier.stats.read)) / 1000
  if (workingSet === null || !(window > 0)) return null
  const cpuTime = cpuNanoseconds(later.stats) - cpuNanoseconds(earlier.stats)
  return {
    windowSeconds: seconds(window),
    cpuCores: cores(Math.max(0, cpuTime / 1e9 / window)),
    throttledRatio: hasQuota ? throttledBetween(earlier.stats, later.stats) : null,
    memoryWorkingSetBytes: bytes(workingSet),
    oomKills: later.oomKills,
    pids: later.stats.pids_stats?.current ?? null,
  }
}

const cpuNanoseconds = (stats: Stats): number => stats.cpu_stats.cpu_usage.total_usage

function throttledBetween(earlier: Stats, later: Stats) {
  const before = earlier.cpu_stats.throttling_data
  const after = later.cpu_stats.throttling_data
  const periods = (after?.periods ?? 0) - (before?.periods ?? 0)
  const throttled = (after?.throttled_periods ?? 0) - (before?.throttled_periods ?? 0)
  return periods > 0 && throttled >= 0 ? ratio(throttled / periods) : null
}

/**
 * usage − inactive file cache, as `docker stats` counts it (docker/cli, calculateMemUsageUnixNoCache):
 * cgroup v1 has total_inactive_file, with the children's; v2 has inactive_file. Null when it does not run.
 */
export function workingSetOf({ memory_stats: { usage, stats } }: Stats): number | null {
  if (usage === undefined) return null
  const inactive = stats?.total_inactive_file ?? stats?.inactive_file ?? 0
  return inactive < usage ? usage - inactive : usage
}
