import type { Filesystem, HostReading, Pressure } from '../host-reading.ts'
import { counter, flag, gauge, instant, type MetricOf, type Point } from './metric.ts'

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
  gauge('node_boot_time_seconds', {
    title: 'Boot',
    unit: 'seconds',
    help: 'When the machine was started, in seconds since 1970.',
    read: ({ bootedAt }) => instant(bootedAt),
  }),
]

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

const onEachMount =
  (read: (filesystem: Filesystem) => number | null) =>
  (host: HostReading): Point[] =>
    host.filesystems.map((filesystem) => {
      const { device, mountPoint, type } = filesystem
      return [{ device, mountpoint: mountPoint, fstype: type }, read(filesystem)]
    })

const filesystems: readonly Host[] = [
  gauge('node_filesystem_size_bytes', {
    title: 'Disk size',
    unit: 'bytes',
    help: 'Size of the file system.',
    read: onEachMount(({ sizeBytes }) => sizeBytes),
  }),
  gauge('node_filesystem_avail_bytes', {
    title: 'Disk available',
    unit: 'bytes',
    help: 'What an unprivileged process can still write.',
    history: true,
    read: onEachMount(({ availableBytes }) => availableBytes),
  }),
  gauge('node_filesystem_files', {
    title: 'Inodes',
    unit: 'count',
    help: 'Inodes of the file system; absent where they have no fixed number.',
    read: onEachMount(({ inodes }) => inodes),
  }),
  gauge('node_filesystem_files_free', {
    title: 'Inodes free',
    unit: 'count',
    help: 'Inodes that are free.',
    history: true,
    read: onEachMount(({ inodesFree }) => inodesFree),
  }),
  gauge('node_filesystem_readonly', {
    title: 'Disk read-only',
    unit: 'count',
    help: 'Whether the file system is mounted read-only (1).',
    read: onEachMount(({ readOnly }) => flag(readOnly)),
  }),
]

type Disk = HostReading['disks'][number]
type Interface = HostReading['network'][number]

const onEachDisk =
  (read: (disk: Disk) => number) =>
  (host: HostReading): Point[] =>
    host.disks.map((disk) => [{ device: disk.device }, read(disk)])
const onEachInterface =
  (read: (each: Interface) => number) =>
  (host: HostReading): Point[] =>
    host.network.map((each) => [{ device: each.interface }, read(each)])

const traffic: readonly Host[] = [
  gauge('perfbot_disk_read_bytes_per_second', {
    title: 'Disk reads',
    unit: 'bytes_per_second',
    help: 'Bytes read from the device, mean since the reading before.',
    history: true,
    read: onEachDisk(({ readBytes }) => readBytes),
  }),
  gauge('perfbot_disk_written_bytes_per_second', {
    title: 'Disk writes',
    unit: 'bytes_per_second',
    help: 'Bytes written to the device, mean since the reading before.',
    history: true,
    read: onEachDisk(({ writtenBytes }) => writtenBytes),
  }),
  gauge('perfbot_disk_utilisation_ratio', {
    title: 'Disk utilisation',
    unit: 'ratio',
    help: 'Share of the time in which the device had I/O outstanding.',
    history: true,
    read: onEachDisk(({ utilisation }) => utilisation),
  }),
  gauge('perfbot_network_receive_bytes_per_second', {
    title: 'Network in',
    unit: 'bytes_per_second',
    help: 'Bytes received, mean since the reading before.',
    history: true,
    read: onEachInterface(({ receivedBytes }) => receivedBytes),
  }),
  gauge('perfbot_network_transmit_bytes_per_second', {
    title: 'Network out',
    unit: 'bytes_per_second',
    help: 'Bytes sent, mean since the reading before.',
    history: true,
    read: onEachInterface(({ transmittedBytes }) => transmittedBytes),
  }),
  gauge('perfbot_network_errors_per_second', {
    title: 'Network errors',
    unit: 'per_second',
    help: 'Errors in both directions, mean since the reading before.',
    history: true,
    read: onEachInterface(({ errors }) => errors),
  }),
  gauge('perfbot_network_drops_per_second', {
    title: 'Network drops',
    unit: 'per_second',
    help: 'Packets dropped in both directions, mean since the reading before.',
    history: true,
    read: onEachInterface(({ drops }) => drops),
  }),
]

export const hostMetrics: readonly Host[] = [...cpu, ...memory, ...pressure, ...filesystems, ...traffic]
