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

/** Remembers the mounts that do not answer, and does not ask them again before they have. */
export function filesystemReader(): FilesystemReader {
  const stuck = new Set<string>()
  return async () => {
    const mounts = parseMounts(await readFile('/proc/mounts', 'utf8'))
    const gaps: Gap[] = []
    const filesystems = await Promise.all(
      mounts.map(async (mount) => {
        try {
          return await readFilesystem(mount, stuck)
        } catch (error) {
          // Unmounted in the meantime, or in a place that this user may not enter (another's FUSE).
          if (['ENOENT', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return null
          gaps.push(gapOfMount(mount, error))
          return null
        }
      }),
    )
    return { filesystems: filesystems.filter((filesystem) => filesystem !== null), gaps }
  }
}

async function readFilesystem(mount: Mount, stuck: Set<string>): Promise<Filesystem | null> {
  const { mountPoint } = mount
  if (stuck.has(mountPoint) || (mount.remote && stuck.size >= MOST_STUCK)) {
    throw new Error('has not answered for a while')
  }
  const asked = statfs(mountPoint)
  stuck.add(mountPoint)
  const answered = () => stuck.delete(mountPoint)
  asked.then(answered, answered)
  const stats = await withDeadline(() => asked, STATFS_LIMIT)
  if (stats.blocks === 0) return null
  return {
    mountPoint,
    device: mount.device,
    type: mount.type,
    sizeBytes: bytes(stats.blocks * stats.bsize),
    availableBytes: bytes(stats.bavail * stats.bsize),
    inodes: stats.files > 0 ? stats.files : null,
    inodesFree: stats.files > 0 ? stats.ffree : null,
    readOnly: mount.readOnly,
  }
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
