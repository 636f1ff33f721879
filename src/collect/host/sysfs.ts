import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Gap } from '../../model/gap.ts'
import { errorCode } from '../collector.ts'

/** A /sys that this user may not look into shows no disk at all: without a word that would read as a machine without. */
export function gapsOfSysfs(sysfs: string): Gap[] {
  const folder = join(sysfs, 'block')
  try {
    readdirSync(folder)
    return []
  } catch (error) {
    const code = errorCode(error)
    // A machine without the folder has no disks, which is no fault.
    if (code !== 'EACCES' && code !== 'EPERM') return []
    return [
      {
        kind: 'failed',
        source: 'host',
        missing: 'disks, speeds of network interfaces and temperatures',
        reason: `${folder} may not be read (${code})`,
        remedy: 'Let the user that perfbot runs as read it, or correct collect.paths in config/perfbot.yaml',
      },
    ]
  }
}
