import type { ContainerReading } from '../../model/container-reading.ts'
import { formatBytes, formatRatio, formatSeconds } from '../../model/format.ts'
import type { NumericUnit } from '../../model/units.ts'
import { needsOf } from '../container-needs.ts'
import { manual, memoryFor, setCpuLimit, setMemoryLimit } from '../fixes.ts'
import type { Needed } from '../pasts.ts'
import { type Context, measured, rule, type Verdict } from '../rule.ts'
import { runningContainers } from '../subjects.ts'

const TOO_SHORT = { couldNotLook: 'its past is too short to say what it needs' } as const

const figuresOf = (context: Context, needed: Needed, limit: number, unit: NumericUnit) => [
  measured(context)('needed (P99 of all but the busiest hours)', needed.p99, unit, 'history'),
  measured(context)('most', needed.maximum, unit, 'history'),
  measured(context)('over', needed.over, 'seconds', 'history'),
  measured(context)('limit', limit, unit, 'docker inspect HostConfig'),
]

const keep = ({ compose, name }: ContainerReading, setting: string) =>
  manual('Keep it over the next deployment', `compose file, service ${compose?.service ?? name}: ${setting}`)

export const memorySize = rule({
  id: 'container-memory-size',
  about: 'container',
  looksAt: 'memory limit against what was needed over a week',
  subjects: (context) => runningContainers(context).filter(({ value }) => value.limits.memoryBytes !== null),
  check(container, context): Verdict {
    const limit = container.limits.memoryBytes ?? 0
    const needed = needsOf(container, 'memory', context)
    if (!needed) return TOO_SHORT
    const { memoryHeadroom, memoryOversized, memoryUndersized, memoryWasteBytes } = context.thresholds
    const fitting = memoryFor(needed.p99, needed.maximum, memoryHeadroom)
    const share = needed.p99 / limit
    const isSmall = share > memoryUndersized && fitting > limit
    const isLarge = share < memoryOversized && limit - fitting >= memoryWasteBytes
    if (!isSmall && !isLarge) return 'passed'
    const span = formatSeconds(needed.over)
    return {
      severity: isSmall ? 'medium' : 'low',
      title: isSmall
        ? `${container.name} needs up to ${formatRatio(share)} of its memory limit`
        : `${container.name} may use ${formatBytes(limit)} and never needed more than ${formatBytes(needed.maximum)}`,
      impact: isSmall
        ? 'A little more work than usual, and the kernel kills it.'
        : 'If it leaks it takes from others before anything stops it.',
      rootCause: `In ${span} all but its busiest hours stayed at or below ${formatBytes(needed.p99)}; its limit is ${formatBytes(limit)}.`,
      evidence: figuresOf(context, needed, limit, 'bytes'),
      fixes: [setMemoryLimit(container, fitting), keep(container, `mem_limit: ${fitting}`)],
    }
  },
})

/** In tenths, as one would write it. */
const roundCores = (cores: number): number => Math.max(0.1, Math.ceil(cores * 10) / 10)

export const cpuSize = rule({
  id: 'container-cpu-size',
  about: 'container',
  looksAt: 'CPU limit against what was needed over a week',
  subjects: (context) => runningContainers(context).filter(({ value }) => value.limits.cpuCores !== null),
  check(container, context): Verdict {
    const limit = container.limits.cpuCores ?? 0
    const needed = needsOf(container, 'cpu', context)
    if (!needed) return TOO_SHORT
    const { memoryHeadroom, cpuOversized, cpuUndersized, cpuWasteCores } = context.thresholds
    const fitting = roundCores(needed.p99 * memoryHeadroom)
    const share = needed.p99 / limit
    const isSmall = share > cpuUndersized
    const isLarge = share < cpuOversized && limit - fitting >= cpuWasteCores
    if (!isSmall && !isLarge) return 'passed'
    return {
      severity: isSmall ? 'medium' : 'low',
      title: isSmall
        ? `${container.name} uses up its CPU limit of ${limit} for hours`
        : `${container.name} may use ${limit} CPUs and needed ${needed.p99.toFixed(2)}`,
      impact: isSmall
        ? 'Its work takes longer than the machine would need for it.'
        : 'It can take from others what it was never meant to have.',
      rootCause: `Over ${formatSeconds(needed.over)} all but its busiest hours stayed at or below ${needed.p99.toFixed(2)} CPUs.`,
      evidence: figuresOf(context, needed, limit, 'cores'),
      fixes: [setCpuLimit(container, fitting), keep(container, `cpus: ${fitting}`)],
    }
  },
})
