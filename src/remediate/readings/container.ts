import { totalmem } from 'node:os'
import type { ContainerReading } from '../../model/container-reading.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Target } from '../../model/target.ts'
import { secondsBetween, type Unit } from '../../model/units.ts'
import type { InspectedContainer, Look } from '../look.ts'
import { type Figure, number, type Reading, text } from './reading.ts'

/** Null also when two engines have one of that name: a fix must not pick. */
export function containerOf(target: Target, snapshot: Snapshot | null): ContainerReading | null {
  if (!snapshot || target.kind !== 'container' || target.host !== snapshot.host) return null
  const [found, ...others] = snapshot.containers.filter((container) => container.name === target.name)
  return found && others.length === 0 ? found : null
}

function reading(
  name: string,
  unit: Unit,
  label: string,
  source: string,
  read: (container: ContainerReading, snapshot: Snapshot) => Figure | null,
  look?: (container: InspectedContainer, look: Look) => Figure | null | Promise<Figure | null>,
): Reading {
  return {
    name,
    targets: ['container'],
    needs: [],
    unit,
    label: () => label,
    source: () => source,
    read: ({ target, observation: { snapshot } }) => {
      const container = containerOf(target, snapshot)
      return container && snapshot && read(container, snapshot)
    },
    ...(look
      ? {
          look: async (eyes) => {
            const container = await eyes.container()
            return container && look(container, eyes)
          },
        }
      : {}),
  }
}

const optionalBytes = (value: number | null | undefined): Figure | null =>
  value === null || value === undefined ? null : number(value, 'bytes')

/**
 * How much swap a container may use besides its memory. Docker keeps the sum, and refuses a memory limit
 * above it: whoever changes the one has to state the other. Not set, it is as much again as the memory.
 */
function swapBeside(memoryBytes: number | null, memorySwapBytes: number | null): Figure {
  if (memorySwapBytes === null || memoryBytes === null) return text('as-memory')
  if (memorySwapBytes === -1) return text('unlimited')
  return number(Math.max(0, memorySwapBytes - memoryBytes), 'bytes')
}

const swapAllowance = ({ limits }: ContainerReading): Figure =>
  swapBeside(limits.memoryBytes, limits.memorySwapBytes)

/** Docker writes the year 1 for never. As a snapshot has it: milliseconds are enough to tell two starts apart. */
const startOf = (time: string): Figure | null =>
  time.startsWith('0001-') ? null : text(new Date(time).toISOString())

/**
 * A run counts when it has lasted as long: one in a crash loop is running too, at most instants, and began lately. Less
 * than the time after which a restart is judged.
 */
const LASTING_SECONDS = 8

export const CONTAINER_READINGS: readonly Reading[] = [
  reading(
    'container.engine',
    'text',
    'engine',
    'config',
    ({ engine }) => text(engine),
    ({ engine }) => text(engine),
  ),
  reading(
    'container.id',
    'text',
    'identifier',
    'docker inspect Id',
    ({ id }) => text(id),
    ({ Id }) => text(Id),
  ),
  reading(
    'container.state',
    'text',
    'state',
    'docker inspect State.Status',
    ({ state }) => text(state),
    ({ State }) => text(State.Status),
  ),
  reading(
    'container.started-at',
    'text',
    'start',
    'docker inspect State.StartedAt',
    ({ startedAt }) => (startedAt === null ? null : text(startedAt)),
    ({ State }) => startOf(State.StartedAt),
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
    ({ State }, { now }) =>
      State.Status === 'running' && Date.parse(now()) - Date.parse(State.StartedAt) >= LASTING_SECONDS * 1000
        ? startOf(State.StartedAt)
        : null,
  ),
  reading(
    'container.restart-count',
    'count',
    'restarts by the engine',
    'docker inspect RestartCount',
    ({ restartCount }) => number(restartCount, 'count'),
    ({ RestartCount }) => number(RestartCount, 'count'),
  ),
  reading(
    'container.memory-limit',
    'bytes',
    'memory limit',
    'docker inspect HostConfig.Memory',
    ({ limits }) => optionalBytes(limits.memoryBytes),
    ({ HostConfig }) => optionalBytes(HostConfig.Memory || null),
  ),
  reading(
    'container.memory-ceiling',
    'bytes',
    'memory limit, or the memory of the machine without one,',
    'docker inspect HostConfig.Memory, /proc/meminfo MemTotal',
    ({ limits }, { machine }) => optionalBytes(limits.memoryBytes ?? machine?.memory.totalBytes),
    ({ HostConfig }) => number(HostConfig.Memory || totalmem(), 'bytes'),
  ),
  reading(
    'container.swap-allowance',
    'bytes',
    'swap allowance',
    'docker inspect HostConfig.MemorySwap − HostConfig.Memory',
    swapAllowance,
    ({ HostConfig: { Memory = 0, MemorySwap = 0 } }) =>
      swapBeside(Memory || null, MemorySwap === 0 ? null : MemorySwap),
  ),
  reading(
    'container.memory-working-set',
    'bytes',
    'memory working set',
    'cgroup usage − inactive_file',
    ({ usage }) => optionalBytes(usage?.memoryWorkingSetBytes),
    async (_container, look) => optionalBytes(await look.workingSet()),
  ),
  reading(
    'container.memory-used-ratio',
    'ratio',
    'share of the memory limit in use',
    'working set / HostConfig.Memory',
    ({ usage, limits }) =>
      usage && limits.memoryBytes ? number(usage.memoryWorkingSetBytes / limits.memoryBytes, 'ratio') : null,
    async ({ HostConfig }, look) => {
      const workingSet = await look.workingSet()
      return workingSet !== null && HostConfig.Memory ? number(workingSet / HostConfig.Memory, 'ratio') : null
    },
  ),
]
