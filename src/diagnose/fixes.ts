import type { ContainerReading } from '../model/container-reading.ts'
import type { Fix } from '../model/finding.ts'
import { formatBytes } from '../model/format.ts'
import { type Bytes, bytes } from '../model/units.ts'

/** Something for a person to do: exact text, no button. */
export const manual = (title: string, change: string): Fix => ({ kind: 'manual', title, change })

const MEBIBYTE = 1024 ** 2

/** Steps of 16 MiB up to 1 GiB and of 64 MiB above: limits that look as if a person had set them. */
function roundLimit(value: number): Bytes {
  const step = (value > 1024 * MEBIBYTE ? 64 : 16) * MEBIBYTE
  return bytes(Math.ceil(value / step) * step)
}

/** What was needed, with headroom above it; never less than was once used. */
export const memoryFor = (needed: number, highestUse: number, headroom: number): Bytes =>
  roundLimit(Math.max(needed * headroom, highestUse * 1.1))

export const setMemoryLimit = (container: ContainerReading, memory: Bytes): Fix => ({
  kind: 'command',
  title: `Set the memory limit of ${container.name} to ${formatBytes(memory)}`,
  command: 'container.set-memory-limit',
  parameters: { memory },
})

/** Raise a container's memory limit to the highest use seen plus headroom. */
export function raiseMemoryLimit(container: ContainerReading, highestUse: number, headroom: number): Fix {
  const memory = roundLimit(highestUse * headroom)
  return {
    kind: 'command',
    title: `Raise the memory limit of ${container.name} to ${formatBytes(memory)}`,
    command: 'container.set-memory-limit',
    parameters: { memory },
  }
}

export const restartContainer = (container: ContainerReading): Fix => ({
  kind: 'command',
  title: `Restart ${container.name}`,
  command: 'container.restart',
  parameters: {},
})

/** Ends a crash loop until its cause is mended. */
export const stopContainer = (container: ContainerReading): Fix => ({
  kind: 'command',
  title: `Stop ${container.name} until its cause is mended`,
  command: 'container.stop',
  parameters: {},
})

export const setCpuLimit = (container: ContainerReading, cpus: number): Fix => ({
  kind: 'command',
  title: `Set the CPU limit of ${container.name} to ${cpus}`,
  command: 'container.set-cpu-limit',
  parameters: { cpus },
})

/** A Python package that the image lacks, built into it. */
export const addPackage = (container: ContainerReading, name: string): Fix => ({
  kind: 'command',
  title: `Add ${name} to the image of ${container.name}`,
  command: 'container.add-package',
  parameters: { installer: 'pip', package: name },
})

const WEEK_HOURS = 168

export const pruneImages = (engine: string): Fix => ({
  kind: 'command',
  title: 'Remove images that no container has used and that are older than a week',
  command: 'docker.prune-images',
  parameters: { engine, olderThanHours: WEEK_HOURS },
})

export const terminateSession = (pid: number): Fix => ({
  kind: 'command',
  title: `End session ${pid}`,
  command: 'postgres.terminate-session',
  parameters: { pid },
})

/** Set a PostgreSQL parameter. `value` is written as PostgreSQL reads it: `256MB`, `5min`, `on`. */
export const setParameter = (name: string, value: string): Fix => ({
  kind: 'command',
  title: `Set ${name} to ${value}`,
  command: 'postgres.set-parameter',
  parameters: { name, value },
})
