import type { Cell, Table } from '../model/report.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { cell, table } from './table.ts'

export function hostTable({ machine }: Snapshot): Table[] {
  if (!machine) return []
  const { cpu, memory, pressure } = machine
  const rows: [string, Cell][] = [
    ['CPU busy', cell(cpu.busyRatio, 'ratio')],
    ['CPUs', cell(cpu.count, 'count')],
    ['Busiest CPU', cell(cpu.busiestRatio, 'ratio')],
    ['CPU pressure, 60 s', cell(pressure?.cpu.someAvg60 ?? null, 'ratio')],
    ['Load, 5 min', cell(cpu.load5, 'count')],
    ['Memory used', cell(memory.usedBytes, 'bytes')],
    ['Memory available', cell(memory.availableBytes, 'bytes')],
    ['Memory total', cell(memory.totalBytes, 'bytes')],
    ['Page cache', cell(memory.cacheBytes, 'bytes')],
    ['Swap used', cell(memory.swapUsedBytes, 'bytes')],
    ['Memory pressure, 60 s', cell(pressure?.memory.someAvg60 ?? null, 'ratio')],
    ['I/O wait', cell(cpu.iowaitRatio, 'ratio')],
    ['I/O pressure, 60 s', cell(pressure?.io.someAvg60 ?? null, 'ratio')],
    ['Processes', cell(machine.tasks?.processes ?? null, 'count')],
    ['TCP retransmits', cell(machine.tcp?.retransmits ?? null, 'per_second')],
  ]
  return table(
    'host',
    'Host',
    rows,
    [
      { title: 'Reading', cell: ([name]) => cell(name) },
      { title: 'Value', cell: ([, value]) => value },
    ],
    'Used is MemTotal − MemAvailable: page cache is not used memory.',
  )
}

export const filesystemTable = ({ machine }: Snapshot): Table[] =>
  table('filesystems', 'File systems', machine?.filesystems ?? [], [
    { title: 'Mount point', cell: ({ mountPoint }) => cell(mountPoint) },
    { title: 'Available', cell: ({ availableBytes }) => cell(availableBytes, 'bytes') },
    { title: 'Size', cell: ({ sizeBytes }) => cell(sizeBytes, 'bytes') },
    {
      title: 'Used',
      cell: ({ availableBytes, sizeBytes }) =>
        cell(sizeBytes > 0 ? 1 - availableBytes / sizeBytes : null, 'ratio'),
    },
    {
      title: 'Inodes free',
      cell: ({ inodes, inodesFree }) =>
        cell(inodes && inodesFree !== null ? inodesFree / inodes : null, 'ratio'),
    },
  ])

export const diskTable = ({ machine }: Snapshot): Table[] =>
  table('disks', 'Disks', machine?.disks ?? [], [
    { title: 'Disk', cell: ({ device }) => cell(device) },
    { title: 'Reads', cell: ({ reads }) => cell(reads, 'per_second') },
    { title: 'Writes', cell: ({ writes }) => cell(writes, 'per_second') },
    { title: 'Read', cell: ({ readBytes }) => cell(readBytes, 'bytes_per_second') },
    { title: 'Written', cell: ({ writtenBytes }) => cell(writtenBytes, 'bytes_per_second') },
    { title: 'Read latency', cell: ({ readAwait }) => cell(readAwait, 'seconds') },
    { title: 'Write latency', cell: ({ writeAwait }) => cell(writeAwait, 'seconds') },
    { title: 'Busy', cell: ({ utilisation }) => cell(utilisation, 'ratio') },
  ])

export const processTable = ({ machine, containers }: Snapshot): Table[] =>
  table('processes', 'Processes that use most', machine?.topProcesses ?? [], [
    { title: 'Process', cell: ({ name }) => cell(name) },
    { title: 'Pid', cell: ({ pid }) => cell(String(pid)) },
    {
      title: 'Of container',
      cell: ({ containerId }) => cell(containers.find(({ id }) => id === containerId)?.name ?? null),
    },
    { title: 'CPU', cell: ({ cpuCores }) => cell(cpuCores, 'cores') },
    { title: 'Memory', cell: ({ residentBytes }) => cell(residentBytes, 'bytes') },
  ])

const MOST_EVENTS = 10

export const kernelLogTable = ({ machine }: Snapshot): Table[] =>
  table(
    'kernel-log',
    'Kernel log of the last day',
    (machine?.kernelLog ?? []).toReversed().slice(0, MOST_EVENTS),
    [
      { title: 'Latest', cell: ({ at }) => cell(at, 'time') },
      { title: 'What', cell: ({ kind }) => cell(kind.replaceAll('-', ' ')) },
      { title: 'Times', cell: ({ count }) => cell(count, 'count') },
      { title: 'Message', cell: ({ message }) => cell(message) },
    ],
  )
