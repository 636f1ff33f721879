import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Gap } from '../../model/gap.ts'
import type { Filesystem } from '../../model/host-reading.ts'
import { bytes, seconds } from '../../model/units.ts'
import { errorCode, messageOf } from '../collector.ts'
import { DeadlineExceeded, withDeadline } from '../deadline.ts'
import { machineProcess, type SystemPaths } from '../system-paths.ts'
import { requiredFile } from './kernel-file.ts'
import { type Mount, parseMountPoints, parseMounts } from './mounts.ts'

const STATFS_LIMIT = seconds(2)

/**
 * A statfs on a dead server never returns, and keeps one of the four threads that all of Node's file access
 * shares: with all of them gone nothing could be read any more.
 */
const MOST_STUCK = 2

export type FilesystemReader = () => Promise<{ filesystems: Filesystem[]; gaps: Gap[] }>

/** Remembers the mounts that were late to answer, and does not ask them again before they have. */
export function filesystemReader({ procfs, rootfs }: SystemPaths): FilesystemReader {
  const late = new Set<string>()
  return async () => {
    const mounts = parseMounts(requiredFile(`${machineProcess(procfs)}/mountinfo`))
    const { seen, unseen } = visible(mounts, rootfs)
    const gaps: Gap[] = unseen.map((mount) => gapOfUnseen(mount, rootfs))
    const read = async (mount: Mount): Promise<Filesystem[]> => {
      try {
        return await readFilesystem(mount, rootfs, late)
      } catch (error) {
        // Unmounted in the meantime, or in a place that this user may not enter (another's FUSE).
        if (!['ENOENT', 'EACCES', 'EPERM'].includes(errorCode(error) ?? ''))
          gaps.push(gapOfMount(mount, error))
        return []
      }
    }
    const local = await Promise.all(seen.filter(({ remote }) => !remote).map(read))
    // One after the other, so that it is known how many do not answer before the next is asked.
    const remote: Filesystem[] = []
    for (const mount of seen.filter((each) => each.remote)) remote.push(...(await read(mount)))
    return { filesystems: [...local.flat(), ...remote], gaps }
  }
}

/**
 * Under another root only what is mounted there too can be asked about: what was mounted on the machine after perfbot's
 * container had started may be an empty folder here, which would answer with the numbers of the root.
 */
function visible(mounts: readonly Mount[], rootfs: string): { seen: Mount[]; unseen: Mount[] } {
  if (rootfs === '/') return { seen: [...mounts], unseen: [] }
  const here = parseMountPoints(requiredFile('/proc/self/mountinfo'))
  const groups = Object.groupBy(mounts, ({ mountPoint }) =>
    here.has(underRoot(rootfs, mountPoint)) ? 'seen' : 'unseen',
  )
  return { seen: groups.seen ?? [], unseen: groups.unseen ?? [] }
}

const underRoot = (rootfs: string, path: string): string => join(rootfs, path).replace(/(?<=.)\/$/, '')

async function readFilesystem(mount: Mount, rootfs: string, late: Set<string>): Promise<Filesystem[]> {
  const { mountPoint } = mount
  if (late.has(mountPoint) || (mount.remote && late.size >= MOST_STUCK)) {
    throw new Error('has not answered for a while')
  }
  const asked = statfs(underRoot(rootfs, mountPoint))
  const answered = () => late.delete(mountPoint)
  asked.then(answered, answered)
  const stats = await withDeadline(() => asked, STATFS_LIMIT).catch((error: unknown) => {
    if (error instanceof DeadlineExceeded) late.add(mountPoint)
    throw error
  })
  if (stats.blocks === 0) return []
  const filesystem: Filesystem = {
    mountPoint,
    device: mount.device,
    type: mount.type,
    sizeBytes: bytes(stats.blocks * stats.bsize),
    availableBytes: bytes(stats.bavail * stats.bsize),
    freeBytes: bytes(stats.bfree * stats.bsize),
    inodes: stats.files > 0 ? stats.files : null,
    inodesFree: stats.files > 0 ? stats.ffree : null,
    readOnly: mount.readOnly,
    turnedReadOnly: mount.turnedReadOnly,
  }
  return [filesystem]
}

function gapOfMount({ mountPoint, device, type }: Mount, error: unknown): Gap {
  const reason = error instanceof DeadlineExceeded ? error.message : messageOf(error)
  return {
    kind: 'failed',
    source: 'host',
    missing: `file system ${mountPoint}`,
    reason: `${mountPoint} (${type}, ${device}) ${reason}`,
    remedy: `Check the server or device behind it, or detach it: umount -l ${mountPoint}`,
  }
}

const gapOfUnseen = ({ mountPoint, device, type }: Mount, rootfs: string): Gap => ({
  kind: 'failed',
  source: 'host',
  missing: `file system ${mountPoint}`,
  reason: `${mountPoint} (${type}, ${device}) is not mounted under ${rootfs}, where perfbot sees the machine`,
  remedy: `Give perfbot's container the machine's root with what is mounted later: -v /:${rootfs}:ro,rslave`,
})
