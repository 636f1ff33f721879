import { formatBytes, formatRatio } from '../../model/format.ts'
import { manual } from '../fixes.ts'
import { heldFor, minutes } from '../history.ts'
import { containerOf } from '../memory-of.ts'
import { measured, observed, rule } from '../rule.ts'
import { cacheIn, caches } from '../subjects.ts'

/** In its container, whatever port of the machine leads there. */
const REDIS_PORT = 6379

export const redisMemory = rule({
  id: 'redis-memory',
  about: 'redis',
  looksAt: 'memory against maxmemory, where nothing may be evicted',
  subjects: caches,
  check({ name, memory, errors }, context) {
    const { maximumBytes: maximum, usedBytes: used, policy } = memory
    if (maximum === null || policy !== 'noeviction') return 'passed'
    const share = used / maximum
    if (share <= context.thresholds.redisMemory) return 'passed'
    const refused = errors.find(({ error }) => error === 'OOM')
    const isFull = share >= 1
    const figure = measured(context)
    return {
      severity: isFull ? 'critical' : 'high',
      title: isFull
        ? `${name} is full and refuses to write`
        : `${name} has used ${formatRatio(share)} of its maxmemory`,
      impact: isFull
        ? 'Every command that needs memory fails: "OOM command not allowed when used memory > \'maxmemory\'".'
        : 'At the limit every command that needs memory fails.',
      rootCause: `${formatBytes(used)} of ${formatBytes(maximum)} are used, and maxmemory-policy is noeviction: nothing makes room.`,
      evidence: [
        figure('used_memory', used, 'bytes', 'INFO used_memory'),
        figure('maxmemory', maximum, 'bytes', 'INFO maxmemory'),
        ...(refused ? [figure('writes refused', refused.count, 'count', 'INFO errorstat_OOM')] : []),
        observed(context)('maxmemory-policy', policy, 'INFO maxmemory_policy'),
      ],
      fixes: [
        manual('Where it is a cache, let it make room', 'CONFIG SET maxmemory-policy allkeys-lru'),
        manual('Where it is a store, give it more', `CONFIG SET maxmemory ${Math.ceil(maximum * 1.5)}`),
      ],
    }
  },
})

export const redisEvictions = rule({
  id: 'redis-evictions',
  about: 'redis',
  looksAt: 'keys evicted for want of memory',
  subjects: caches,
  check(cache, context) {
    const { name, rates, memory } = cache
    if (rates.evictedKeys === null) return { couldNotLook: 'the counters were reset' }
    const held = heldFor(context, minutes(5), (past) => {
      const rate = cacheIn(past, name)?.rates.evictedKeys ?? null
      return rate === null ? null : rate > 0
    })
    if (rates.evictedKeys === 0 || held === false) return 'passed'
    const stillFinds = rates.hitRatio !== null && rates.hitRatio >= context.thresholds.redisHitRatio
    const figure = measured(context)
    return {
      severity: stillFinds || held === null ? 'low' : 'medium',
      title: `${name} drops keys to make room`,
      impact: stillFinds
        ? 'Little so far: most look-ups still find what they look for.'
        : 'What was dropped is computed or fetched again, or is missed where nothing brings it back.',
      rootCause: `${memory.maximumBytes === null ? 'Its memory' : formatBytes(memory.maximumBytes)} is less than what is written into it (maxmemory-policy ${memory.policy}).`,
      evidence: [
        figure('keys evicted', rates.evictedKeys, 'per_second', 'INFO evicted_keys'),
        figure('used_memory', memory.usedBytes, 'bytes', 'INFO used_memory'),
        ...(memory.maximumBytes === null
          ? []
          : [figure('maxmemory', memory.maximumBytes, 'bytes', 'INFO maxmemory')]),
        ...(rates.hitRatio === null
          ? []
          : [figure('hit ratio', rates.hitRatio, 'ratio', 'INFO keyspace_hits, keyspace_misses')]),
      ],
      fixes: [
        manual(
          'Give it more, or let keys expire sooner',
          memory.maximumBytes === null
            ? 'CONFIG SET maxmemory <bytes>'
            : `CONFIG SET maxmemory ${Math.ceil(memory.maximumBytes * 1.5)}`,
        ),
      ],
    }
  },
})

export const redisFragmentation = rule({
  id: 'redis-fragmentation',
  about: 'redis',
  looksAt: 'memory that the system sees against memory that is used',
  subjects: caches,
  check({ name, memory, onThisHost }, context) {
    const { thresholds, snapshot } = context
    const { fragmentationRatio: share, rssBytes, usedBytes } = memory
    if (share === null) return { couldNotLook: 'the server does not state it' }
    if (Math.max(rssBytes, usedBytes) < thresholds.redisFragmentationBytes) return 'passed'
    const swaps = onThisHost && (snapshot.machine?.memory.swapUsedBytes ?? 0) > 0
    const isSwapped = share < 1 && swaps
    if (share <= thresholds.redisFragmentation && !isSwapped) return 'passed'
    const figure = measured(context)
    return {
      severity: isSwapped ? 'high' : 'low',
      title: isSwapped
        ? `Part of ${name} lies in swap`
        : `${name} holds ${formatBytes(rssBytes - usedBytes)} that it does not use`,
      impact: isSwapped
        ? 'A command that needs such a page waits for the disk, and all others wait behind it.'
        : 'That memory is missing elsewhere on the machine.',
      rootCause: isSwapped
        ? `The system keeps ${formatBytes(rssBytes)} of its ${formatBytes(usedBytes)} in memory.`
        : 'What was deleted left holes between what stayed.',
      evidence: [
        figure('used_memory_rss', rssBytes, 'bytes', 'INFO used_memory_rss'),
        figure('used_memory', usedBytes, 'bytes', 'INFO used_memory'),
        figure('mem_fragmentation_ratio', share, 'count', 'INFO mem_fragmentation_ratio'),
      ],
      fixes: [
        isSwapped
          ? manual(
              'Leave it the memory that it needs',
              'CONFIG SET maxmemory <less>, or move what else runs here',
            )
          : manual(
              'Let it close the holes as it goes',
              'CONFIG SET activedefrag yes; or at once: MEMORY PURGE',
            ),
      ],
    }
  },
})

/** Room to grow; in a container less than its limit, which buffers and holes count against too. */
const proposedLimit = (peak: number, limit: number | null): number =>
  Math.ceil(limit === null ? peak * 2 : Math.max(peak, limit * 0.75))

export const redisNoLimit = rule({
  id: 'redis-no-maxmemory',
  about: 'redis',
  looksAt: 'maxmemory on a machine that has other things to do',
  subjects: caches,
  check(cache, context) {
    const { name, memory, onThisHost } = cache
    const { containers, databases, models } = context.snapshot
    const isShared = containers.length + databases.length + models.length > 0
    if (memory.maximumBytes !== null || !onThisHost || !isShared) return 'passed'
    const limit = containerOf(cache, context.snapshot, REDIS_PORT)?.limits.memoryBytes ?? null
    const figure = measured(context)
    return {
      severity: 'low',
      title:
        limit === null
          ? `${name} may take all the memory of the machine`
          : `${name} may grow until its container is killed`,
      impact:
        limit === null
          ? 'When it does, the kernel kills something, and nobody knows what.'
          : 'At the limit of its container the kernel kills it, in place of it making room or refusing to write.',
      rootCause: 'maxmemory is 0: no limit, the stock default.',
      evidence: [
        figure('used_memory', memory.usedBytes, 'bytes', 'INFO used_memory'),
        ...(limit === null
          ? []
          : [figure('limit of its container', limit, 'bytes', 'docker inspect HostConfig.Memory')]),
        ...(memory.systemBytes === null
          ? []
          : [figure('memory of the machine', memory.systemBytes, 'bytes', 'INFO total_system_memory')]),
      ],
      fixes: [
        manual(
          'Give it a limit above what it ever used',
          `CONFIG SET maxmemory ${proposedLimit(memory.peakBytes, limit)}; CONFIG REWRITE`,
        ),
      ],
    }
  },
})
