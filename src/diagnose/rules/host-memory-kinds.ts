import { formatBytes, formatRatio } from '../../model/format.ts'
import type { HostReading, Meminfo } from '../../model/host-reading.ts'
import { manual } from '../fixes.ts'
import { minutes, unlessHeld } from '../history.ts'
import { type Context, measured, type Rule, rule, type Verdict } from '../rule.ts'
import { machine } from '../subjects.ts'

/** A rule over a kind of memory that is too much of the whole for a quarter of an hour. */
function kindRule(definition: {
  readonly id: string
  readonly looksAt: string
  readonly held: (meminfo: Meminfo) => number | null
  readonly most: 'slabUnreclaimable' | 'pageTables' | 'hugePagesUnused'
  readonly label: string
  readonly source: string
  readonly severity: 'low' | 'medium'
  readonly title: (held: string, share: string) => string
  readonly impact: string
  readonly rootCause: string
  readonly fix: readonly [title: string, change: string]
}): Rule {
  const shareOf = ({ memory }: HostReading): number | null => {
    const held = memory.meminfo ? definition.held(memory.meminfo) : null
    return held === null ? null : held / memory.totalBytes
  }
  return rule({
    id: definition.id,
    about: 'host',
    looksAt: definition.looksAt,
    subjects: machine,
    check(reading, context: Context): Verdict {
      const share = shareOf(reading)
      if (share === null) return { couldNotLook: 'the kernel does not state it' }
      const most = context.thresholds[definition.most]
      if (share <= most) return 'passed'
      const verdict = unlessHeld(context, minutes(15), ({ machine: past }) => {
        const then = past ? shareOf(past) : null
        return then === null ? null : then > most
      })
      if (verdict) return verdict
      const held = share * reading.memory.totalBytes
      const figure = measured(context)
      return {
        severity: definition.severity,
        title: definition.title(formatBytes(held), formatRatio(share)),
        impact: definition.impact,
        rootCause: definition.rootCause,
        evidence: [
          figure(definition.label, held, 'bytes', `/proc/meminfo ${definition.source}`),
          figure('total (MemTotal)', reading.memory.totalBytes, 'bytes', '/proc/meminfo'),
        ],
        fixes: [manual(...definition.fix)],
      }
    },
  })
}

export const slabGrown = kindRule({
  id: 'host-slab',
  looksAt: 'kernel memory that cannot be given back, for 15 minutes',
  held: ({ SUnreclaim }) => SUnreclaim,
  most: 'slabUnreclaimable',
  label: 'unreclaimable slab',
  source: 'SUnreclaim',
  severity: 'medium',
  title: (held, share) => `The kernel itself holds ${held}, ${share} of the memory`,
  impact: 'It is missing to programs, and no list of processes shows it.',
  rootCause: 'A driver or a file system leaks, or something opens very many files, sockets or cgroups.',
  fix: ['See what it is made of', 'slabtop -o -s c | head -20'],
})

export const pageTablesGrown = kindRule({
  id: 'host-page-tables',
  looksAt: 'memory that describes memory, for 15 minutes',
  held: ({ PageTables }) => PageTables,
  most: 'pageTables',
  label: 'page tables',
  source: 'PageTables',
  severity: 'medium',
  title: (held, share) => `Page tables take ${held}, ${share} of the memory`,
  impact: 'It is missing to programs, and no list of processes shows it.',
  rootCause:
    'Many processes each map the same large shared memory in pages of 4 KiB, as PostgreSQL’s do shared_buffers.',
  fix: [
    'Huge pages for the shared memory, fewer processes',
    'huge_pages = on with vm.nr_hugepages; a pooler',
  ],
})

export const hugePagesUnused = kindRule({
  id: 'host-hugepages-unused',
  looksAt: 'huge pages that are set aside and used by nobody, for 15 minutes',
  held: ({ HugePages_Free: free, HugePages_Rsvd: reserved, Hugepagesize: size }) =>
    free === null || size === null ? null : (free - (reserved ?? 0)) * size,
  most: 'hugePagesUnused',
  label: 'free huge pages',
  source: '(HugePages_Free − HugePages_Rsvd) × Hugepagesize',
  severity: 'medium',
  title: (held) => `${held} are set aside as huge pages that nobody uses`,
  impact: 'No other program can use that memory, while the machine may be short of it.',
  rootCause: 'vm.nr_hugepages is larger than what asks for them, or that did not start with them.',
  fix: ['Set aside what is needed', 'grep Huge /proc/meminfo; sysctl -w vm.nr_hugepages=<pages in use>'],
})

export const memoryCorrupted = rule({
  id: 'host-memory-corrupted',
  about: 'host',
  looksAt: 'memory that failed',
  subjects: machine,
  check({ memory }, context): Verdict {
    const corrupted = memory.meminfo?.HardwareCorrupted ?? null
    if (corrupted === null) return { couldNotLook: 'the kernel does not state it' }
    if (corrupted === 0) return 'passed'
    return {
      severity: 'high',
      title: `${formatBytes(corrupted)} of the memory failed and were taken out of use`,
      impact: 'What was in it is lost; more of it may follow.',
      rootCause: 'A memory module is failing.',
      evidence: [measured(context)('failed', corrupted, 'bytes', '/proc/meminfo HardwareCorrupted')],
      fixes: [manual('Find the module and replace it', 'ras-mc-ctl --error-count; edac-util -v')],
    }
  },
})

export const commitLimit = rule({
  id: 'host-commit-limit',
  about: 'host',
  looksAt: 'memory promised against CommitLimit, where the kernel insists on it',
  subjects: machine,
  check({ memory, kernelSettings }, context): Verdict {
    const mode = kernelSettings['vm.overcommit_memory']
    const { Committed_AS: promised = null, CommitLimit: limit = null } = memory.meminfo ?? {}
    if (mode === undefined || promised === null || !limit)
      return { couldNotLook: 'the kernel does not state it' }
    // In the other modes the limit is a figure that nothing is held against.
    if (mode !== '2' || promised / limit <= context.thresholds.committed) return 'passed'
    const figure = measured(context)
    return {
      severity: 'high',
      title: `${formatRatio(promised / limit)} of the memory that may be promised is promised`,
      impact: 'At the limit programs are refused memory although some is free.',
      rootCause: 'vm.overcommit_memory is 2, and programs ask for more than they use.',
      evidence: [
        figure('promised', promised, 'bytes', '/proc/meminfo Committed_AS'),
        figure('limit', limit, 'bytes', '/proc/meminfo CommitLimit'),
      ],
      fixes: [manual('Raise the limit, or add swap', 'sysctl -w vm.overcommit_ratio=90')],
    }
  },
})
