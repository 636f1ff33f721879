import { formatBytes, formatRatio, formatSeconds } from '../../model/format.ts'
import type { HostReading, ProcessReading } from '../../model/host-reading.ts'
import { manual } from '../fixes.ts'
import { heldFor, minutes, NO_EARLIER_READING } from '../history.ts'
import { containerNamed } from '../oom-kills.ts'
import { type Context, measured, rule } from '../rule.ts'
import { machine } from '../subjects.ts'

const busiest = (reading: HostReading) =>
  [...reading.topProcesses].sort((left, right) => right.cpuCores - left.cpuCores)[0]

/** "ffmpeg", or "ffmpeg in container api". */
const nameOf = ({ name, containerId }: ProcessReading, { snapshot }: Context): string => {
  const container = containerNamed(containerId, snapshot)
  return container === null ? name : `${name} in container ${container}`
}

const largest = (reading: HostReading) =>
  [...reading.topProcesses].sort((left, right) => right.residentBytes - left.residentBytes)[0]

export const cpuSaturated = rule({
  id: 'host-cpu-saturated',
  about: 'host',
  looksAt: 'CPU pressure, or use with a run queue',
  subjects: machine,
  check(reading, context) {
    const { cpu, pressure } = reading
    const { thresholds } = context
    const figure = measured(context)
    const waiting =
      pressure !== null &&
      pressure.cpu.someAvg60 > thresholds.cpuPressure &&
      cpu.busyRatio > thresholds.cpuPressureBusy
    const queued = (past: HostReading | null) =>
      past === null || past.cpu.runnable === null
        ? null
        : past.cpu.busyRatio > thresholds.cpuBusy &&
          past.cpu.runnable / past.cpu.count > thresholds.runnablePerCpu
    const held = heldFor(context, minutes(5), (past) => queued(past.machine))
    if (!waiting && held !== true) return 'passed'
    const burner = busiest(reading)
    return {
      severity: 'high',
      title: waiting
        ? `Tasks wait for the CPU ${formatRatio(pressure.cpu.someAvg60)} of the time`
        : `All ${cpu.count} CPUs are busy and tasks queue`,
      impact: 'Everything on this host answers later than it could.',
      rootCause: burner
        ? `There is more work than ${cpu.count} CPUs can do; ${nameOf(burner, context)} uses the most.`
        : `There is more work than ${cpu.count} CPUs can do.`,
      evidence: [
        ...(pressure
          ? [figure('CPU pressure, some avg60', pressure.cpu.someAvg60, 'ratio', '/proc/pressure/cpu')]
          : []),
        figure('CPU busy', cpu.busyRatio, 'ratio', '/proc/stat'),
        figure('CPUs', cpu.count, 'count', '/proc/stat'),
        ...(burner
          ? [
              figure(
                `CPU of ${burner.name} (pid ${burner.pid})`,
                burner.cpuCores,
                'cores',
                '/proc/[pid]/stat',
              ),
            ]
          : []),
      ],
      fixes: [
        manual(
          'Limit, move or schedule the work',
          burner
            ? `Look at pid ${burner.pid} (${nameOf(burner, context)}); in a container: docker update --cpus <n> <name>`
            : 'top -o %CPU',
        ),
      ],
    }
  },
})

export const cpuSteal = rule({
  id: 'host-cpu-steal',
  about: 'host',
  looksAt: 'CPU time taken by the hypervisor',
  subjects: machine,
  check({ cpu }, context) {
    if (cpu.stealRatio <= context.thresholds.cpuSteal) return 'passed'
    const held = heldFor(context, minutes(5), ({ machine: past }) =>
      past === null ? null : past.cpu.stealRatio > context.thresholds.cpuSteal,
    )
    if (held === false) return 'passed'
    return {
      severity: held ? 'high' : 'low',
      title: `The hypervisor withholds ${formatRatio(cpu.stealRatio)} of the CPU time`,
      impact: 'The machine is slower than its number of CPUs promises.',
      rootCause:
        'Other virtual machines on the same hardware use the CPUs, or the quota of this one is spent.',
      evidence: [measured(context)('CPU steal', cpu.stealRatio, 'ratio', '/proc/stat')],
      fixes: [
        manual(
          'Move or resize the machine',
          'Ask the operator of the hypervisor; burst credits are a common cause.',
        ),
      ],
    }
  },
})

export const ioWait = rule({
  id: 'host-iowait',
  about: 'host',
  looksAt: 'I/O wait, confirmed by I/O pressure',
  subjects: machine,
  check({ cpu, pressure, disks }, context) {
    if (!pressure) return { couldNotLook: 'no /proc/pressure' }
    const stalled = pressure.io.fullAvg60 ?? pressure.io.someAvg60
    // iowait alone is idle time by another name, so the stalls have to confirm it.
    if (cpu.iowaitRatio <= context.thresholds.ioWait || stalled <= context.thresholds.ioPressure)
      return 'passed'
    const figure = measured(context)
    const disk = [...disks].sort((left, right) => (right.utilisation ?? 0) - (left.utilisation ?? 0))[0]
    return {
      severity: 'medium',
      title: `All tasks stood still for I/O ${formatRatio(stalled)} of the last minute`,
      impact: 'Databases and everything else that reads or writes answer late.',
      rootCause: disk ? `Device ${disk.device} is the busiest.` : 'The storage is slower than the demand.',
      evidence: [
        figure('I/O pressure, full avg60', stalled, 'ratio', '/proc/pressure/io'),
        figure('I/O wait', cpu.iowaitRatio, 'ratio', '/proc/stat'),
        ...(disk?.writtenBytes != null && disk.readBytes !== null
          ? [
              figure(`${disk.device} written`, disk.writtenBytes, 'bytes_per_second', '/proc/diskstats'),
              figure(`${disk.device} read`, disk.readBytes, 'bytes_per_second', '/proc/diskstats'),
            ]
          : []),
      ],
      fixes: [manual('Find the writer', 'iotop -oPa, or: grep -H write_bytes /proc/[0-9]*/io')],
    }
  },
})

export const memoryLow = rule({
  id: 'host-memory-low',
  about: 'host',
  looksAt: 'MemAvailable against MemTotal',
  subjects: machine,
  check(reading, context) {
    const { memory } = reading
    const { thresholds } = context
    const available = memory.availableBytes / memory.totalBytes
    if (available >= thresholds.memoryAvailable) return 'passed'
    const figure = measured(context)
    const eater = largest(reading)
    const critical = available < thresholds.memoryAvailableCritical
    return {
      severity: critical ? 'critical' : 'high',
      title: `${formatBytes(memory.availableBytes)} of ${formatBytes(memory.totalBytes)} memory are available`,
      impact: critical
        ? 'The kernel is about to kill processes to free memory.'
        : 'A further demand ends in swapping or in the OOM killer.',
      rootCause: eater
        ? `${nameOf(eater, context)} (pid ${eater.pid}) holds the most: ${formatBytes(eater.residentBytes)}.`
        : 'More memory is in use than the machine can spare.',
      evidence: [
        figure('available (MemAvailable)', memory.availableBytes, 'bytes', '/proc/meminfo'),
        figure('total (MemTotal)', memory.totalBytes, 'bytes', '/proc/meminfo'),
        figure('available', available, 'ratio', '/proc/meminfo'),
        ...(eater
          ? [figure(`resident memory of ${eater.name}`, eater.residentBytes, 'bytes', '/proc/[pid]/stat')]
          : []),
      ],
      fixes: [
        manual(
          'Limit or restart what holds the most',
          eater ? `pid ${eater.pid} (${nameOf(eater, context)})` : 'ps aux --sort -rss | head',
        ),
      ],
    }
  },
})

export const memoryPressure = rule({
  id: 'host-memory-pressure',
  about: 'host',
  looksAt: 'memory pressure (PSI, full)',
  subjects: machine,
  check({ pressure }, context) {
    if (!pressure) return { couldNotLook: 'no /proc/pressure' }
    const stalled = pressure.memory.fullAvg60 ?? pressure.memory.someAvg60
    if (stalled <= context.thresholds.memoryPressure) return 'passed'
    return {
      severity: 'high',
      title: `All tasks stood still for memory ${formatRatio(stalled)} of the last minute`,
      impact: 'The machine spends its time reclaiming memory instead of working.',
      rootCause: 'The working sets together do not fit into memory.',
      evidence: [measured(context)('memory pressure, full avg60', stalled, 'ratio', '/proc/pressure/memory')],
      fixes: [manual('Give memory back', 'Stop or limit what is needed least; see the table of containers.')],
    }
  },
})

export const swapThrash = rule({
  id: 'host-swap-thrash',
  about: 'host',
  looksAt: 'pages swapped in and out',
  subjects: machine,
  check({ memory, windowSeconds }, context) {
    if (memory.swapInPages === null || memory.swapOutPages === null)
      return { couldNotLook: 'swap is not counted here' }
    const pages = memory.swapInPages + memory.swapOutPages
    if (pages <= context.thresholds.swapPages) return 'passed'
    const held = heldFor(context, minutes(5), ({ machine: past }) =>
      past === null || past.memory.swapInPages === null || past.memory.swapOutPages === null
        ? null
        : past.memory.swapInPages + past.memory.swapOutPages > context.thresholds.swapPages,
    )
    if (held === false) return 'passed'
    const figure = measured(context)
    return {
      severity: held ? 'high' : 'medium',
      title: `${Math.round(pages)} pages a second go in and out of swap`,
      impact: 'Programs wait for the disk where they should read memory.',
      rootCause: `What is in use does not fit into ${formatBytes(memory.totalBytes)} of memory.`,
      evidence: [
        figure('swapped in, pages', memory.swapInPages, 'per_second', '/proc/vmstat pswpin'),
        figure('swapped out, pages', memory.swapOutPages, 'per_second', '/proc/vmstat pswpout'),
        figure('measured over', windowSeconds, 'seconds', '/proc/vmstat'),
      ],
      fixes: [manual('Free memory', 'Limit or move the largest process; more swap does not help.')],
    }
  },
})

export const rebooted = rule({
  id: 'host-rebooted',
  about: 'host',
  looksAt: 'boot time against the readings before',
  subjects: machine,
  check(reading, context) {
    const before = context.history.recent.findLast((past) => past.machine)?.machine
    if (!before) return NO_EARLIER_READING
    const later = (Date.parse(reading.bootedAt) - Date.parse(before.bootedAt)) / 1000
    // The boot time is derived from the clock and wanders by a second or two.
    if (later < 60) return 'passed'
    const up = (Date.parse(context.snapshot.takenAt) - Date.parse(reading.bootedAt)) / 1000
    return {
      severity: 'medium',
      title: `The host was restarted ${formatSeconds(up)} ago`,
      impact: 'Everything on it was interrupted.',
      rootCause: 'A reboot, wanted or not: the journal of the boot before tells.',
      evidence: [measured(context)('uptime', up, 'seconds', '/proc/stat btime')],
      fixes: [manual('See how the last boot ended', 'journalctl -b -1 -n 50')],
    }
  },
})
