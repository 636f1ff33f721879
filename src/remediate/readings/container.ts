import type { ContainerReading } from '../../model/container-reading.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Target } from '../../model/target.ts'
import { secondsBetween, type Unit } from '../../model/units.ts'
import { type Figure, number, type Reading, text } from './reading.ts'

/** Null also when two engines have one of that name: a fix must not pick. */
export function containerOf(target: Target, snapshot: Snapshot): ContainerReading | null {
  if (target.kind !== 'container' || target.host !== snapshot.host) return null
  const [found, ...others] = snapshot.containers.filter((container) => container.name === target.name)
  return found && others.length === 0 ? found : null
}

function reading(
  name: string,
  unit: Unit,
  label: string,
  source: string,
  read: (container: ContainerReading, snapshot: Snapshot) => Figure | null,
): Reading {
  return {
    name,
    targets: ['container'],
    needs: [],
    unit,
    label: () => label,
    source: () => source,
    read: ({ target, snapshot }) => {
      const container = containerOf(target, snapshot)
      return container && read(container, snapshot)
    },
  }
}

const optionalBytes = (value: number | null | undefined): Figure | null =>
  value === null || value === undefined ? null : number(value, 'bytes')

/**
 * How much swap a container may use besides its memory. Docker keeps the sum, and refuses a memory limit
 * above it: whoever changes the one has to state the other. Not set, it is as much again as the memory.
 */
function swapAllowance({ limits }: ContainerReading): Figure {
  if (limits.memorySwapBytes === null || limits.memoryBytes === null) return text('as-memory')
  if (limits.memorySwapBytes === -1) return text('unlimited')
  return number(Math.max(0, limits.memorySwapBytes - limits.memoryBytes), 'bytes')
}

/**
 * A run counts when it has lasted as long: one in a crash loop is running too, at most instants, and began lately. Less
 * than the time after which a restart is judged.
 */
const LASTING_SECONDS = 8

export const CONTAINER_READINGS: readonly Reading[] = [
  reading('container.engine', 'text', 'engine', 'config', ({ engine }) => text(engine)),
  reading('container.id', 'text', 'identifier', 'docker inspect Id', ({ id }) => text(id)),
  reading('container.state', 'text', 'state', 'docker inspect State.Status', ({ state }) => text(state)),
  reading('container.started-at', 'text', 'start', 'docker inspect State.StartedAt', ({ startedAt }) =>
    startedAt === null ? null : text(startedAt),
  ),
  reading(
    'container.running-since',
    'text',
    'start of the present run',
    `docker inspect State.StartedAt, of a run that has lasted ${LASTING_SECONDS} s`,
    ({ state, startedAt }, { takenAt }) =>
      state === 'running' && startedAt !== null && secondsBetween(startedAt, takenAt) >= LASTING_SECONDS
        ? text(startedAt)
        : null,
  ),
  reading(
    'container.restart-count',
    'count',
    'restarts by the engine',
    'docker inspect RestartCount',
    ({ restartCount }) => number(restartCount, 'count'),
  ),
  reading(
    'container.memory-limit',
    'bytes',
    'memory limit',
    'docker inspect HostConfig.Memory',
    ({ limits }) => optionalBytes(limits.memoryBytes),
  ),
  reading(
    'container.memory-ceiling',
    'bytes',
    'memory limit, or the memory of the machine without one,',
    'docker inspect HostConfig.Memory, /proc/meminfo MemTotal',
    ({ limits }, { machine }) => optionalBytes(limits.memoryBytes ?? machine?.memory.totalBytes),
  ),
  reading(
    'container.swap-allowance',
    'bytes',
    'swap allowance',
    'docker inspect HostConfig.MemorySwap − HostConfig.Memory',
    swapAllowance,
  ),
  reading(
    'container.memory-working-set',
    'bytes',
    'memory working set',
    'cgroup usage − inactive_file',
    ({ usage }) => optionalBytes(usage?.memoryWorkingSetBytes),
  ),
  reading(
    'container.memory-used-ratio',
    'ratio',
    'share of the memory limit in use',
    'working set / HostConfig.Memory',
    ({ usage, limits }) =>
      usage && limits.memoryBytes ? number(usage.memoryWorkingSetBytes / limits.memoryBytes, 'ratio') : null,
  ),
]
