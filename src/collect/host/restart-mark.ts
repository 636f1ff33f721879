import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HostReading } from '../../model/host-reading.ts'

const MARKS = ['run/reboot-required', 'var/run/reboot-required']

/** What puts the mark there after an update: Debian's and Ubuntu's packages. Without one no mark means nothing. */
const MARKERS = [
  'usr/share/update-notifier/notify-reboot-required',
  'etc/kernel/postinst.d/unattended-upgrades',
  'etc/kernel/postinst.d/update-notifier',
]

export function rebootRequired(rootfs: string): HostReading['rebootRequired'] {
  const exists = (path: string) => existsSync(join(rootfs, path))
  if (MARKS.some(exists)) return true
  return MARKERS.some(exists) ? false : null
}
