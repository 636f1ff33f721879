import { formatRatio, formatSeconds } from '../../model/format.ts'
import type { DiskReading } from '../../model/host-devices.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { manual } from '../fixes.ts'
import { minutes, unlessHeld } from '../history.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { machine, partsOf } from '../subjects.ts'
import type { Thresholds } from '../thresholds.ts'

const disks = (context: Context) =>
  partsOf(
    machine(context),
    (reading) => reading.disks,
    ({ device }) => device,
  )

const diskIn = (snapshot: Snapshot, device: string): DiskReading | undefined =>
  snapshot.machine?.disks.find((disk) => disk.device === device)

/** The slower direction of those that did enough for a mean to say something; null of one that did too little. */
function awaitOf({ reads, writes, readAwait, writeAwait }: DiskReading, least: number): number | null {
  const times = [(reads ?? 0) >= least ? readAwait : null, (writes ?? 0) >= least ? writeAwait : null].filter(
    (time) => time !== null,
  )
  return times.length === 0 ? null : Math.max(...times)
}

const isSlow = (disk: DiskReading, { diskOperations, ...most }: Thresholds): boolean | null => {
  const time = awaitOf(disk, diskOperations)
  if (time === null) return disk.reads === null || disk.writes === null ? null : false
  return time > (disk.rotational === false ? most.diskAwaitFlash : most.diskAwaitRotational)
}

export const diskSlow = rule({
  id: 'host-disk-latency',
  about: 'host',
  looksAt: 'how long an operation of a disk takes, for five minutes',
  subjects: disks,
  check(disk, context): Verdict {
    const { thresholds } = context
    const slow = isSlow(disk, thresholds)
    if (slow === null) return { couldNotLook: 'its operations are not counted yet' }
    if (!slow) return 'passed'
    const verdict = unlessHeld(context, minutes(5), (past) => {
      const before = diskIn(past, disk.device)
      return before ? isSlow(before, thresholds) : null
    })
    if (verdict) return verdict
    const time = awaitOf(disk, thresholds.diskOperations) ?? 0
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `An operation of ${disk.device} takes ${formatSeconds(time)}`,
      impact: 'Each read that is not cached and each commit waits for so long.',
      rootCause:
        (disk.queueLength ?? 0) > 2
          ? 'More is asked of it than it can do, and operations queue.'
          : 'It is slow although little waits: a failing disk, a throttled volume, or slow storage behind it.',
      evidence: [
        figure('time of an operation', time, 'seconds', '/proc/diskstats'),
        figure('operations', (disk.reads ?? 0) + (disk.writes ?? 0), 'per_second', '/proc/diskstats'),
        figure('queue', disk.queueLength ?? 0, 'count', '/proc/diskstats'),
        observed(context)(
          'kind',
          disk.rotational === false ? 'solid state' : 'rotational or unknown',
          '/sys/block/*/queue/rotational',
        ),
      ],
      fixes: [manual('See who uses it and how it is', `iotop -oPa; smartctl -a /dev/${disk.device}`)],
    }
  },
})

const isFull = ({ utilisation, queueLength }: DiskReading, { diskBusy, diskQueue }: Thresholds) =>
  utilisation === null || queueLength === null ? null : utilisation > diskBusy && queueLength > diskQueue

export const diskSaturated = rule({
  id: 'host-disk-saturated',
  about: 'host',
  looksAt: 'utilisation and queue of a disk, for five minutes',
  subjects: disks,
  check(disk, context): Verdict {
    const full = isFull(disk, context.thresholds)
    if (full === null) return { couldNotLook: 'its use is not counted yet' }
    // Utilisation alone says little of a device that serves many at once.
    if (!full) return 'passed'
    const verdict = unlessHeld(context, minutes(5), (past) => {
      const before = diskIn(past, disk.device)
      return before ? isFull(before, context.thresholds) : null
    })
    if (verdict) return verdict
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${disk.device} is busy all the time and operations queue`,
      impact: 'Everything that reads or writes waits its turn.',
      rootCause: 'More is asked of the disk than it can do.',
      evidence: [
        figure('utilisation', disk.utilisation ?? 0, 'ratio', '/proc/diskstats'),
        figure('queue', disk.queueLength ?? 0, 'count', '/proc/diskstats'),
        figure('read', disk.readBytes ?? 0, 'bytes_per_second', '/proc/diskstats'),
        figure('written', disk.writtenBytes ?? 0, 'bytes_per_second', '/proc/diskstats'),
      ],
      fixes: [manual('Find who uses it', 'iotop -oPa, or: grep -H _bytes /proc/[0-9]*/io')],
    }
  },
})

const raids = (context: Context) =>
  partsOf(
    machine(context),
    (reading) => reading.raids,
    ({ name }) => name,
  )

export const raidDegraded = rule({
  id: 'host-raid-degraded',
  about: 'host',
  looksAt: 'devices of a software RAID',
  subjects: raids,
  check({ name, active, devices, devicesWorking, failed, activity }, context): Verdict {
    const wasActive = context.history.recent.some((past) =>
      past.machine?.raids.some((before) => before.name === name && before.active),
    )
    // Those of Intel's firmware are never active themselves: only one that was has stopped.
    if (!active && !wasActive)
      return { couldNotLook: 'it is not running, and never was while perfbot looked' }
    const stopped = !active
    if (devicesWorking >= devices && failed.length === 0 && !stopped) return 'passed'
    const figure = measured(context)
    const rebuilding = activity?.kind === 'recovery'
    return {
      severity: stopped ? 'critical' : 'high',
      title: stopped
        ? `RAID ${name} is stopped`
        : `RAID ${name} runs with ${devicesWorking} of ${devices} devices${rebuilding ? ' and is being rebuilt' : ''}`,
      impact: stopped
        ? 'What is on it cannot be reached.'
        : 'The next disk that fails may take the data along.',
      rootCause: failed.length > 0 ? `${failed.join(', ')} failed.` : 'A device is missing.',
      evidence: [
        figure('devices working', devicesWorking, 'count', '/proc/mdstat'),
        figure('devices', devices, 'count', '/proc/mdstat'),
        ...(activity?.done == null ? [] : [figure(activity.kind, activity.done, 'ratio', '/proc/mdstat')]),
      ],
      fixes: [
        manual(
          'Replace the device',
          `mdadm --detail /dev/${name}; mdadm /dev/${name} --remove failed; mdadm /dev/${name} --add <new device>`,
        ),
      ],
    }
  },
})

export const raidBusy = rule({
  id: 'host-raid-activity',
  about: 'host',
  looksAt: 'whether a software RAID is being checked or reshaped',
  subjects: raids,
  check({ name, activity }, context): Verdict {
    // A recovery is the business of the rule above.
    if (!activity || activity.kind === 'recovery' || activity.done === null) return 'passed'
    return {
      severity: 'low',
      title: `RAID ${name}: ${activity.kind} is ${formatRatio(activity.done)} done`,
      impact: 'Its disks are slower until it is.',
      rootCause: 'It was due, or somebody started it.',
      evidence: [measured(context)(activity.kind, activity.done, 'ratio', '/proc/mdstat')],
      fixes: [manual('Slow it down when it hurts', 'sysctl -w dev.raid.speed_limit_max=20000')],
    }
  },
})
