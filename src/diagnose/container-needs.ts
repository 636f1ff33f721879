import type { ContainerReading } from '../model/container-reading.ts'
import { seconds } from '../model/units.ts'
import { type Needed, neededOver, pastOf } from './pasts.ts'
import type { Context } from './rule.ts'

const METRICS = { memory: 'container_memory_working_set_bytes', cpu: 'perfbot_container_cpu_cores' } as const

/** What a container needed of memory or processors over its past; null while that is too short. */
export function needsOf(
  { engine, name }: ContainerReading,
  what: keyof typeof METRICS,
  context: Context,
): Needed | null {
  const past = pastOf(context, { metric: METRICS[what], labels: { engine, name } })
  return past && neededOver(past, seconds(context.thresholds.sizingSeconds))
}
