import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SystemPaths } from '../system-paths.ts'
import { readKernelFile } from './kernel-files.ts'

/** Where the files of one container's cgroup are. */
export type CgroupLocation =
  | { readonly version: 'v2'; readonly directory: string }
  | {
      readonly version: 'v1'
      /** Of each controller that this machine has: cpu, cpuacct, memory, pids, blkio. */
      readonly directories: Readonly<Partial<Record<Controller, string>>>
      /** Beside them on a hybrid system: it has no controllers, but may state the pressure. */
      readonly unified: string | null
    }

const CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'pids', 'blkio'] as const
type Controller = (typeof CONTROLLERS)[number]

/** A mounted hierarchy: which part of it (`root`) is seen where. */
type Hierarchy = {
  readonly controllers: readonly string[]
  readonly root: string
  readonly mountPoint: string
}

/**
 * The cgroup of a container from the lines of its init's /proc/PID/cgroup, whatever driver made it: cgroupfs
 * (`/docker/ID`), systemd (`/system.slice/docker-ID.scope`), rootless (`/user.slice/…/docker-ID.scope`), Podman
 * (`/machine.slice/libpod-ID.scope/container`). Null when it does not name the container: the process number is of
 * another machine, or the path is cut by a cgroup namespace.
 */
export function locateByProcess(paths: SystemPaths, containerId: string, pid: number): CgroupLocation | null {
  const cgroups = pid > 0 ? readKernelFile(join(paths.procfs, String(pid), 'cgroup')) : null
  if (!cgroups?.includes(containerId)) return null
  const lines = cgroups.split('\n').flatMap((line) => {
    const [, controllers, ...path] = line.split(':')
    const own = upToContainer(path.join(':'), containerId)
    return controllers === undefined || own === null
      ? []
      : [{ controllers: controllers.split(','), path: own }]
  })
  const hierarchies = mountedHierarchies(paths)
  return locationOf((controller) => {
    const line = lines.find(({ controllers }) => controllers.includes(controller ?? ''))
    return line ? directoriesOf(paths, hierarchies, line, controller) : []
  })
}

/** Up to the part that names the container: its limits stand there, whatever its init has made below. */
function upToContainer(path: string, containerId: string): string | null {
  const start = path.indexOf(containerId)
  if (start === -1) return null
  const end = path.indexOf('/', start)
  return end === -1 ? path : path.slice(0, end)
}

function locationOf(candidates: (controller: Controller | null) => readonly string[]): CgroupLocation | null {
  const found = (controller: Controller | null): string | null =>
    candidates(controller).find((directory) => existsSync(directory)) ?? null
  const memory = found('memory')
  const unified = found(null)
  if (memory === null) {
    return unified !== null && existsSync(join(unified, 'memory.current'))
      ? { version: 'v2', directory: unified }
      : null
  }
  // `memory` with memory.current is a folder of that name in a v2 tree, no controller.
  if (!existsSync(join(memory, 'memory.usage_in_bytes'))) return null
  const directories: Partial<Record<Controller, string>> = {}
  for (const controller of CONTROLLERS) {
    const directory = found(controller)
    if (directory !== null) directories[controller] = directory
  }
  return directories.cpuacct === undefined ? null : { version: 'v1', directories, unified }
}

/** Where a path of /proc/PID/cgroup may be seen, the likeliest first. */
function directoriesOf(
  paths: SystemPaths,
  hierarchies: readonly Hierarchy[],
  line: { controllers: readonly string[]; path: string },
  controller: Controller | null,
): string[] {
  const mounted = hierarchies.filter(({ controllers }) =>
    controller === null ? controllers.length === 0 : controllers.includes(controller),
  )
  const top = join(paths.sysfs, 'fs/cgroup')
  const usual =
    controller === null
      ? [top, join(top, 'unified')]
      : [join(top, line.controllers.join(',')), join(top, controller)]
  return [
    ...mounted.flatMap(({ root, mountPoint }) =>
      root === '/' || line.path.startsWith(`${root}/`)
        ? [join(mountPoint, root === '/' ? line.path : line.path.slice(root.length))]
        : [],
    ),
    ...usual.map((directory) => join(directory, line.path)),
  ]
}

/** The cgroup mounts under `sysfs`, as perfbot itself sees them: in a container the root may be its own cgroup. */
function mountedHierarchies({ sysfs }: SystemPaths): Hierarchy[] {
  const top = join(sysfs, 'fs/cgroup')
  const mountInfo = readKernelFile('/proc/self/mountinfo') ?? ''
  return mountInfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root = '/', mountPoint = ''] = before.split(' ')
    const [type, , superOptions = ''] = after.split(' ')
    if (!mountPoint.startsWith(top) || (type !== 'cgroup' && type !== 'cgroup2')) return []
    const controllers = type === 'cgroup2' ? [] : superOptions.split(',')
    return [{ controllers, root, mountPoint }]
  })
}

const DEEPEST = 8
const MOST_DIRECTORIES = 20_000

/**
 * All cgroups that are named after a container, by its id: for perfbot in a container of its own that sees the host's
 * cgroup tree but not its processes, or through a namespace that hides the beginning of each path.
 */
export async function cgroupsByName(paths: SystemPaths): Promise<Map<string, CgroupLocation>> {
  const top = join(paths.sysfs, 'fs/cgroup')
  const isV1 = existsSync(join(top, 'memory/memory.usage_in_bytes'))
  const found = new Map<string, CgroupLocation>()
  let level = ['']
  let seen = 0
  for (let depth = 0; depth < DEEPEST && level.length > 0 && seen < MOST_DIRECTORIES; depth++) {
    const next: string[] = []
    for (const parent of level) {
      for (const name of await directoriesIn(join(top, isV1 ? 'memory' : '', parent))) {
        seen++
        const id = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/.exec(name)?.[0]
        const path = `${parent}/${name}`
        if (id === undefined) next.push(path)
        const location =
          id === undefined
            ? null
            : locationOf((controller) => [join(top, controller ?? (isV1 ? 'unified' : ''), path)])
        if (id !== undefined && location !== null) found.set(id, location)
      }
    }
    level = next
  }
  return found
}

async function directoriesIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  } catch {
    // Not for this user, or gone meanwhile: nothing can be read there.
    return []
  }
}
