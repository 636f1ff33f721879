export type Mount = {
  device: string
  mountPoint: string
  type: string
  readOnly: boolean
  /** Served by another machine, which can be gone: asking about it may never end. */
  remote: boolean
}

/** Read-only images: always full, and nobody's concern. */
const IMAGES = new Set(['squashfs', 'iso9660', 'erofs', 'udf'])

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
 * The file systems of /proc/mounts that hold files of somebody: on a device, a pool or a server. One device
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

function parseMount(line: string): Mount[] {
  const [device, mountPoint, type, options] = line.split(' ').map(unescapeOctal)
  if (device === undefined || mountPoint === undefined || type === undefined) return []
  return [
    {
      device,
      mountPoint,
      type,
      readOnly: options?.split(',').includes('ro') ?? false,
      remote: REMOTE.has(type),
    },
  ]
}

/** Space, tab, newline and backslash stand in /proc/mounts as `\040` and the like. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

function isReal({ device, mountPoint, type, remote }: Mount): boolean {
  if (IMAGES.has(type)) return false
  // Inside a container the root is an overlay: all the disk that perfbot can see.
  if (mountPoint === '/') return true
  return device.startsWith('/dev/') || remote || POOLED.has(type)
}
