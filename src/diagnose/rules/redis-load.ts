import { counted, formatRatio, formatSeconds } from '../../model/format.ts'
import type { RedisCounters, RedisReading } from '../../model/redis-reading.ts'
import { manual } from '../fixes.ts'
import { growth, minutes, NO_EARLIER_READING, unlessHeld } from '../history.ts'
import { measured, observed, type Rule, rule, type Verdict } from '../rule.ts'
import { cacheIn, caches } from '../subjects.ts'
import type { Thresholds } from '../thresholds.ts'

export const redisCpu = rule({
  id: 'redis-cpu',
  about: 'redis',
  looksAt: 'how busy its one thread is, for five minutes',
  subjects: caches,
  check({ name, rates, commands }, context): Verdict {
    if (rates.cpu === null) return NO_EARLIER_READING
    const most = context.thresholds.redisCpu
    if (rates.cpu <= most) return 'passed'
    const verdict = unlessHeld(context, minutes(5), (past) => {
      const then = cacheIn(past, name)?.rates.cpu ?? null
      return then === null ? null : then > most
    })
    if (verdict) return verdict
    const [busiest] = commands.toSorted((left, right) => (right.busyRatio ?? 0) - (left.busyRatio ?? 0))
    return {
      severity: 'high',
      title: `${name} is busy ${formatRatio(rates.cpu)} of the time`,
      impact: 'Commands run one after another on one thread: all clients wait their turn.',
      rootCause: busiest
        ? `${busiest.command.toUpperCase()} takes the most of it.`
        : 'It is asked more than one thread can do.',
      evidence: [
        measured(context)(
          'CPU',
          rates.cpu,
          'cores',
          'INFO used_cpu_user_main_thread, used_cpu_sys_main_thread',
        ),
        ...(busiest?.busyRatio == null
          ? []
          : [
              measured(context)(
                `time in ${busiest.command}`,
                busiest.busyRatio,
                'ratio',
                'INFO commandstats',
              ),
            ]),
      ],
      fixes: [manual('See what takes the time', 'redis-cli INFO commandstats; SLOWLOG GET 20')],
    }
  },
})

export const redisLoading = rule({
  id: 'redis-loading',
  about: 'redis',
  looksAt: 'whether it still reads its data from disk',
  subjects: caches,
  check({ name, persistence, startedAt }, context): Verdict {
    if (!persistence.loading) return 'passed'
    return {
      severity: 'high',
      title: `${name} is still loading its data`,
      impact: 'It refuses commands: "LOADING Redis is loading the dataset in memory".',
      rootCause: 'It was restarted, and its file is large or its disk slow.',
      evidence: [observed(context)('started', startedAt, 'INFO uptime_in_seconds')],
      fixes: [manual('See how long it will take', 'redis-cli INFO persistence | grep loading')],
    }
  },
})

export const redisForkSlow = rule({
  id: 'redis-fork',
  about: 'redis',
  looksAt: 'how long its last fork held it',
  subjects: caches,
  check({ name, persistence }, context): Verdict {
    const held = persistence.lastForkDuration
    if (held === null) return { couldNotLook: 'this version does not say' }
    if (held <= context.thresholds.redisForkSeconds) return 'passed'
    return {
      severity: 'medium',
      title: `${name} stood still for ${formatSeconds(held)} to begin its last save`,
      impact: 'So do all its clients, at each save.',
      rootCause:
        'The table of its memory is copied at each fork: it is large, or the machine is virtual and slow at that.',
      evidence: [measured(context)('last fork', held, 'seconds', 'INFO latest_fork_usec')],
      fixes: [manual('Save on a replica in place of it, or less often', 'CONFIG SET save "3600 1"')],
    }
  },
})

export const redisReplicaLag = rule({
  id: 'redis-replica-lag',
  about: 'redis',
  looksAt: 'when its replicas last acknowledged',
  subjects: caches,
  check({ name, replication }, context): Verdict {
    const [worst] = replication.replicas
      .filter(
        ({ state, lag }) => state === 'online' && (lag ?? 0) > context.thresholds.redisReplicaLagSeconds,
      )
      .toSorted((left, right) => (right.lag ?? 0) - (left.lag ?? 0))
    if (!worst) return 'passed'
    const address = `${worst.address.host}:${worst.address.port}`
    return {
      severity: 'medium',
      title: `Replica ${address} of ${name} was last heard of ${formatSeconds(worst.lag ?? 0)} ago`,
      impact: 'It has older data, and would lose what is missing if it took over.',
      rootCause: 'It hangs, or the network to it does.',
      evidence: [measured(context)('lag', worst.lag ?? 0, 'seconds', 'INFO slave0 lag')],
      fixes: [
        manual('Ask it', `redis-cli -h ${worst.address.host} -p ${worst.address.port} INFO replication`),
      ],
    }
  },
})

type Limit = 'redisDelayedFsyncs' | 'redisDisconnections' | 'redisAccessDenied' | 'redisFullSyncs'

/** Redis counts error replies by their first word since 6.2. */
const countsErrors = ({ version }: RedisReading): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 6 || (major === 6 && minor >= 2)
}

const countOf = (cache: RedisReading, wanted: readonly string[] | null): number | null =>
  wanted && countsErrors(cache)
    ? cache.errors.filter(({ error }) => wanted.includes(error)).reduce((sum, { count }) => sum + count, 0)
    : null

/** A rule over a counter that should stand still: it is its growth in half an hour that says something. */
function counterRule(definition: {
  readonly id: string
  readonly looksAt: string
  readonly counter: keyof RedisCounters
  /** Error replies that stand for it, of a version that does not count it. */
  readonly errors?: readonly string[]
  readonly limit: Limit & keyof Thresholds
  readonly label: string
  readonly title: (name: string, count: number) => string
  readonly impact: string
  readonly rootCause: string
  readonly fix: readonly [title: string, change: string]
}): Rule {
  const read = (cache: RedisReading | undefined): number | null =>
    cache ? (cache.counters[definition.counter] ?? countOf(cache, definition.errors ?? null)) : null
  return rule({
    id: definition.id,
    about: 'redis',
    looksAt: `${definition.looksAt} in the last 30 minutes`,
    subjects: caches,
    check(cache, context): Verdict {
      if (read(cache) === null) return { couldNotLook: 'this version does not count it' }
      const grown = growth(context, minutes(30), (past) => read(cacheIn(past, cache.name)))
      if (!grown) return NO_EARLIER_READING
      if (grown.by < context.thresholds[definition.limit]) return 'passed'
      return {
        severity: 'medium',
        title: definition.title(cache.name, grown.by),
        impact: definition.impact,
        rootCause: definition.rootCause,
        evidence: [
          measured(context)(definition.label, grown.by, 'count', 'INFO'),
          measured(context)('counted over', grown.over, 'seconds', 'INFO'),
        ],
        fixes: [manual(...definition.fix)],
      }
    },
  })
}

export const redisDelayedFsync = counterRule({
  id: 'redis-fsync-delayed',
  looksAt: 'writes that waited for the disk',
  counter: 'delayedFsyncs',
  limit: 'redisDelayedFsyncs',
  label: 'delayed fsyncs',
  title: (name, count) => `${counted(count, 'write')} of ${name} waited for the disk`,
  impact: 'All clients stood still meanwhile.',
  rootCause: 'The disk of the append-only file is too slow, or somebody else uses it.',
  fix: ['Another disk, or no fsync while it rewrites', 'CONFIG SET no-appendfsync-on-rewrite yes'],
})

export const redisOutputOverflow = counterRule({
  id: 'redis-output-overflow',
  looksAt: 'clients that were cut off because they read too slowly',
  counter: 'outputBufferDisconnections',
  limit: 'redisDisconnections',
  label: 'clients cut off',
  title: (name, count) => `${name} cut off ${counted(count, 'client')} that read too slowly`,
  impact: 'Subscribers lose messages, replicas begin anew.',
  rootCause: 'Replies piled up beyond client-output-buffer-limit: large answers, or a reader that hangs.',
  fix: ['See who holds most', 'redis-cli CLIENT LIST | grep -o "addr=[^ ]*\\|omem=[^ ]*"'],
})

export const redisAccessDenied = counterRule({
  id: 'redis-access-denied',
  looksAt: 'refused passwords and permissions',
  counter: 'accessDenied',
  errors: ['WRONGPASS', 'NOPERM'],
  limit: 'redisAccessDenied',
  label: 'refused',
  title: (name, count) => `${name} refused a password or a command ${count} times`,
  impact: 'A client works without it, or somebody is guessing.',
  rootCause: 'A client has an old password, or lacks a right.',
  fix: ['See who', 'redis-cli ACL LOG 10'],
})

export const redisFullSyncs = counterRule({
  id: 'redis-full-syncs',
  looksAt: 'replicas that had to be sent everything',
  counter: 'fullSyncs',
  limit: 'redisFullSyncs',
  label: 'full synchronisations',
  title: (name, count) => `${name} sent all its data to replicas ${count} times`,
  impact: 'Each forks it, and fills the network.',
  rootCause: 'Links break for longer than repl-backlog-size bridges.',
  fix: ['Keep more of the stream', 'CONFIG SET repl-backlog-size 256mb'],
})
