import { counted, formatRatio } from '../../model/format.ts'
import type { HostReading } from '../../model/host-reading.ts'
import { manual } from '../fixes.ts'
import { minutes, unlessHeld } from '../history.ts'
import { type Context, measured, observed, type Rule, rule, type Verdict } from '../rule.ts'
import { machine } from '../subjects.ts'

/** A rule over something of which the kernel has so many and no more. */
function limitRule(definition: {
  readonly id: string
  readonly looksAt: string
  readonly share: 'fileDescriptors' | 'tasks'
  readonly read: (reading: HostReading) => { readonly used: number; readonly limit: number } | null
  readonly what: string
  readonly source: string
  readonly impact: string
  readonly fix: readonly [title: string, change: string]
}): Rule {
  return rule({
    id: definition.id,
    about: 'host',
    looksAt: definition.looksAt,
    subjects: machine,
    check(reading, context): Verdict {
      const read = definition.read(reading)
      if (!read || read.limit <= 0) return { couldNotLook: 'the kernel does not state them' }
      const share = read.used / read.limit
      if (share <= context.thresholds[definition.share]) return 'passed'
      const figure = measured(context)
      return {
        severity: 'high',
        title: `${formatRatio(share)} of all ${definition.what} that the kernel has are in use`,
        impact: definition.impact,
        rootCause: 'A program opens more and more of them, or the limit is too low for what runs here.',
        evidence: [
          figure(definition.what, read.used, 'count', definition.source),
          figure('limit', read.limit, 'count', definition.source),
        ],
        fixes: [manual(...definition.fix)],
      }
    },
  })
}

export const fileDescriptorsNearLimit = limitRule({
  id: 'host-file-descriptors',
  looksAt: 'open files against fs.file-max',
  share: 'fileDescriptors',
  read: ({ fileDescriptors }) =>
    fileDescriptors && { used: fileDescriptors.allocated, limit: fileDescriptors.maximum },
  what: 'open files',
  source: '/proc/sys/fs/file-nr',
  impact: 'At the limit no program can open a file or a connection: "too many open files in system".',
  fix: [
    'Find who holds them',
    'for p in /proc/[0-9]*; do echo "$(ls $p/fd | wc -l) $p $(cat $p/comm)"; done | sort -n | tail',
  ],
})

export const tasksNearLimit = limitRule({
  id: 'host-tasks',
  looksAt: 'threads against pid_max and threads-max',
  share: 'tasks',
  read: ({ tasks }) => tasks && { used: tasks.threads, limit: tasks.limit },
  what: 'process numbers',
  source: '/proc: threads, kernel.pid_max, kernel.threads-max',
  impact: 'At the limit nothing can start: "fork: Resource temporarily unavailable".',
  fix: ['Find who has so many threads', 'ps -eo nlwp,pid,comm --sort -nlwp | head'],
})

export const zombies = rule({
  id: 'host-zombies',
  about: 'host',
  looksAt: 'ended processes that nobody waited for, for ten minutes',
  subjects: machine,
  check({ zombies: reading }, context): Verdict {
    if (!reading) return { couldNotLook: 'processes cannot be seen' }
    const most = context.thresholds.zombies
    if (reading.count <= most) return 'passed'
    const verdict = unlessHeld(context, minutes(10), ({ machine: past }) =>
      past?.zombies ? past.zombies.count > most : null,
    )
    if (verdict) return verdict
    const [parent] = reading.parents
    return {
      severity: 'low',
      title: `${counted(reading.count, 'ended process', 'ended processes')} wait to be noticed`,
      impact: 'Each takes a process number until its parent asks or ends.',
      rootCause: parent
        ? `${parent.name} (pid ${parent.pid}) started ${parent.count} of them and never asks how they ended.`
        : 'A parent never asks how its children ended.',
      evidence: [measured(context)('zombies', reading.count, 'count', '/proc/[pid]/stat')],
      fixes: [
        manual(
          'Restart the parent; a container gets one that waits by',
          'docker run --init (compose: init: true)',
        ),
      ],
    }
  },
})

export const clockUnsynchronised = rule({
  id: 'host-clock',
  about: 'host',
  looksAt: 'whether the clock is kept right',
  subjects: machine,
  check({ clock }, context): Verdict {
    if (!clock || clock.synchronised === null) return { couldNotLook: 'nothing says whether it is' }
    if (clock.synchronised) return 'passed'
    const verdict = unlessHeld(context, minutes(15), ({ machine: past }) => {
      const synchronised = past?.clock?.synchronised ?? null
      return synchronised === null ? null : !synchronised
    })
    if (verdict) return verdict
    return {
      severity: 'medium',
      title: 'The clock of the host is not synchronised',
      impact: 'Tokens and certificates can be refused, and times in logs do not match.',
      rootCause: clock.keeper
        ? `${clock.keeper} runs and has not reached a time server.`
        : 'No daemon that keeps the time was seen.',
      evidence: [observed(context)('synchronised', 'no', clock.keeper ?? 'systemd-timesyncd, chronyd, ntpd')],
      fixes: [manual('See why', 'timedatectl timesync-status, or: chronyc sources')],
    }
  },
})

const isDatabaseHost = ({ snapshot }: Context): boolean =>
  [...snapshot.databases, ...snapshot.caches].some(({ onThisHost }) => onThisHost)

export const hugePagesAlways = rule({
  id: 'host-thp-always',
  about: 'host',
  looksAt: 'transparent huge pages under a Redis on this host',
  subjects: (context) =>
    context.snapshot.caches.some(({ onThisHost }) => onThisHost) ? machine(context) : [],
  check({ kernelSettings }, context): Verdict {
    const chosen = kernelSettings['transparent_hugepage.enabled']
    if (chosen === undefined) return { couldNotLook: 'the kernel does not state it' }
    if (chosen !== 'always') return 'passed'
    return {
      severity: 'low',
      title: 'Transparent huge pages are on for every program',
      impact: 'Redis answers late, and takes more memory, after each fork for a save.',
      rootCause: 'A page of 2 MiB is copied where one of 4 KiB would do.',
      evidence: [
        observed(context)(
          'transparent_hugepage.enabled',
          chosen,
          '/sys/kernel/mm/transparent_hugepage/enabled',
        ),
      ],
      fixes: [
        manual(
          'Leave it to programs that ask',
          'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled (transparent_hugepage=madvise at boot)',
        ),
      ],
    }
  },
})

export const overcommitOff = rule({
  id: 'host-overcommit',
  about: 'host',
  looksAt: 'vm.overcommit_memory under a large Redis on this host',
  subjects: (context) =>
    context.snapshot.caches.some(({ onThisHost }) => onThisHost) ? machine(context) : [],
  check({ kernelSettings, memory }, context): Verdict {
    const mode = kernelSettings['vm.overcommit_memory']
    if (mode === undefined) return { couldNotLook: 'the kernel does not state it' }
    const largest = Math.max(
      ...context.snapshot.caches
        .filter(({ onThisHost }) => onThisHost)
        .map((cache) => cache.memory.usedBytes),
    )
    // Its default refuses only what is obviously too much: a fork of one that is larger than what is available.
    if (mode === '1' || largest < memory.availableBytes / 2) return 'passed'
    const figure = measured(context)
    return {
      severity: 'low',
      title: 'The kernel may refuse Redis the fork that a save needs',
      impact: '"Can\'t save in background: fork: Cannot allocate memory", and then no more writes.',
      rootCause: `vm.overcommit_memory is ${mode}, and Redis holds much of what is left.`,
      evidence: [
        observed(context)('vm.overcommit_memory', mode, 'sysctl vm.overcommit_memory'),
        figure('held by Redis', largest, 'bytes', 'INFO used_memory'),
        figure('available (MemAvailable)', memory.availableBytes, 'bytes', '/proc/meminfo'),
      ],
      fixes: [manual('Allow it', 'sysctl -w vm.overcommit_memory=1 (and in /etc/sysctl.d/)')],
    }
  },
})

export const dirtyBackground = rule({
  id: 'host-dirty-pages',
  about: 'host',
  looksAt: 'how much unwritten data the kernel lets pile up under a database',
  subjects: (context) => (isDatabaseHost(context) ? machine(context) : []),
  check({ kernelSettings, memory }, context): Verdict {
    const share = kernelSettings['vm.dirty_background_ratio']
    if (share === undefined) return { couldNotLook: 'the kernel does not state it' }
    const absolute = Number(kernelSettings['vm.dirty_background_bytes'] ?? 0)
    const allowed = absolute > 0 ? absolute : (Number(share) / 100) * memory.totalBytes
    if (allowed <= context.thresholds.dirtyBackgroundBytes) return 'passed'
    return {
      severity: 'low',
      title: 'The kernel begins to write late',
      impact: 'Databases stall when it writes all at once what has piled up.',
      rootCause: `vm.dirty_background_ratio is ${share} %, which is much of so much memory.`,
      evidence: [
        measured(context)('unwritten before it begins', allowed, 'bytes', 'vm.dirty_background_*, MemTotal'),
      ],
      fixes: [
        manual('Begin sooner', 'sysctl -w vm.dirty_background_bytes=268435456 vm.dirty_bytes=1073741824'),
      ],
    }
  },
})
