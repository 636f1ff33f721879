import type { RedisReading } from '../../model/redis-reading.ts'
import { type Bytes, bytes, type Seconds, seconds, timestamp } from '../../model/units.ts'
import { type InfoFields, parsePacked } from './info-fields.ts'

const bytesOrNull = (value: number | null): Bytes | null => (value === null ? null : bytes(value))
const secondsOrNull = (value: number | null): Seconds | null => (value === null ? null : seconds(value))

/** INFO says −1 for what has not happened yet. */
const sinceItHappened = (value: number | null): number | null => (value === null || value < 0 ? null : value)

const MICROSECONDS = 1e-6

const scaled = (value: number | null, factor: number): number | null =>
  value === null ? null : value * factor

export const clientsOf = (info: InfoFields): RedisReading['clients'] => ({
  connected: info.required('connected_clients'),
  blocked: info.required('blocked_clients'),
  maximum: info.number('maxclients'),
  recentInputBufferBytes: bytesOrNull(info.number('client_recent_max_input_buffer')),
  recentOutputBufferBytes: bytesOrNull(info.number('client_recent_max_output_buffer')),
  pubsubChannels: info.required('pubsub_channels'),
  pubsubPatterns: info.required('pubsub_patterns'),
})

export const memoryOf = (info: InfoFields): RedisReading['memory'] => ({
  usedBytes: bytes(info.required('used_memory')),
  rssBytes: bytes(info.required('used_memory_rss')),
  peakBytes: bytes(info.required('used_memory_peak')),
  datasetBytes: bytesOrNull(info.number('used_memory_dataset')),
  overheadBytes: bytesOrNull(info.number('used_memory_overhead')),
  startupBytes: bytesOrNull(info.number('used_memory_startup')),
  maximumBytes: bytesOrNull(info.number('maxmemory') || null),
  policy: info.text('maxmemory_policy') ?? 'unknown',
  systemBytes: bytesOrNull(info.number('total_system_memory') || null),
  fragmentationRatio: info.number('mem_fragmentation_ratio'),
  fragmentationBytes: bytesOrNull(info.number('mem_fragmentation_bytes')),
  allocatorFragmentationRatio: info.number('allocator_frag_ratio'),
  allocatorFragmentationBytes: bytesOrNull(info.number('allocator_frag_bytes')),
  luaBytes: bytesOrNull(info.number('used_memory_lua')),
  clientBuffersBytes: bytesOrNull(info.number('mem_clients_normal')),
  replicaBuffersBytes: bytesOrNull(info.number('mem_clients_slaves')),
  aofBufferBytes: bytesOrNull(info.number('mem_aof_buffer')),
  notEvictableBytes: bytesOrNull(info.number('mem_not_counted_for_evict')),
  lazyfreePendingObjects: info.number('lazyfree_pending_objects'),
  defragmentationRunning: info.flag('active_defrag_running'),
})

export const persistenceOf = (info: InfoFields): RedisReading['persistence'] => ({
  loading: info.flag('loading') === true,
  changesSinceSave: info.required('rdb_changes_since_last_save'),
  saveInProgress: info.flag('rdb_bgsave_in_progress') === true,
  lastSaveAt: timestamp(new Date(info.required('rdb_last_save_time') * 1000)),
  lastSaveSucceeded: info.text('rdb_last_bgsave_status') === 'ok',
  lastSaveDuration: secondsOrNull(sinceItHappened(info.number('rdb_last_bgsave_time_sec'))),
  lastSaveCopyOnWriteBytes: bytesOrNull(info.number('rdb_last_cow_size')),
  lastForkDuration: secondsOrNull(scaled(info.number('latest_fork_usec'), MICROSECONDS)),
  appendOnly:
    info.flag('aof_enabled') === true
      ? {
          rewriteInProgress: info.flag('aof_rewrite_in_progress') === true,
          lastRewriteSucceeded: info.text('aof_last_bgrewrite_status') !== 'err',
          lastWriteSucceeded: info.text('aof_last_write_status') !== 'err',
          lastRewriteDuration: secondsOrNull(sinceItHappened(info.number('aof_last_rewrite_time_sec'))),
          sizeBytes: bytesOrNull(info.number('aof_current_size')),
          baseSizeBytes: bytesOrNull(info.number('aof_base_size')),
        }
      : null,
})

/** `db0:keys=3,expires=1,avg_ttl=1024`, the time in milliseconds; 0 says that none was sampled. */
export const keyspaceOf = (info: InfoFields): RedisReading['keyspace'] =>
  info.beginningWith('db').flatMap(([index, value]) => {
    const part = parsePacked(value)
    const keys = part('keys')
    if (!/^\d+$/.test(index) || keys === null) return []
    const averageTimeToLive = secondsOrNull(scaled(part('avg_ttl') || null, 1e-3))
    return [{ database: Number(index), keys, expiring: part('expires') ?? 0, averageTimeToLive }]
  })

/** By the server's own clock where it states it: perfbot's may be another machine's. */
export function startOf(info: InfoFields): RedisReading['startedAt'] {
  const now = info.number('server_time_usec')
  const nowSeconds = now === null ? Date.now() / 1000 : now * MICROSECONDS
  return timestamp(new Date(Math.floor(nowSeconds - info.required('uptime_in_seconds')) * 1000))
}
