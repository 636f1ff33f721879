import type { RedisCounters, RedisRates } from '../../model/redis-reading.ts'
import { bytes, bytesPerSecond, cores, type PerSecond, perSecond, ratio, seconds } from '../../model/units.ts'
import type { InfoFields } from './info-fields.ts'

/** INFO at one instant; two of them give the rates. */
export type Sample = {
  /** On the clock of performance.now(). */
  readonly readAt: number
  readonly info: InfoFields
  readonly counters: RedisCounters
  /** How many commands perfbot had sent, over all connections. */
  readonly ownCommands: number
}

export const countersOf = (info: InfoFields): RedisCounters => ({
  commands: info.required('total_commands_processed'),
  connectionsReceived: info.required('total_connections_received'),
  connectionsRejected: info.required('rejected_connections'),
  keyspaceHits: info.required('keyspace_hits'),
  keyspaceMisses: info.required('keyspace_misses'),
  expiredKeys: info.required('expired_keys'),
  evictedKeys: info.required('evicted_keys'),
  evictedClients: info.number('evicted_clients'),
  outputBufferDisconnections: info.number('client_output_buffer_limit_disconnections'),
  netInputBytes: bytes(info.required('total_net_input_bytes')),
  netOutputBytes: bytes(info.required('total_net_output_bytes')),
  errorReplies: info.number('total_error_replies'),
  fullSyncs: info.required('sync_full'),
  partialSyncs: info.required('sync_partial_ok'),
  partialSyncsRefused: info.required('sync_partial_err'),
  forks: info.number('total_forks'),
  delayedFsyncs: info.number('aof_delayed_fsync'),
  accessDenied: accessDenied(info),
  cpuSystemSeconds: seconds(info.required('used_cpu_sys')),
  cpuUserSeconds: seconds(info.required('used_cpu_user')),
})

/** Since 7.0, by what was denied. */
function accessDenied(info: InfoFields): number | null {
  const kinds = ['auth', 'cmd', 'key', 'channel'].map((kind) => info.number(`acl_access_denied_${kind}`))
  return kinds.every((count) => count !== null) ? kinds.reduce((sum, count) => sum + count, 0) : null
}

const wasRestarted = (earlier: Sample, later: Sample): boolean =>
  earlier.info.text('run_id') !== later.info.text('run_id')

/** The processor time of a process goes on through CONFIG RESETSTAT. */
const RESETTABLE = (counters: RedisCounters): [string, number | null][] =>
  Object.entries(counters).filter(([name]) => !name.startsWith('cpu'))

/**
 * Whether what was counted before still counts: a counter that went back tells of CONFIG RESETSTAT, and then none of
 * the others can be trusted either, though they may have grown past what they were.
 */
export function areComparable(earlier: Sample, later: Sample): boolean {
  if (wasRestarted(earlier, later)) return false
  const before = new Map(RESETTABLE(earlier.counters))
  return RESETTABLE(later.counters).every(([name, value]) => (value ?? 0) >= (before.get(name) ?? 0))
}

export const secondsOf = (earlier: Sample, later: Sample): number => (later.readAt - earlier.readAt) / 1000

export function ratesBetween(earlier: Sample, later: Sample): RedisRates {
  const elapsed = secondsOf(earlier, later)
  const comparable = areComparable(earlier, later)
  const grown = (read: (counters: RedisCounters) => number | null): number | null => {
    const [before, after] = [read(earlier.counters), read(later.counters)]
    return comparable && before !== null && after !== null ? after - before : null
  }
  const rate = (growth: number | null): PerSecond | null =>
    growth === null || elapsed <= 0 ? null : perSecond(growth / elapsed)
  const inBytes = (growth: number | null) =>
    growth === null || elapsed <= 0 ? null : bytesPerSecond(growth / elapsed)
  const commands = grown((counters) => counters.commands)
  const own = later.ownCommands - earlier.ownCommands
  const hits = grown((counters) => counters.keyspaceHits)
  const misses = grown((counters) => counters.keyspaceMisses)
  const cpu =
    later.counters.cpuSystemSeconds +
    later.counters.cpuUserSeconds -
    earlier.counters.cpuSystemSeconds -
    earlier.counters.cpuUserSeconds
  return {
    windowSeconds: seconds(elapsed),
    commands: commands === null ? null : rate(Math.max(0, commands - own)),
    newConnections: rate(grown((counters) => counters.connectionsReceived)),
    rejectedConnections: rate(grown((counters) => counters.connectionsRejected)),
    keyspaceHits: rate(hits),
    keyspaceMisses: rate(misses),
    hitRatio: hits === null || misses === null || hits + misses === 0 ? null : ratio(hits / (hits + misses)),
    expiredKeys: rate(grown((counters) => counters.expiredKeys)),
    evictedKeys: rate(grown((counters) => counters.evictedKeys)),
    netInput: inBytes(grown((counters) => counters.netInputBytes)),
    netOutput: inBytes(grown((counters) => counters.netOutputBytes)),
    errorReplies: rate(grown((counters) => counters.errorReplies)),
    cpu: wasRestarted(earlier, later) || elapsed <= 0 || cpu < 0 ? null : cores(cpu / elapsed),
  }
}
