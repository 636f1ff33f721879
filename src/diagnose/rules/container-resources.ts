import type { ContainerReading, ContainerUsage } from '../../model/container-reading.ts'
import { formatBytes, formatRatio } from '../../model/format.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { manual } from '../fixes.ts'
import { growth, minutes, NO_EARLIER_READING, unlessHeld } from '../history.ts'
import { measured, rule, type Verdict } from '../rule.ts'
import { runningContainers } from '../subjects.ts'

const usageIn = (snapshot: Snapshot, { id }: ContainerReading): ContainerUsage | null =>
  snapshot.containers.find((container) => container.id === id)?.usage ?? null

const UNREAD = { couldNotLook: 'its use could not be read' } as const

export const containerTasks = rule({
  id: 'container-tasks',
  about: 'container',
  looksAt: 'processes and threads against their limit',
  subjects: (context) => runningContainers(context).filter(({ value }) => (value.limits.pids ?? 0) > 0),
  check({ name, usage, limits }, context): Verdict {
    const tasks = usage?.pids ?? null
    if (tasks === null || limits.pids === null) return UNREAD
    const share = tasks / limits.pids
    if (share <= context.thresholds.containerTasks) return 'passed'
    const figure = measured(context)
    return {
      severity: 'high',
      title: `${name} has ${tasks} of the ${limits.pids} processes and threads that it may have`,
      impact: 'At the limit it can start nothing: "Resource temporarily unavailable".',
      rootCause: 'It starts more and more of them and does not end them, or the limit is too low.',
      evidence: [
        figure('tasks', tasks, 'count', 'pids.current'),
        figure('limit', limits.pids, 'count', 'docker inspect HostConfig.PidsLimit'),
      ],
      fixes: [manual('See what they are', `docker top ${name} -eLo pid,lwp,comm | sort -k3 | uniq -c -f2`)],
    }
  },
})

const fullPressure = (usage: ContainerUsage | null, kind: 'memory' | 'io'): number | null => {
  const pressure = usage?.pressure?.[kind]
  return pressure ? (pressure.fullAvg60 ?? pressure.someAvg60) : null
}

const pressureRule = (definition: {
  readonly id: string
  readonly kind: 'memory' | 'io'
  readonly most: 'containerMemoryPressure' | 'containerIoPressure'
  readonly impact: string
  readonly rootCause: (container: ContainerReading) => string
  readonly fix: readonly [title: string, change: (name: string) => string]
}) =>
  rule({
    id: definition.id,
    about: 'container',
    looksAt: `how long all its tasks waited for ${definition.kind === 'io' ? 'I/O' : 'memory'}, for five minutes`,
    subjects: runningContainers,
    check(container, context): Verdict {
      const stalled = fullPressure(container.usage, definition.kind)
      if (stalled === null) return { couldNotLook: 'the kernel does not state its pressure' }
      const most = context.thresholds[definition.most]
      if (stalled <= most) return 'passed'
      const verdict = unlessHeld(context, minutes(5), (past) => {
        const then = fullPressure(usageIn(past, container), definition.kind)
        return then === null ? null : then > most
      })
      if (verdict) return verdict
      return {
        severity: 'medium',
        title: `${container.name} stands still for ${definition.kind === 'io' ? 'I/O' : 'memory'} ${formatRatio(stalled)} of the time`,
        impact: definition.impact,
        rootCause: definition.rootCause(container),
        evidence: [
          measured(context)('full avg60', stalled, 'ratio', `${definition.kind}.pressure of its cgroup`),
        ],
        fixes: [manual(definition.fix[0], definition.fix[1](container.name))],
      }
    },
  })

export const containerMemoryPressure = pressureRule({
  id: 'container-memory-pressure',
  kind: 'memory',
  most: 'containerMemoryPressure',
  impact: 'It reclaims and reads again instead of working.',
  rootCause: ({ limits }) =>
    limits.memoryBytes === null
      ? 'The machine is short of memory.'
      : `What it needs does not fit into its limit of ${formatBytes(limits.memoryBytes)}, page cache included.`,
  fix: ['Give it more', (name) => `docker update --memory <size> ${name}`],
})

export const containerIoPressure = pressureRule({
  id: 'container-io-pressure',
  kind: 'io',
  most: 'containerIoPressure',
  impact: 'Whatever it does waits for a disk.',
  rootCause: () => 'The disk is slower than what it, or its neighbours, ask of it.',
  fix: ['See who uses the disk', () => 'docker stats --no-stream --format "{{.Name}} {{.BlockIO}}"'],
})

const swapShare = (usage: ContainerUsage | null): number | null => {
  if (!usage || usage.swapBytes === null) return null
  const all = usage.swapBytes + usage.memoryWorkingSetBytes
  return all === 0 ? 0 : usage.swapBytes / all
}

export const containerSwapped = rule({
  id: 'container-swapped',
  about: 'container',
  looksAt: 'how much of its memory lies in swap, for ten minutes',
  subjects: runningContainers,
  check(container, context): Verdict {
    const share = swapShare(container.usage)
    if (share === null || !container.usage) return UNREAD
    const most = context.thresholds.containerSwap
    if (share <= most) return 'passed'
    const verdict = unlessHeld(context, minutes(10), (past) => {
      const then = swapShare(usageIn(past, container))
      return then === null ? null : then > most
    })
    if (verdict) return verdict
    const figure = measured(context)
    return {
      severity: 'low',
      title: `${formatRatio(share)} of the memory of ${container.name} lies in swap`,
      impact: 'What it needs of that is read from disk first.',
      rootCause: 'Its limit, or the machine, was too small for it at some time.',
      evidence: [
        figure('in swap', container.usage.swapBytes ?? 0, 'bytes', 'memory.swap.current'),
        figure('working set', container.usage.memoryWorkingSetBytes, 'bytes', 'usage − inactive_file'),
      ],
      fixes: [
        manual(
          'Give it more memory, or no swap',
          `docker update --memory <size> --memory-swap <same> ${container.name}`,
        ),
      ],
    }
  },
})

type Kind = 'Packets' | 'Errors' | 'Drops'

const networkTotal = (usage: ContainerUsage | null, kinds: readonly Kind[]): number | null => {
  const network = usage?.totals.network
  if (!network) return null
  return network.reduce(
    (sum, each) =>
      sum +
      (kinds.includes('Packets') ? each.receivedPackets + each.transmittedPackets : 0) +
      (kinds.includes('Errors') ? each.receiveErrors + each.transmitErrors : 0) +
      (kinds.includes('Drops') ? each.receiveDrops + each.transmitDrops : 0),
    0,
  )
}

export const containerNetworkErrors = rule({
  id: 'container-net-errors',
  about: 'container',
  looksAt: 'packets that it lost, of all in the last 30 minutes',
  subjects: runningContainers,
  check(container, context): Verdict {
    const grown = (kinds: readonly Kind[]) =>
      growth(context, minutes(30), (past) => networkTotal(usageIn(past, container), kinds))
    const [lost, packets] = [grown(['Errors', 'Drops']), grown(['Packets'])]
    if (!lost || !packets) return NO_EARLIER_READING
    const share = lost.by / Math.max(1, packets.by)
    const { networkErrors, networkErrorPackets } = context.thresholds
    if (lost.by < networkErrorPackets || share <= networkErrors) return 'passed'
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${container.name} lost ${formatRatio(share)} of its packets`,
      impact: 'Its connections stall and send again.',
      rootCause: 'It does not take packets in as fast as they come, or the host’s queues are full.',
      evidence: [
        figure('errors and drops', lost.by, 'count', '/proc/[pid]/net/dev'),
        figure('packets', packets.by, 'count', '/proc/[pid]/net/dev'),
      ],
      fixes: [manual('See which', `docker exec ${container.name} cat /proc/net/dev`)],
    }
  },
})

/** Whole minutes that a flood must last: the last one counted is not over yet. */
const FLOOD_MINUTES = 10

export const logFlood = rule({
  id: 'container-log-flood',
  about: 'container',
  looksAt: 'lines that it writes in a minute, for ten minutes',
  subjects: runningContainers,
  check(container, context): Verdict {
    const log = context.snapshot.logs.find(({ containerId }) => containerId === container.id)
    if (!log) return { couldNotLook: 'its log was not read' }
    const lines = log.perMinute.lines.slice(0, -1).slice(-FLOOD_MINUTES)
    const least = Math.min(...lines)
    if (lines.length < FLOOD_MINUTES || least <= context.thresholds.logLinesPerMinute) return 'passed'
    const unbounded = container.logDriver.name === 'json-file' && container.logDriver.maximumSize === null
    return {
      severity: unbounded ? 'medium' : 'low',
      title: `${container.name} writes ${least} lines a minute and more into its log`,
      impact: unbounded
        ? 'Its log is not rotated and fills the disk.'
        : 'What matters in it is pushed out by the rest.',
      rootCause: 'A level of logging that is too fine, or an error that repeats without a pause.',
      evidence: [
        measured(context)(
          'lines in its quietest minute of ten',
          least,
          'count',
          `docker logs ${container.name}`,
        ),
      ],
      fixes: [
        manual(
          'See what repeats',
          `docker logs --since 1m ${container.name} 2>&1 | cut -c1-120 | sort | uniq -c | sort -n | tail`,
        ),
      ],
    }
  },
})
