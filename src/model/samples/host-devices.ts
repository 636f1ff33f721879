import type { DiskReading } from '../host-devices.ts'
import type { Filesystem, HostReading } from '../host-reading.ts'
import { counter, flag, gauge, type MetricOf, type Point } from './metric.ts'

type Host = MetricOf<HostReading>

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
  gauge('node_filesystem_free_bytes', {
    title: 'Disk free',
    unit: 'bytes',
    help: 'What is free of the file system, with what only root may write.',
    read: onEachMount(({ freeBytes }) => freeBytes),
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

const onEachDisk =
  (read: (disk: DiskReading) => number | null | undefined) =>
  (host: HostReading): Point[] =>
    host.disks.map((disk) => [{ device: disk.device }, read(disk)])

/** Both directions of one metric, told apart by a label. */
const onEachDirection =
  (reading: (disk: DiskReading) => number | null, writing: (disk: DiskReading) => number | null) =>
  (host: HostReading): Point[] =>
    host.disks.flatMap((disk): Point[] => [
      [{ device: disk.device, direction: 'read' }, reading(disk)],
      [{ device: disk.device, direction: 'write' }, writing(disk)],
    ])

type DiskCounters = NonNullable<DiskReading['counters']>

const sinceBoot = (
  name: string,
  title: string,
  unit: 'count' | 'bytes' | 'seconds',
  help: string,
  read: (counters: DiskCounters) => number,
): Host =>
  counter(name, {
    title,
    unit,
    help,
    read: onEachDisk((disk) => disk.counters && read(disk.counters)),
  })

const disks: readonly Host[] = [
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
  gauge('perfbot_disk_operations_per_second', {
    title: 'Disk operations',
    unit: 'per_second',
    help: 'Operations completed, mean since the reading before.',
    history: true,
    read: onEachDirection(
      ({ reads }) => reads,
      ({ writes }) => writes,
    ),
  }),
  gauge('perfbot_disk_await_seconds', {
    title: 'Disk latency',
    unit: 'seconds',
    help: 'Mean time of an operation from being asked to being done; absent when there was none.',
    history: true,
    read: onEachDirection(
      ({ readAwait }) => readAwait,
      ({ writeAwait }) => writeAwait,
    ),
  }),
  gauge('perfbot_disk_queue', {
    title: 'Disk queue',
    unit: 'count',
    help: 'Mean number of operations that waited or were under way.',
    history: true,
    read: onEachDisk(({ queueLength }) => queueLength),
  }),
  sinceBoot(
    'node_disk_reads_completed_total',
    'Disk reads completed',
    'count',
    'Reads completed, since boot.',
    ({ readsCompleted }) => readsCompleted,
  ),
  sinceBoot(
    'node_disk_reads_merged_total',
    'Disk reads merged',
    'count',
    'Reads that were joined to another one, since boot.',
    ({ readsMerged }) => readsMerged,
  ),
  sinceBoot(
    'node_disk_read_bytes_total',
    'Disk bytes read',
    'bytes',
    'Bytes read, since boot.',
    ({ readBytes }) => readBytes,
  ),
  sinceBoot(
    'node_disk_read_time_seconds_total',
    'Disk read time',
    'seconds',
    'Time that all reads took together, since boot.',
    ({ readTime }) => readTime,
  ),
  sinceBoot(
    'node_disk_writes_completed_total',
    'Disk writes completed',
    'count',
    'Writes completed, since boot.',
    ({ writesCompleted }) => writesCompleted,
  ),
  sinceBoot(
    'node_disk_writes_merged_total',
    'Disk writes merged',
    'count',
    'Writes that were joined to another one, since boot.',
    ({ writesMerged }) => writesMerged,
  ),
  sinceBoot(
    'node_disk_written_bytes_total',
    'Disk bytes written',
    'bytes',
    'Bytes written, since boot.',
    ({ writtenBytes }) => writtenBytes,
  ),
  sinceBoot(
    'node_disk_write_time_seconds_total',
    'Disk write time',
    'seconds',
    'Time that all writes took together, since boot.',
    ({ writeTime }) => writeTime,
  ),
  sinceBoot(
    'node_disk_io_time_seconds_total',
    'Disk busy time',
    'seconds',
    'Time in which the device had I/O outstanding, since boot.',
    ({ ioTime }) => ioTime,
  ),
  sinceBoot(
    'node_disk_io_time_weighted_seconds_total',
    'Disk queue time',
    'seconds',
    'Time in which the device had I/O outstanding, times how much, since boot.',
    ({ ioTimeWeighted }) => ioTimeWeighted,
  ),
  gauge('node_disk_io_now', {
    title: 'Disk operations under way',
    unit: 'count',
    help: 'Operations that wait or are under way now.',
    read: onEachDisk(({ counters }) => counters?.inProgress),
  }),
]

const raids: readonly Host[] = [
  gauge('node_md_disks_required', {
    title: 'RAID disks',
    unit: 'count',
    help: 'Disks that the array is made for.',
    read: (host): Point[] => host.raids.map(({ name, devices }) => [{ device: name }, devices]),
  }),
  gauge('node_md_disks', {
    title: 'RAID disks by state',
    unit: 'count',
    help: 'Disks of the array by their state.',
    history: true,
    read: (host): Point[] =>
      host.raids.flatMap(({ name, devicesWorking, failed }): Point[] => [
        [{ device: name, state: 'active' }, devicesWorking],
        [{ device: name, state: 'failed' }, failed.length],
      ]),
  }),
]

const temperatures: readonly Host[] = [
  gauge('perfbot_temperature_celsius', {
    title: 'Temperature',
    unit: 'celsius',
    help: 'Temperature of a sensor, under its chip and its own name.',
    history: true,
    read: (host): Point[] => host.temperatures.map(({ sensor, temperature }) => [{ sensor }, temperature]),
  }),
]

export const hostDeviceMetrics: readonly Host[] = [...filesystems, ...disks, ...raids, ...temperatures]
