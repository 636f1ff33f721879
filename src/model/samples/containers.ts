import type { ContainerReading, ContainerTotals } from '../container-reading.ts'
import { counter, flag, gauge, instant, type Labels, type MetricOf, type Point } from './metric.ts'

/** cAdvisor's `name` and `image`; its `id` is the cgroup's path, which differs by driver: ours is in the info. */
export const containerLabels = ({ engine, name, image }: ContainerReading): Labels => ({
  engine,
  name,
  image,
})

type Interface = NonNullable<ContainerTotals['network']>[number]
type Pressured = 'cpu' | 'memory' | 'io'

const onEachInterface =
  (counted: (each: Interface) => number) =>
  ({ usage }: ContainerReading): Point[] =>
    (usage?.totals.network ?? []).map((each) => [{ interface: each.interface }, counted(each)])

const ratioOf = (part: number | null | undefined, whole: number | null): number | null =>
  part === null || part === undefined || !whole ? null : part / whole

const state: readonly MetricOf<ContainerReading>[] = [
  gauge('perfbot_container_info', {
    title: 'Container',
    unit: 'count',
    help: 'A container that is there, running or not; always 1. The id is that of its engine.',
    read: ({ id, imageId, compose }) => [
      [
        {
          id,
          image_id: imageId,
          compose_project: compose?.project ?? '',
          compose_service: compose?.service ?? '',
        },
        1,
      ],
    ],
  }),
  gauge('perfbot_container_state', {
    title: 'Container state',
    unit: 'count',
    help: 'The state that a container is in, as its label; always 1.',
    read: (container) => [[{ state: container.state }, 1]],
  }),
  gauge('perfbot_container_running', {
    title: 'Container running',
    unit: 'count',
    help: 'Whether a container runs (1) or not (0).',
    history: true,
    read: (container) => flag(container.state === 'running'),
  }),
  gauge('container_start_time_seconds', {
    title: 'Container start',
    unit: 'seconds',
    help: 'When the container was last started, in seconds since 1970.',
    read: ({ startedAt }) => instant(startedAt),
  }),
  gauge('perfbot_container_exit_code', {
    title: 'Container exit code',
    unit: 'count',
    help: 'Exit code of the last run, once it has ended.',
    read: ({ exitCode }) => exitCode,
  }),
  gauge('perfbot_container_oom_killed', {
    title: 'Container killed for memory',
    unit: 'count',
    help: 'Whether the last run that ended was killed for lack of memory (1), as its engine states it.',
    read: ({ oomKilled }) => flag(oomKilled),
  }),
  counter('perfbot_container_restarts_total', {
    title: 'Container restarts',
    unit: 'count',
    help: 'Restarts by the restart policy since the container was made or started by hand.',
    history: true,
    read: ({ restartCount }) => restartCount,
  }),
  gauge('perfbot_container_healthy', {
    title: 'Container health',
    unit: 'count',
    help: 'Whether the healthcheck says healthy (1); absent without one, and while it is still starting.',
    history: true,
    read: ({ health }) => (health && health.status !== 'starting' ? flag(health.status === 'healthy') : null),
  }),
  gauge('perfbot_container_health_failing_streak', {
    title: 'Container failing streak',
    unit: 'count',
    help: 'How many healthchecks failed in a row.',
    read: ({ health }) => health?.failingStreak,
  }),
]

const cpu: readonly MetricOf<ContainerReading>[] = [
  counter('container_cpu_usage_seconds_total', {
    title: 'Container CPU time',
    unit: 'seconds',
    help: 'Processor time of the container since it was started.',
    read: ({ usage }) => [[{ cpu: 'total' }, usage?.totals.cpuSeconds]],
  }),
  counter('container_cpu_user_seconds_total', {
    title: 'Container CPU time, user',
    unit: 'seconds',
    help: 'Processor time of the container in user mode since it was started.',
    read: ({ usage }) => usage?.totals.cpuUserSeconds,
  }),
  counter('container_cpu_system_seconds_total', {
    title: 'Container CPU time, system',
    unit: 'seconds',
    help: 'Processor time of the container in the kernel since it was started.',
    read: ({ usage }) => usage?.totals.cpuSystemSeconds,
  }),
  gauge('perfbot_container_cpu_cores', {
    title: 'Container CPU',
    unit: 'cores',
    help: 'Processor time per time, mean since the reading before.',
    history: true,
    read: ({ usage }) => usage?.cpuCores,
  }),
  gauge('perfbot_container_cpu_limit_cores', {
    title: 'Container CPU limit',
    unit: 'cores',
    help: 'CPU quota of the container; absent without one.',
    read: ({ limits }) => limits.cpuCores,
  }),
  gauge('perfbot_container_cpu_quota_ratio', {
    title: 'Container CPU of its quota',
    unit: 'ratio',
    help: 'Share of the CPU quota that was used, mean since the reading before; absent without a quota.',
    read: ({ usage }) => usage?.cpuOfQuota,
  }),
  counter('container_cpu_cfs_periods_total', {
    title: 'Container quota periods',
    unit: 'count',
    help: 'Enforcement periods of the CPU quota.',
    read: ({ usage }) => usage?.totals.cpuPeriods,
  }),
  counter('container_cpu_cfs_throttled_periods_total', {
    title: 'Container throttled periods',
    unit: 'count',
    help: 'Enforcement periods in which the container was held back.',
    read: ({ usage }) => usage?.totals.throttledPeriods,
  }),
  counter('container_cpu_cfs_throttled_seconds_total', {
    title: 'Container throttled time',
    unit: 'seconds',
    help: 'How long the tasks of the container were held back, added up over all processors.',
    read: ({ usage }) => usage?.totals.throttledSeconds,
  }),
  gauge('perfbot_container_cpu_throttled_ratio', {
    title: 'Container throttling',
    unit: 'ratio',
    help: 'Share of the enforcement periods since the reading before in which the container was held back.',
    history: true,
    read: ({ usage }) => usage?.throttledRatio,
  }),
]

const memory: readonly MetricOf<ContainerReading>[] = [
  gauge('container_memory_working_set_bytes', {
    title: 'Container memory',
    unit: 'bytes',
    help: 'Memory that cannot simply be given back: usage without inactive file cache.',
    history: true,
    read: ({ usage }) => usage?.memoryWorkingSetBytes,
  }),
  gauge('container_memory_usage_bytes', {
    title: 'Container memory with cache',
    unit: 'bytes',
    help: 'All memory that is charged to the container, page cache included.',
    read: ({ usage }) => usage?.memoryUsageBytes,
  }),
  gauge('container_memory_cache', {
    title: 'Container page cache',
    unit: 'bytes',
    help: 'Page cache that is charged to the container.',
    read: ({ usage }) => usage?.memoryCacheBytes,
  }),
  gauge('container_memory_swap', {
    title: 'Container swap',
    unit: 'bytes',
    help: 'Memory of the container that is swapped out.',
    history: true,
    read: ({ usage }) => usage?.swapBytes,
  }),
  gauge('container_spec_memory_limit_bytes', {
    title: 'Container memory limit',
    unit: 'bytes',
    help: 'Memory limit of the container; 0 is none.',
    read: ({ limits }) => limits.memoryBytes ?? 0,
  }),
  gauge('perfbot_container_memory_limit_ratio', {
    title: 'Container memory of its limit',
    unit: 'ratio',
    help: 'Working set by the memory limit; absent without a limit.',
    history: true,
    read: ({ usage, limits }) => ratioOf(usage?.memoryWorkingSetBytes, limits.memoryBytes),
  }),
  counter('container_oom_events_total', {
    title: 'Container OOM kills',
    unit: 'count',
    help: 'Processes of the container that were killed for lack of memory.',
    history: true,
    read: ({ usage }) => usage?.oomKills,
  }),
  gauge('container_threads', {
    title: 'Container tasks',
    unit: 'count',
    help: 'Tasks (processes and threads) in the container.',
    history: true,
    read: ({ usage }) => usage?.pids,
  }),
  gauge('container_threads_max', {
    title: 'Container task limit',
    unit: 'count',
    help: 'How many tasks the container may have; 0 is no limit.',
    read: ({ limits }) => limits.pids ?? 0,
  }),
]

const traffic: readonly MetricOf<ContainerReading>[] = [
  counter('container_fs_reads_bytes_total', {
    title: 'Container disk reads',
    unit: 'bytes',
    help: 'Bytes that the container read from block devices.',
    history: true,
    read: ({ usage }) => usage?.totals.io?.readBytes,
  }),
  counter('container_fs_writes_bytes_total', {
    title: 'Container disk writes',
    unit: 'bytes',
    help: 'Bytes that the container wrote to block devices.',
    history: true,
    read: ({ usage }) => usage?.totals.io?.writtenBytes,
  }),
  counter('container_fs_reads_total', {
    title: 'Container read operations',
    unit: 'count',
    help: 'Read operations of the container on block devices.',
    read: ({ usage }) => usage?.totals.io?.reads,
  }),
  counter('container_fs_writes_total', {
    title: 'Container write operations',
    unit: 'count',
    help: 'Write operations of the container on block devices.',
    read: ({ usage }) => usage?.totals.io?.writes,
  }),
  counter('container_network_receive_bytes_total', {
    title: 'Container network in',
    unit: 'bytes',
    help: 'Bytes received by the container.',
    history: true,
    read: onEachInterface(({ receivedBytes }) => receivedBytes),
  }),
  counter('container_network_transmit_bytes_total', {
    title: 'Container network out',
    unit: 'bytes',
    help: 'Bytes sent by the container.',
    history: true,
    read: onEachInterface(({ transmittedBytes }) => transmittedBytes),
  }),
  counter('container_network_receive_packets_total', {
    title: 'Container packets in',
    unit: 'count',
    help: 'Packets received by the container.',
    read: onEachInterface(({ receivedPackets }) => receivedPackets),
  }),
  counter('container_network_transmit_packets_total', {
    title: 'Container packets out',
    unit: 'count',
    help: 'Packets sent by the container.',
    read: onEachInterface(({ transmittedPackets }) => transmittedPackets),
  }),
  counter('container_network_receive_errors_total', {
    title: 'Container receive errors',
    unit: 'count',
    help: 'Errors while receiving.',
    read: onEachInterface(({ receiveErrors }) => receiveErrors),
  }),
  counter('container_network_transmit_errors_total', {
    title: 'Container transmit errors',
    unit: 'count',
    help: 'Errors while sending.',
    read: onEachInterface(({ transmitErrors }) => transmitErrors),
  }),
  counter('container_network_receive_packets_dropped_total', {
    title: 'Container receive drops',
    unit: 'count',
    help: 'Packets dropped while receiving.',
    read: onEachInterface(({ receiveDrops }) => receiveDrops),
  }),
  counter('container_network_transmit_packets_dropped_total', {
    title: 'Container transmit drops',
    unit: 'count',
    help: 'Packets dropped while sending.',
    read: onEachInterface(({ transmitDrops }) => transmitDrops),
  }),
]

const RESOURCE_NAME: Record<Pressured, string> = { cpu: 'CPU', memory: 'memory', io: 'I/O' }

const pressure = (['cpu', 'memory', 'io'] as const).flatMap((resource): MetricOf<ContainerReading>[] => [
  counter(`container_pressure_${resource}_waiting_seconds_total`, {
    title: `Container wait for ${RESOURCE_NAME[resource]}`,
    unit: 'seconds',
    help: `Time in which some tasks of the container waited for ${RESOURCE_NAME[resource]}.`,
    read: ({ usage }) => usage?.pressure?.[resource].someSeconds,
  }),
  counter(`container_pressure_${resource}_stalled_seconds_total`, {
    title: `Container stall for ${RESOURCE_NAME[resource]}`,
    unit: 'seconds',
    help: `Time in which all tasks of the container waited for ${RESOURCE_NAME[resource]}.`,
    read: ({ usage }) => usage?.pressure?.[resource].fullSeconds,
  }),
])

export const containerMetrics: readonly MetricOf<ContainerReading>[] = [
  ...state,
  ...cpu,
  ...memory,
  ...traffic,
  ...pressure,
]
