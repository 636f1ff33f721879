import type { CpuModeSeconds, HostReading } from '../host-reading.ts'
import { KernelEvent } from '../kernel-event.ts'
import { counter, flag, gauge, type MetricOf, type Point } from './metric.ts'

type Host = MetricOf<HostReading>

/** Since boot, in all, as Prometheus wants them: the resource and how many tasks stood still. */
const stalled = (
  resource: 'cpu' | 'memory' | 'io',
  kind: 'waiting' | 'stalled',
  seconds: 'someSeconds' | 'fullSeconds',
): Host =>
  counter(`node_pressure_${resource}_${kind}_seconds_total`, {
    title: `Time ${kind} for ${resource}`,
    unit: 'seconds',
    help: `Time in which ${kind === 'waiting' ? 'some' : 'all'} tasks waited for ${resource}, since boot.`,
    read: (host) => host.pressure?.[resource][seconds],
  })

const CPU_MODES = [
  'user',
  'nice',
  'system',
  'idle',
  'iowait',
  'irq',
  'softirq',
  'steal',
] as const satisfies readonly (keyof CpuModeSeconds)[]

type Counters = NonNullable<HostReading['counters']>

const sinceBoot = (name: string, title: string, help: string, read: (of: Counters) => number | null): Host =>
  counter(name, { title, unit: 'count', help, read: (host) => host.counters && read(host.counters) })

const counters: readonly Host[] = [
  stalled('cpu', 'waiting', 'someSeconds'),
  stalled('memory', 'waiting', 'someSeconds'),
  stalled('memory', 'stalled', 'fullSeconds'),
  stalled('io', 'waiting', 'someSeconds'),
  stalled('io', 'stalled', 'fullSeconds'),
  counter('node_cpu_seconds_total', {
    title: 'CPU time',
    unit: 'seconds',
    help: 'Time of all processors by what they did, since boot.',
    read: ({ counters: since }): Point[] => CPU_MODES.map((mode) => [{ mode }, since?.cpu[mode]]),
  }),
  sinceBoot(
    'node_context_switches_total',
    'Context switches since boot',
    'Changes from one task to another, since boot.',
    ({ contextSwitches }) => contextSwitches,
  ),
  sinceBoot(
    'node_intr_total',
    'Interrupts',
    'Interrupts served, since boot.',
    ({ interrupts }) => interrupts,
  ),
  sinceBoot('node_forks_total', 'Forks', 'Processes and threads started, since boot.', ({ forks }) => forks),
  sinceBoot('node_vmstat_pgfault', 'Page faults', 'Page faults, since boot.', ({ pageFaults }) => pageFaults),
  sinceBoot(
    'node_vmstat_pgmajfault',
    'Major page faults since boot',
    'Page faults that had to read from a disk, since boot.',
    ({ majorFaults }) => majorFaults,
  ),
  sinceBoot(
    'node_vmstat_pgpgin',
    'Paged in',
    'KiB read from disks, since boot.',
    ({ pagedInKibibytes }) => pagedInKibibytes,
  ),
  sinceBoot(
    'node_vmstat_pgpgout',
    'Paged out',
    'KiB written to disks, since boot.',
    ({ pagedOutKibibytes }) => pagedOutKibibytes,
  ),
  sinceBoot(
    'node_vmstat_pswpin',
    'Swapped in',
    'Pages brought in from swap, since boot.',
    ({ swapInPages }) => swapInPages,
  ),
  sinceBoot(
    'node_vmstat_pswpout',
    'Swapped out',
    'Pages put out to swap, since boot.',
    ({ swapOutPages }) => swapOutPages,
  ),
]

const EVENT_KINDS = KernelEvent.options.map(({ shape }) => shape.kind.value)

const limits: readonly Host[] = [
  gauge('node_filefd_allocated', {
    title: 'File descriptors',
    unit: 'count',
    help: 'File descriptors that are open on the machine.',
    history: true,
    read: ({ fileDescriptors }) => fileDescriptors?.allocated,
  }),
  gauge('node_filefd_maximum', {
    title: 'File descriptors allowed',
    unit: 'count',
    help: 'File descriptors that may be open on the machine.',
    read: ({ fileDescriptors }) => fileDescriptors?.maximum,
  }),
  gauge('node_processes_pids', {
    title: 'Processes',
    unit: 'count',
    help: 'Processes of the machine.',
    read: ({ tasks }) => tasks?.processes,
  }),
  gauge('node_processes_threads', {
    title: 'Threads',
    unit: 'count',
    help: 'Threads of all processes of the machine.',
    history: true,
    read: ({ tasks }) => tasks?.threads,
  }),
  gauge('perfbot_threads_limit', {
    title: 'Threads allowed',
    unit: 'count',
    help: 'The lower of kernel.pid_max and kernel.threads-max.',
    read: ({ tasks }) => tasks?.limit,
  }),
  gauge('perfbot_zombies', {
    title: 'Zombies',
    unit: 'count',
    help: 'Processes that ended and were not waited for.',
    history: true,
    read: ({ zombies }) => zombies?.count,
  }),
  gauge('perfbot_clock_synchronised', {
    title: 'Clock synchronised',
    unit: 'count',
    help: 'Whether the keeper of the clock says that it was set right (1); absent where none says.',
    read: ({ clock }) => flag(clock?.synchronised ?? null),
  }),
  gauge('perfbot_reboot_required', {
    title: 'Reboot required',
    unit: 'count',
    help: 'Whether the distribution asks for a restart (1); absent where it has no such mark.',
    read: ({ rebootRequired }) => flag(rebootRequired),
  }),
  gauge('perfbot_kernel_events', {
    title: 'Kernel events',
    unit: 'count',
    help: 'Lines of the kernel log that matter, of the last day, by what they tell.',
    read: ({ kernelLog }): Point[] =>
      EVENT_KINDS.map((kind) => [
        { kind },
        kernelLog?.reduce((sum, event) => sum + (event.kind === kind ? event.count : 0), 0),
      ]),
  }),
]

export const hostKernelMetrics: readonly Host[] = [...counters, ...limits]
