export type Mount = {
  device: string
  mountPoint: string
  type: string
  readOnly: boolean
  /** Mounted to be written, and the file system itself refuses. */
  turnedReadOnly: boolean
  /** Served by another machine, which can be gone: asking about it may never end. */
  remote: boolean
}

/** Read-only images: always full, and nobody's concern. */
const IMAGES = new Set(['squashfs', 'iso9660', 'erofs', 'udf', 'cramfs'])

const REMOTE = new Set([
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  'ceph',
  'lustre',
  'glusterfs',
  'fuse.glusterfs',
  'fuse.sshfs',
  'fuse.s3fs',
  'fuse.rclone',
  '9p',
])

/** Real without a device of their own under /dev. */
const POOLED = new Set(['zfs', 'bcachefs', 'virtiofs'])

/**
 * The file systems of /proc/PID/mountinfo that hold files of somebody: on a device, a pool or a server. One device
 * mounted several times (bind mounts, Btrfs subvolumes) counts once, at its shortest path.
 */
export function parseMounts(text: string): Mount[] {
  const byDevice = new Map<string, Mount>()
  for (const mount of text.split('\n').flatMap(parseMount).filter(isReal)) {
    const known = byDevice.get(mount.device)
    if (!known || mount.mountPoint.length < known.mountPoint.length) byDevice.set(mount.device, mount)
  }
  return [...byDevice.values()]
}

/** Where anything at all is mounted. */
export const parseMountPoints = (text: string): Set<string> =>
  new Set(text.split('\n').flatMap((line) => unescapeOctal(line.split(' ', 5)[4] ?? '') || []))

/**
 * `26 1 254:0 / /data rw,relatime shared:1 - ext4 /dev/vda rw,errors=remount-ro`: before the dash how it is mounted
 * here, after it the file system itself. Only where the two differ has it turned.
 */
function parseMount(line: string): Mount[] {
  const [mounted = '', filesystem = ''] = line.split(' - ', 2)
  const [, , , , mountPoint, mountOptions] = mounted.split(' ').map(unescapeOctal)
  const [type, device, ownOptions = ''] = filesystem.split(' ').map(unescapeOctal)
  if (mountPoint === undefined || mountOptions === undefined || type === undefined || device === undefined)
    return []
  const isMountedReadOnly = mountOptions.split(',').includes('ro')
  const refusesWrites = ownOptions.split(',').some((option) => REFUSES_WRITES.has(option))
  return [
    {
      device,
      mountPoint,
      type,
      readOnly: isMountedReadOnly || refusesWrites,
      turnedReadOnly: refusesWrites && !isMountedReadOnly,
      remote: REMOTE.has(type),
    },
  ]
}

/** ext4 stays `rw` after an error since Linux 6.15, and says it by one of the other two. */
const REFUSES_WRITES = new Set(['ro', 'emergency_ro', 'shutdown'])

/** Space, tab, newline and backslash stand there as `\040` and the like. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

function isReal({ device, mountPoint, type, remote }: Mount): boolean {
  if (IMAGES.has(type)) return false
  // Inside a container the root is an overlay: all the disk that perfbot can see.
  if (mountPoint === '/') return true
  return device.startsWith('/dev/') || remote || POOLED.has(type)
}
