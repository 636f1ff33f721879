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

/** Set a PostgreSQL parameter. `value` is written as PostgreSQL reads it: `256MB`, `5min`, `on`. */
export const setParameter = (name: string, value: string): Fix => ({
  kind: 'command',
  title: `Set ${name} to ${value}`,
  command: 'postgres.set-parameter',
  parameters: { name, value },
})
