import type { Evidence } from '../../model/evidence.ts'
import { formatBytes, formatRatio } from '../../model/format.ts'
import type { Filesystem } from '../../model/host-reading.ts'
import { manual, pruneImages } from '../fixes.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { machine, partsOf } from '../subjects.ts'

const filesystems = (context: Context) =>
  partsOf(
    machine(context),
    (reading) => reading.filesystems,
    (filesystem) => filesystem.mountPoint,
  )

export const diskSpace = rule({
  id: 'host-disk-space',
  about: 'host',
  looksAt: 'space available to unprivileged processes',
  subjects: filesystems,
  check(filesystem, context): Verdict {
    const { thresholds } = context
    if (filesystem.readOnly || filesystem.sizeBytes === 0) return 'passed'
    const available = filesystem.availableBytes / filesystem.sizeBytes
    const short =
      available < thresholds.diskAvailable && filesystem.availableBytes < thresholds.diskAvailableBytes
    if (!short) return 'passed'
    const figure = measured(context)
    const engines = [...new Set(context.snapshot.containers.map(({ engine }) => engine))]
    const critical = available < thresholds.diskAvailableCritical
    return {
      severity: critical ? 'critical' : 'high',
      title: `${filesystem.mountPoint} has ${formatBytes(filesystem.availableBytes)} left (${formatRatio(available)})`,
      impact: 'When it is full, databases stop, containers fail to start and logs are lost.',
      rootCause: `${formatBytes(filesystem.sizeBytes - filesystem.availableBytes)} of ${formatBytes(filesystem.sizeBytes)} on ${filesystem.device} are taken.`,
      evidence: [
        figure(
          `available on ${filesystem.mountPoint}`,
          filesystem.availableBytes,
          'bytes',
          'statfs f_bavail',
        ),
        figure(`size of ${filesystem.mountPoint}`, filesystem.sizeBytes, 'bytes', 'statfs f_blocks'),
      ],
      fixes: [
        manual(
          'Find what takes the space',
          `du -xh --max-depth=2 ${filesystem.mountPoint} | sort -h | tail -20`,
        ),
        ...engines.map(pruneImages),
        manual('Remove the build cache', 'docker system df, then: docker builder prune --filter until=168h'),
      ],
    }
  },
})

export const inodes = rule({
  id: 'host-inodes',
  about: 'host',
  looksAt: 'free inodes',
  subjects: filesystems,
  check(filesystem, context): Verdict {
    if (filesystem.inodes === null || filesystem.inodesFree === null || filesystem.inodes === 0)
      return 'passed'
    const free = filesystem.inodesFree / filesystem.inodes
    if (filesystem.readOnly || free >= context.thresholds.inodesFree) return 'passed'
    const figure = measured(context)
    return {
      severity: free < context.thresholds.inodesFree / 2 ? 'critical' : 'high',
      title: `${filesystem.mountPoint} has ${formatRatio(free)} of its inodes left`,
      impact: 'Without inodes no file can be made, however much space is free.',
      rootCause: 'A very large number of small files.',
      evidence: [
        figure('inodes free', filesystem.inodesFree, 'count', 'statfs f_ffree'),
        figure('inodes', filesystem.inodes, 'count', 'statfs f_files'),
      ],
      fixes: [
        manual(
          'Find the folder with the many files',
          `du -x --inodes --max-depth=3 ${filesystem.mountPoint} | sort -n | tail -20`,
        ),
      ],
    }
  },
})

/** Whether `part` is the block device `whole`, or a partition of it: sda1 of sda, nvme0n1p2 of nvme0n1. */
const isPartOf = (part: string, whole: string): boolean =>
  part.startsWith(whole) && (/\d$/.test(whole) ? /^(?:p\d+)?$/ : /^\d*$/).test(part.slice(whole.length))

/** What the kernel said of the device, or of the disk that it is a part of. */
const errorsOf = ({ device }: Filesystem, context: Context): Evidence[] =>
  (context.snapshot.machine?.kernelLog ?? [])
    .filter((event) => 'device' in event && isPartOf(device.replace('/dev/', ''), event.device))
    .slice(-3)
    .map(({ message, at }) => ({ ...observed(context)('kernel log', message, '/dev/kmsg'), at }))

export const filesystemReadOnly = rule({
  id: 'host-fs-readonly',
  about: 'host',
  looksAt: 'file systems that turned read-only',
  subjects: filesystems,
  check(filesystem, context): Verdict {
    const wasWritable = context.history.recent.some((past) =>
      past.machine?.filesystems.some(
        (before) =>
          before.mountPoint === filesystem.mountPoint &&
          before.device === filesystem.device &&
          !before.readOnly,
      ),
    )
    if (!filesystem.turnedReadOnly && !(filesystem.readOnly && wasWritable)) return 'passed'
    return {
      severity: 'critical',
      title: `${filesystem.mountPoint} has become read-only`,
      impact: 'Nothing on it can be written any more.',
      rootCause: `The kernel remounts a file system read-only after an error of ${filesystem.device}.`,
      evidence: [
        observed(context)(
          filesystem.mountPoint,
          filesystem.turnedReadOnly ? 'mounted rw, takes no writes' : 'mounted ro, was rw',
          '/proc/self/mountinfo',
        ),
        ...errorsOf(filesystem, context),
      ],
      fixes: [
        manual(
          'Read the error before remounting',
          `journalctl -k | grep -i '${filesystem.device.replace('/dev/', '')}' | tail`,
        ),
      ],
    }
  },
})
