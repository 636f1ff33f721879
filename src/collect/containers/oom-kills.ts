import { readFile } from 'node:fs/promises'
import { errorCode } from '../collector.ts'

/**
 * OOM kills in the container's cgroup since it was made. The engine's API does not state them, and
 * State.OOMKilled misses children; the kernel's files do, when the engine runs on this very machine:
 * memory.events `oom_kill` (cgroup v2), memory.oom_control `oom_kill` (v1, since Linux 4.13).
 * Null where they cannot be read: a remote engine, or perfbot in a container of its own.
 */
export async function readOomKills(containerId: string, pid: number): Promise<number | null> {
  if (pid <= 0) return null
  try {
    const path = cgroupFileOf(await readFile(`/proc/${pid}/cgroup`, 'utf8'), containerId)
    return path === null ? null : oomKillsIn(await readFile(path, 'utf8'))
  } catch (error) {
    // The container ended meanwhile, or its files are not for this user: nobody's fault, and not known.
    if (['ENOENT', 'EACCES', 'ESRCH', 'ENODEV', 'EPERM'].includes(errorCode(error) ?? '')) return null
    throw error
  }
}

/**
 * The file that counts, from the lines of /proc/PID/cgroup (`4:memory:/docker/ID`, v2 `0::/system.slice/…`).
 * The pid is one of the engine's machine: if the cgroup does not name the container, it is not this machine.
 */
export function cgroupFileOf(cgroups: string, containerId: string): string | null {
  const lines = cgroups.split('\n').map((line) => {
    const [, controllers = '', ...path] = line.split(':')
    return { controllers: controllers.split(','), path: path.join(':') }
  })
  const v1 = lines.find(({ controllers }) => controllers.includes('memory'))
  const group = v1 ?? lines.find(({ controllers }) => controllers[0] === '')
  if (!group?.path.includes(containerId)) return null
  return v1
    ? `/sys/fs/cgroup/memory${group.path}/memory.oom_control`
    : `/sys/fs/cgroup${group.path}/memory.events`
}

export function oomKillsIn(events: string): number | null {
  const match = /^oom_kill (\d+)$/m.exec(events)
  return match ? Number(match[1]) : null
}
