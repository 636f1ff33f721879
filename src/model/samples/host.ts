import type { HostReading, Meminfo, Pressure } from '../host-reading.ts'
import { hostDeviceMetrics } from './host-devices.ts'
import { hostKernelMetrics } from './host-kernel.ts'
import { hostNetworkMetrics } from './host-network.ts'
import { counter, gauge, instant, type MetricOf, type Point } from './metric.ts'

type Host = MetricOf<HostReading>

const cpu: readonly Host[] = [
  gauge('perfbot_cpu_busy_ratio', {
    title: 'CPU busy',
    unit: 'ratio',
    help: 'Share of all processors that was neither idle nor waiting for I/O, perfbot itself not counted.',
    history: true,
    read: (host) => host.cpu.busyRatio,
  }),
  gauge('perfbot_cpu_mode_ratio', {
    title: 'CPU by mode',
    unit: 'ratio',
    help: 'Share of all processors by what they did, mean since the reading before.',
    history: true,
    read: (host): Point[] => [
      [{ mode: 'user' }, host.cpu.userRatio],
      [{ mode: 'system' }, host.cpu.systemRatio],
      [{ mode: 'iowait' }, host.cpu.iowaitRatio],
      [{ mode: 'steal' }, host.cpu.stealRatio],
    ],
  }),
  gauge('perfbot_cpus', {
    title: 'CPUs',
    unit: 'count',
    help: 'Logical processors.',
    read: (host) => host.cpu.count,
  }),
  gauge('node_load1', {
    title: 'Load over 1 min',
    unit: 'count',
    help: 'Tasks that run, wait to run or sleep uninterruptibly, mean over a minute.',
    history: true,
    read: (host) => host.cpu.load1,
  }),
  gauge('node_load5', {
    title: 'Load over 5 min',
    unit: 'count',
    help: 'Tasks that run, wait to run or sleep uninterruptibly, mean over five minutes.',
    read: (host) => host.cpu.load5,
  }),
  gauge('node_load15', {
    title: 'Load over 15 min',
    unit: 'count',
    help: 'Tasks that run, wait to run or sleep uninterruptibly, mean over a quarter of an hour.',
    read: (host) => host.cpu.load15,
  }),
  gauge('node_procs_running', {
    title: 'Run queue',
    unit: 'count',
    help: 'Tasks that run or wait to run, the reader not counted.',
    history: true,
    read: (host) => host.cpu.runnable,
  }),
  gauge('node_procs_blocked', {
    title: 'Blocked tasks',
    unit: 'count',
    help: 'Tasks that wait for I/O and cannot be interrupted.',
    history: true,
    read: (host) => host.cpu.blocked,
  }),
  gauge('perfbot_cpu_busiest_ratio', {
    title: 'Busiest CPU',
    unit: 'ratio',
    help: 'Share of the busiest processor that was neither idle nor waiting for I/O.',
    history: true,
    read: (host) => host.cpu.busiestRatio,
  }),
  gauge('perfbot_context_switches_per_second', {
    title: 'Context switches',
    unit: 'per_second',
    help: 'Changes from one task to another, mean since the reading before.',
    history: true,
    read: (host) => host.cpu.contextSwitches,
  }),
  counter('perfbot_cpu_throttles_total', {
    title: 'CPU throttling',
    unit: 'count',
    help: 'Times that a core slowed down for heat, since boot.',
    history: true,
    read: (host) => host.cpu.thermalThrottles,
  }),
  gauge('node_boot_time_seconds', {
    title: 'Boot',
    unit: 'seconds',
    help: 'When the machine was started, in seconds since 1970.',
    read: ({ bootedAt }) => instant(bootedAt),
  }),
]

/** All that /proc/meminfo states, but what has a title of its own below. */
const HUGE_PAGES = ['HugePages_Total', 'HugePages_Free', 'HugePages_Rsvd', 'HugePages_Surp'] as const
const MEMINFO_SIZES = [
  'MemFree',
  'Buffers',
  'Cached',
  'SwapCached',
  'Active',
  'Inactive',
  'AnonPages',
  'Mapped',
  'Shmem',
  'Mlocked',
  'Slab',
  'SReclaimable',
  'SUnreclaim',
  'KernelStack',
  'PageTables',
  'Writeback',
  'CommitLimit',
  'Committed_AS',
  'HardwareCorrupted',
  'AnonHugePages',
  'Hugepagesize',
] as const satisfies readonly (keyof Meminfo)[]

const memory: readonly Host[] = [
  gauge('node_memory_MemTotal_bytes', {
    title: 'Memory total',
    unit: 'bytes',
    help: 'MemTotal of /proc/meminfo.',
    read: (host) => host.memory.totalBytes,
  }),
  gauge('node_memory_MemAvailable_bytes', {
    title: 'Memory available',
    unit: 'bytes',
    help: 'MemAvailable of /proc/meminfo: what can be had without swapping.',
    history: true,
    read: (host) => host.memory.availableBytes,
  }),
  gauge('perfbot_memory_used_bytes', {
    title: 'Memory used',
    unit: 'bytes',
    help: 'MemTotal less MemAvailable: page cache is not used memory.',
    history: true,
    read: (host) => host.memory.usedBytes,
  }),
  gauge('perfbot_swap_used_bytes', {
    title: 'Swap used',
    unit: 'bytes',
    help: 'Swap space that holds something.',
    history: true,
    read: (host) => host.memory.swapUsedBytes,
  }),
  gauge('perfbot_swap_pages_per_second', {
    title: 'Swapping',
    unit: 'per_second',
    help: 'Pages moved between memory and swap, mean since the reading before.',
    history: true,
    read: (host): Point[] => [
      [{ direction: 'in' }, host.memory.swapInPages],
      [{ direction: 'out' }, host.memory.swapOutPages],
    ],
  }),
  gauge('perfbot_major_faults_per_second', {
    title: 'Major page faults',
    unit: 'per_second',
    help: 'Page faults that had to read from a disk, mean since the reading before.',
    history: true,
    read: (host) => host.memory.majorFaults,
  }),
  gauge('perfbot_allocation_stalls_per_second', {
    title: 'Allocation stalls',
    unit: 'per_second',
    help: 'Allocations that had to wait for memory to be reclaimed, mean since the reading before.',
    history: true,
    read: (host) => host.memory.allocationStalls,
  }),
  gauge('node_memory_Dirty_bytes', {
    title: 'Memory dirty',
    unit: 'bytes',
    help: 'Dirty of /proc/meminfo: what waits to be written to disks.',
    history: true,
    read: (host) => host.memory.meminfo?.Dirty,
  }),
  ...MEMINFO_SIZES.map((name) =>
    gauge<HostReading>(`node_memory_${name}_bytes`, {
      title: `Meminfo ${name}`,
      unit: 'bytes',
      help: `${name} of /proc/meminfo.`,
      read: (host) => host.memory.meminfo?.[name],
    }),
  ),
  ...HUGE_PAGES.map((name) =>
    gauge<HostReading>(`node_memory_${name}`, {
      title: `Meminfo ${name}`,
      unit: 'count',
      help: `${name} of /proc/meminfo.`,
      read: (host) => host.memory.meminfo?.[name],
    }),
  ),
  counter('node_vmstat_oom_kill', {
    title: 'OOM kills',
    unit: 'count',
    help: 'Processes killed for lack of memory since boot.',
    history: true,
    read: (host) => host.memory.oomKills,
  }),
]

const waiting =
  (of: (pressure: Pressure) => number | null) =>
  (host: HostReading): Point[] =>
    (['cpu', 'memory', 'io'] as const).map((resource) => [
      { resource },
      host.pressure && of(host.pressure[resource]),
    ])

const pressure: readonly Host[] = [
  gauge('perfbot_pressure_some_ratio', {
    title: 'Pressure',
    unit: 'ratio',
    help: 'Share of the last minute in which some tasks waited for the resource (PSI some avg60).',
    history: true,
    read: waiting(({ someAvg60 }) => someAvg60),
  }),
  gauge('perfbot_pressure_full_ratio', {
    title: 'Full pressure',
    unit: 'ratio',
    help: 'Share of the last minute in which all tasks waited for the resource (PSI full avg60).',
    history: true,
    read: waiting(({ fullAvg60 }) => fullAvg60),
  }),
]

export const hostMetrics: readonly Host[] = [
  ...cpu,
  ...memory,
  ...pressure,
  ...hostKernelMetrics,
  ...hostDeviceMetrics,
  ...hostNetworkMetrics,
]
