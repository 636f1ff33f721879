import type { ContainerReading } from '../container-reading.ts'
import { counter, flag, gauge, instant, type Labels, type MetricOf } from './metric.ts'

/** cAdvisor's `name` and `image`; its `id` is the cgroup's path, which differs by driver: ours is in the info. */
export const containerLabels = ({ engine, name, image }: ContainerReading): Labels => ({
  engine,
  name,
  image,
})

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
]

export const containerMetrics: readonly MetricOf<ContainerReading>[] = [...state, ...cpu, ...memory]
