import { readFile, statfs } from 'node:fs/promises'
import type { Gap } from '../../model/gap.ts'
import type { Filesystem } from '../../model/host-reading.ts'
import { bytes, seconds } from '../../model/units.ts'
import { errorCode, messageOf } from '../collector.ts'
import { DeadlineExceeded, withDeadline } from '../deadline.ts'
import { type Mount, parseMounts } from './mounts.ts'

const STATFS_LIMIT = seconds(2)

/**
 * A statfs on a dead server never returns, and keeps one of the four threads that all of Node's file access
 * shares: with all of them gone nothing could be read any more.
 */
const MOST_STUCK = 2

export type FilesystemReader = () => Promise<{ filesystems: Filesystem[]; gaps: Gap[] }>

/** Remembers the mounts that were late to answer, and does not ask them again before they have. */
export function filesystemReader(): FilesystemReader {
  const late = new Set<string>()
  return async () => {
    const mounts = parseMounts(await readFile('/proc/mounts', 'utf8'))
    const gaps: Gap[] = []
    const read = async (mount: Mount): Promise<Filesystem[]> => {
      try {
        return await readFilesystem(mount, late)
      } catch (error) {
        // Unmounted in the meantime, or in a place that this user may not enter (another's FUSE).
        if (!['ENOENT', 'EACCES', 'EPERM'].includes(errorCode(error) ?? ''))
          gaps.push(gapOfMount(mount, error))
        return []
      }
    }
    const local = await Promise.all(mounts.filter(({ remote }) => !remote).map(read))
    // One after the other, so that it is known how many do not answer before the next is asked.
    const remote: Filesystem[] = []
    for (const mount of mounts.filter((each) => each.remote)) remote.push(...(await read(mount)))
    return { filesystems: [...local.flat(), ...remote], gaps }
  }
}

async function readFilesystem(mount: Mount, late: Set<string>): Promise<Filesystem[]> {
  const { mountPoint } = mount
  if (late.has(mountPoint) || (mount.remote && late.size >= MOST_STUCK)) {
    throw new Error('has not answered for a while')
  }
  const asked = statfs(mountPoint)
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
    inodes: stats.files > 0 ? stats.files : null,
    inodesFree: stats.files > 0 ? stats.ffree : null,
    readOnly: mount.readOnly,
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
