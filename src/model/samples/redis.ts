import type { RedisReading } from '../redis-reading.ts'
import { counter, flag, gauge, instant, type Labels, type MetricOf, type Point } from './metric.ts'

type Redis = MetricOf<RedisReading>

export const redisLabels = ({ name }: RedisReading): Labels => ({ server: name })

// Where redis_exporter states the same quantity, its name stands.

const clients: readonly Redis[] = [
  gauge('perfbot_redis_round_trip_seconds', {
    title: 'Redis round trip',
    unit: 'seconds',
    help: 'Time of PING on an open connection, there and back.',
    history: true,
    read: ({ roundTripSeconds }) => roundTripSeconds,
  }),
  gauge('redis_start_time_seconds', {
    title: 'Redis start',
    unit: 'seconds',
    help: 'When the server started, in seconds since 1970.',
    read: ({ startedAt }) => instant(startedAt),
  }),
  gauge('redis_connected_clients', {
    title: 'Redis connections',
    unit: 'count',
    help: 'Connections of clients, ours included, replicas not.',
    history: true,
    read: (reading) => reading.clients.connected,
  }),
  gauge('redis_blocked_clients', {
    title: 'Redis blocked clients',
    unit: 'count',
    help: 'Clients that wait in a blocking command.',
    read: (reading) => reading.clients.blocked,
  }),
  gauge('redis_config_maxclients', {
    title: 'Redis connection limit',
    unit: 'count',
    help: 'How many clients the server takes: its maxclients.',
    read: (reading) => reading.clients.maximum,
  }),
  counter('redis_connections_received_total', {
    title: 'Redis connections opened',
    unit: 'count',
    help: 'Connections since the server started.',
    read: ({ counters }) => counters.connectionsReceived,
  }),
  counter('redis_rejected_connections_total', {
    title: 'Redis connections refused',
    unit: 'count',
    help: 'Connections refused because maxclients was reached.',
    history: true,
    read: ({ counters }) => counters.connectionsRejected,
  }),
]

const memory: readonly Redis[] = [
  gauge('redis_memory_used_bytes', {
    title: 'Redis memory',
    unit: 'bytes',
    help: 'Memory that the allocator has given out.',
    history: true,
    read: (reading) => reading.memory.usedBytes,
  }),
  gauge('redis_memory_used_rss_bytes', {
    title: 'Redis memory of the system',
    unit: 'bytes',
    help: 'Memory that the server takes as the system sees it.',
    history: true,
    read: (reading) => reading.memory.rssBytes,
  }),
  gauge('redis_memory_used_peak_bytes', {
    title: 'Redis memory peak',
    unit: 'bytes',
    help: 'Most memory that was used since the server started.',
    read: (reading) => reading.memory.peakBytes,
  }),
  gauge('redis_memory_max_bytes', {
    title: 'Redis memory limit',
    unit: 'bytes',
    help: 'The maxmemory of the server; 0 is none.',
    read: (reading) => reading.memory.maximumBytes ?? 0,
  }),
  gauge('redis_mem_fragmentation_ratio', {
    title: 'Redis fragmentation',
    unit: 'count',
    help: 'Memory that the system sees by memory that is used.',
    read: (reading) => reading.memory.fragmentationRatio,
  }),
]

const keys: readonly Redis[] = [
  gauge('perfbot_redis_hit_ratio', {
    title: 'Redis hits',
    unit: 'ratio',
    help: 'Share of look-ups that found their key, since the reading before.',
    history: true,
    read: ({ rates }) => rates.hitRatio,
  }),
  counter('redis_keyspace_hits_total', {
    title: 'Redis keys found',
    unit: 'count',
    help: 'Look-ups that found their key.',
    read: ({ counters }) => counters.keyspaceHits,
  }),
  counter('redis_keyspace_misses_total', {
    title: 'Redis keys missed',
    unit: 'count',
    help: 'Look-ups that found no key.',
    read: ({ counters }) => counters.keyspaceMisses,
  }),
  counter('redis_expired_keys_total', {
    title: 'Redis keys expired',
    unit: 'count',
    help: 'Keys whose time was over.',
    read: ({ counters }) => counters.expiredKeys,
  }),
  counter('redis_evicted_keys_total', {
    title: 'Redis keys evicted',
    unit: 'count',
    help: 'Keys dropped to make room.',
    history: true,
    read: ({ counters }) => counters.evictedKeys,
  }),
  gauge('redis_db_keys', {
    title: 'Redis keys',
    unit: 'count',
    help: 'Keys of each database.',
    history: true,
    read: ({ keyspace }) => keyspace.map((each): Point => [{ db: `db${each.database}` }, each.keys]),
  }),
  gauge('redis_db_keys_expiring', {
    title: 'Redis keys that expire',
    unit: 'count',
    help: 'Of the keys of each database, those that will expire.',
    read: ({ keyspace }) => keyspace.map((each): Point => [{ db: `db${each.database}` }, each.expiring]),
  }),
]

const onEachCommand =
  (read: (command: RedisReading['commands'][number]) => number) =>
  ({ commands }: RedisReading): Point[] =>
    commands.map((command) => [{ cmd: command.command }, read(command)])

const work: readonly Redis[] = [
  gauge('perfbot_redis_commands_per_second', {
    title: 'Redis commands',
    unit: 'per_second',
    help: 'Commands without those of perfbot, mean since the reading before.',
    history: true,
    read: ({ rates }) => rates.commands,
  }),
  gauge('perfbot_redis_cpu_cores', {
    title: 'Redis CPU',
    unit: 'cores',
    help: 'Processor time of the server; 1 is a main thread that is fully busy.',
    history: true,
    read: ({ rates }) => rates.cpu,
  }),
  counter('redis_commands_processed_total', {
    title: 'Redis commands run',
    unit: 'count',
    help: 'Commands since the server started.',
    read: ({ counters }) => counters.commands,
  }),
  counter('redis_commands_total', {
    title: 'Redis commands by name',
    unit: 'count',
    help: 'Calls of each command that takes much time.',
    read: onEachCommand(({ calls }) => calls),
  }),
  counter('redis_commands_duration_seconds_total', {
    title: 'Redis command time',
    unit: 'seconds',
    help: 'Time in each command that takes much of it.',
    read: onEachCommand(({ time }) => time),
  }),
  counter('redis_errors_total', {
    title: 'Redis errors',
    unit: 'count',
    help: 'Errors that were answered, by their first word.',
    read: ({ errors }) => errors.map(({ error, count }): Point => [{ err: error }, count]),
  }),
  counter('redis_net_input_bytes_total', {
    title: 'Redis network in',
    unit: 'bytes',
    help: 'Bytes received.',
    read: ({ counters }) => counters.netInputBytes,
  }),
  counter('redis_net_output_bytes_total', {
    title: 'Redis network out',
    unit: 'bytes',
    help: 'Bytes sent.',
    read: ({ counters }) => counters.netOutputBytes,
  }),
  counter('redis_cpu_sys_seconds_total', {
    title: 'Redis CPU in the kernel',
    unit: 'seconds',
    help: 'Processor time of the server in the kernel.',
    read: ({ counters }) => counters.cpuSystemSeconds,
  }),
  counter('redis_cpu_user_seconds_total', {
    title: 'Redis CPU of its own',
    unit: 'seconds',
    help: 'Processor time of the server in its own code.',
    read: ({ counters }) => counters.cpuUserSeconds,
  }),
]

const safety: readonly Redis[] = [
  gauge('redis_loading_dump_file', {
    title: 'Redis loading',
    unit: 'count',
    help: 'Whether the server reads its data from disk (1) and answers little else.',
    read: ({ persistence }) => flag(persistence.loading),
  }),
  gauge('redis_rdb_changes_since_last_save', {
    title: 'Redis unsaved changes',
    unit: 'count',
    help: 'Changes since the last save.',
    read: ({ persistence }) => persistence.changesSinceSave,
  }),
  gauge('redis_rdb_last_save_timestamp_seconds', {
    title: 'Redis last save',
    unit: 'seconds',
    help: 'When the data was last saved, in seconds since 1970.',
    read: ({ persistence }) => instant(persistence.lastSaveAt),
  }),
  gauge('redis_rdb_last_bgsave_status', {
    title: 'Redis save success',
    unit: 'count',
    help: 'Whether the last save succeeded (1).',
    read: ({ persistence }) => flag(persistence.lastSaveSucceeded),
  }),
  gauge('redis_aof_last_write_status', {
    title: 'Redis append success',
    unit: 'count',
    help: 'Whether the append-only file was last written (1); absent while it is off.',
    read: ({ persistence }) => flag(persistence.appendOnly?.lastWriteSucceeded ?? null),
  }),
  gauge('redis_connected_slaves', {
    title: 'Redis replicas',
    unit: 'count',
    help: 'Replicas that are connected.',
    read: ({ replication }) => replication.replicas.length,
  }),
  gauge('redis_master_link_up', {
    title: 'Redis link to the primary',
    unit: 'count',
    help: 'Whether a replica has its link to the primary (1); absent for a primary.',
    history: true,
    read: ({ replication }) => flag(replication.source?.linkUp ?? null),
  }),
]

export const redisMetrics: readonly Redis[] = [...clients, ...memory, ...keys, ...work, ...safety]
