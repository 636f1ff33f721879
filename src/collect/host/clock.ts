import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { ClockReading } from '../../model/host-reading.ts'
import { type Timestamp, timestamp } from '../../model/units.ts'
import { errorCode } from '../collector.ts'
import type { SystemPaths } from '../system-paths.ts'
import { kernelFile } from './kernel-file.ts'

type Keeper = NonNullable<ClockReading['keeper']>

/** By their names in /proc, which cuts them after 15 characters. */
const KEEPERS: Readonly<Record<string, Keeper>> = {
  'systemd-timesyn': 'systemd-timesyncd',
  chronyd: 'chronyd',
  ntpd: 'ntpd',
}

/**
 * Touched when the clock was set right: timesyncd's at each answer of a server (systemd-timesyncd.service(8); its
 * other file, `clock`, is touched without one), the drifts about once an hour.
 */
const TOUCHED: Readonly<Record<Keeper, readonly string[]>> = {
  'systemd-timesyncd': ['run/systemd/timesync/synchronized'],
  chronyd: ['var/lib/chrony/chrony.drift', 'var/lib/chrony/drift'],
  ntpd: ['var/lib/ntpsec/ntp.drift', 'var/lib/ntp/ntp.drift', 'var/lib/ntp/drift'],
}

export function readClock(
  { sysfs, rootfs }: SystemPaths,
  processes: readonly { name: string }[],
): ClockReading {
  const keeper = processes.map(({ name }) => KEEPERS[name]).find((each) => each !== undefined) ?? null
  const source = kernelFile(`${sysfs}/devices/system/clocksource/clocksource0/current_clocksource`)
  const changes = keeper ? TOUCHED[keeper].map((file) => changeOf(join(rootfs, file))) : []
  const last =
    changes.find((change): change is Timestamp => change !== 'none' && change !== 'unknown') ?? null
  return {
    source: source?.trim() || null,
    keeper,
    // A drift of long ago says nothing of today; timesyncd's mark lies in /run, and so is of this boot.
    synchronised: keeper === 'systemd-timesyncd' && !changes.includes('unknown') ? last !== null : null,
    lastSynchronisedAt: last,
  }
}

function changeOf(path: string): Timestamp | 'none' | 'unknown' {
  try {
    return timestamp(statSync(path).mtime)
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'none' : 'unknown'
  }
}
