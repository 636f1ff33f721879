import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GpuProcess } from '../../model/gpu-reading.ts'
import { redact } from '../../model/redact.ts'
import { containerIdOf } from '../container-of-process.ts'

/** A process as the driver lists it. */
export type ListedProcess = Omit<GpuProcess, 'containerId'>

/** A snapshot keeps the largest; a machine with more is a display wall or a fork bomb. */
const MOST_PROCESSES = 50

/**
 * Adds what the machine knows of them: the container, and the name as in `top`, for the driver's may be a whole command
 * line. One after another: there are few, and /proc answers from memory.
 */
export async function lookUpProcesses(
  listed: readonly ListedProcess[],
  procfs: string,
): Promise<GpuProcess[]> {
  const largest = listed
    .toSorted((left, right) => (right.memoryBytes ?? 0) - (left.memoryBytes ?? 0))
    .slice(0, MOST_PROCESSES)
  const processes: GpuProcess[] = []
  for (const process of largest) {
    const [name, cgroups] = [
      await textOf(join(procfs, String(process.pid), 'comm')),
      await textOf(join(procfs, String(process.pid), 'cgroup')),
    ]
    processes.push({
      ...process,
      name: nameOf(name) ?? nameOf(process.name),
      containerId: cgroups === null ? null : containerIdOf(cgroups),
    })
  }
  return processes
}

const nameOf = (name: string | null): string | null => (name?.trim() ? redact(name.trim()) : null)

/** Null for a process that has ended, or that is not seen from here. */
const textOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)
