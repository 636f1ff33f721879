import type { KernelEvent, OomConstraint } from '../../model/kernel-event.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { redact } from '../../model/redact.ts'
import { bytes } from '../../model/units.ts'
import { containerIdOf } from '../container-of-process.ts'

/** What a line tells, before it is counted and dated. */
export type KernelNote = KernelEvent extends infer Event
  ? Event extends KernelEvent
    ? Omit<Event, 'at' | 'since' | 'count'>
    : never
  : never

/**
 * Reads the lines in their order, for an OOM kill takes two of them, and with their times, in microseconds. Null: this
 * one does not matter.
 */
export type LineReader = (line: string, at: number) => KernelNote | null

/** The kernel announces an OOM kill right before it, and not each when there are many. */
const ANNOUNCED_WITHIN = 1_000_000

export function kernelLineReader(): LineReader {
  let announced: { by: OomAnnouncement; at: number } | null = null
  return (line, at) => {
    const announcement = oomAnnouncement(line)
    if (announcement) {
      announced = { by: announcement, at }
      return null
    }
    const killed = KILLED.exec(line)
    if (killed) {
      const isFresh = announced !== null && at - announced.at <= ANNOUNCED_WITHIN
      return oomKill(line, killed, isFresh ? (announced?.by ?? null) : null)
    }
    for (const recognise of RECOGNISED) {
      const note = recognise(line)
      if (note) return note
    }
    return null
  }
}

const MESSAGE_LENGTH = 300

const said = (line: string): string => shortened(redact(oneLine(line)), MESSAGE_LENGTH)

type OomAnnouncement = {
  /** Null where all that is killed next is meant. */
  pid: number | null
  constraint: OomConstraint | null
  cgroup: string | null
  taskCgroup: string | null
}

const CONSTRAINTS: Readonly<Record<string, OomConstraint>> = {
  CONSTRAINT_NONE: 'machine',
  CONSTRAINT_MEMCG: 'cgroup',
  CONSTRAINT_CPUSET: 'cpuset',
  CONSTRAINT_MEMORY_POLICY: 'memory-policy',
}

/**
 * `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=…,mems_allowed=0,oom_memcg=/docker/…,task_memcg=/docker/…,
 * task=dd,pid=6411,uid=0`; `global_oom` stands in the place of oom_memcg when it was the machine's memory. Before
 * Linux 4.19: `Task in /docker/… killed as a result of limit of /docker/…`. A cgroup that dies as one is announced after
 * its first process: `Tasks in /docker/… are going to be killed due to memory.oom.group set`.
 */
function oomAnnouncement(line: string): OomAnnouncement | null {
  const old = /^Task in (\S+) killed as a result of limit of (\S+)$/.exec(line)
  if (old) return { pid: null, constraint: 'cgroup', taskCgroup: old[1] ?? null, cgroup: old[2] ?? null }
  const group = /^Tasks in (\S+) are going to be killed due to memory\.oom\.group set$/.exec(line)?.[1]
  if (group !== undefined) return { pid: null, constraint: 'cgroup', taskCgroup: group, cgroup: group }
  const constraint = /^oom-kill:constraint=(\w+),/.exec(line)?.[1]
  if (constraint === undefined) return null
  // The name of the task comes after all of these, and may be chosen to look like one of them.
  const pid = /,pid=(\d+),uid=\d+$/.exec(line)?.[1]
  return {
    pid: pid === undefined ? null : Number(pid),
    constraint: CONSTRAINTS[constraint] ?? null,
    cgroup: /,oom_memcg=([^,]*),/.exec(line)?.[1] ?? null,
    taskCgroup: /,task_memcg=([^,]*),/.exec(line)?.[1] ?? null,
  }
}

/** Also `Memory cgroup out of memory: Killed process …` and, of a cgroup that is killed as one, further ones. */
const KILLED = /\bKilled process (\d+) \((.*?)\),? .*?anon-rss:(\d+)kB/

function oomKill(line: string, match: RegExpExecArray, announced: OomAnnouncement | null): KernelNote {
  const [, pid = '', process = '', anonymousKibibytes = ''] = match
  const isOfCgroup = line.startsWith('Memory cgroup out of memory')
  const known = announced !== null && (announced.pid === Number(pid) || announced.pid === null)
  return {
    kind: 'oom-kill',
    message: said(line),
    process: said(process),
    pid: Number(pid),
    constraint: (known ? announced.constraint : null) ?? (isOfCgroup ? 'cgroup' : null),
    cgroup: known ? announced.cgroup : null,
    containerId: (known && announced.taskCgroup && containerIdOf(announced.taskCgroup)) || null,
    anonymousBytes: bytes(Number(anonymousKibibytes) * 1024),
  }
}

/** Floppies and optical drives without a medium fail whenever somebody looks. */
const REMOVABLE = /^(?:fd|sr)\d/

const ioError = (line: string): KernelNote | null => {
  const device =
    /\b(?:I\/O|critical (?:medium|target|space allocation|nexus)|timeout|protection|recovered) error, dev (\S+?),/.exec(
      line,
    )?.[1] ??
    /^Buffer I\/O error on (?:dev|device) ([^\s,]+)/.exec(line)?.[1] ??
    /^(nvme\d+)(?: \S+)?: (?:I\/O (?:tag )?\d+ .*timeout|controller is down|Device not ready)/.exec(
      line.replace(/^nvme (?=nvme)/, ''),
    )?.[1] ??
    /^(ata\d+(?:\.\d+)?): (?:failed command|exception Emask)/.exec(line)?.[1]
  // That a device cannot discard is no fault of it.
  if (device === undefined || REMOVABLE.test(device) || /\((?:DISCARD|WRITE_ZEROES)\)/.test(line)) return null
  return { kind: 'io-error', message: said(line), device: said(device) }
}

const readOnly = (line: string): KernelNote | null => {
  const device =
    /^[\w-]+ \(([^\s)]+)\): (?:Remounting filesystem read-only|Filesystem has been set read-only)/.exec(
      line,
    )?.[1] ?? /^BTRFS\b.*\(device ([^\s)]+)[^)]*\):? .*forced readonly/.exec(line)?.[1]
  return device === undefined
    ? null
    : { kind: 'filesystem-read-only', message: said(line), device: said(device) }
}

const filesystemError = (line: string): KernelNote | null => {
  const device =
    /^EXT[234]-fs error \(device ([^\s)]+)\)/.exec(line)?.[1] ??
    /^EXT[234]-fs \(([^\s)]+)\): (?:error|warning: mounting fs with errors|failed to)/.exec(line)?.[1] ??
    /^Aborting journal on device (\S+?)(?:-\d+)?\.$/.exec(line)?.[1] ??
    /^BTRFS:? (?:error|critical) \(device ([^\s)]+)[^)]*\)/.exec(line)?.[1] ??
    /^XFS \(([^\s)]+)\): .*(?:corruption|corrupt|metadata I\/O error|log I\/O error|shut(?:ting)? ?down)/i.exec(
      line,
    )?.[1] ??
    /^(?:F2FS|FAT)-fs \(([^\s)]+)\): (?:error|.*corrupt)/i.exec(line)?.[1]
  return device === undefined ? null : { kind: 'filesystem-error', message: said(line), device: said(device) }
}

/** `NVRM: Xid (PCI:0000:0a:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.` */
const xid = (line: string): KernelNote | null => {
  const match = /^NVRM: Xid \((?:PCI:)?([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2})(\.\d)?\): (\d+)/i.exec(line)
  if (!match) return null
  const [, slot = '', part = '.0', code = ''] = match
  // As the kernel and the GPU readings write addresses.
  const device = `${slot.toLowerCase().replace(/^0000(?=[0-9a-f]{4}:)/, '')}${part}`
  return { kind: 'xid', message: said(line), device, code: Number(code) }
}

const hungTask = (line: string): KernelNote | null => {
  const match = /^INFO: task (.+):(\d+) (?:<[^>]*> )?blocked (?:.* )?for more than \d+ seconds/.exec(line)
  return (
    match && { kind: 'hung-task', message: said(line), process: said(match[1] ?? ''), pid: Number(match[2]) }
  )
}

const LOCKUP =
  /\b(?:soft lockup - CPU#\d+ stuck|[Ww]atchdog detected hard LOCKUP|self-detected stall on CPU|detected (?:expedited )?stalls on CPUs)/

const lockup = (line: string): KernelNote | null =>
  LOCKUP.test(line) ? { kind: 'lockup', message: said(line) } : null

/** The line of each report that says what it is; the registers that follow are for the vendor. */
const HARDWARE_ERROR =
  /\[Hardware Error\]:(?: \S+:)? *(?:Machine check events logged|CPU \d+: Machine Check|event severity: |Corrected error, no action|Uncorrected)|^EDAC \S+: \d+ [CU]E\b|\bAER: (?:Multiple )?(?:Corrected|Correctable|Uncorrected|Uncorrectable)|^Memory failure: 0x/

const hardwareError = (line: string): KernelNote | null =>
  HARDWARE_ERROR.test(line) ? { kind: 'hardware-error', message: said(line) } : null

/** `nginx[812]: segfault at 0 ip …`, `traps: node[77] general protection fault ip:…`. */
const segfault = (line: string): KernelNote | null => {
  const match =
    /^(.+)\[(\d+)\]: segfault at /.exec(line) ??
    /^traps: (.+)\[(\d+)\] (?:general protection|trap \w+)/.exec(line)
  return (
    match && { kind: 'segfault', message: said(line), process: said(match[1] ?? ''), pid: Number(match[2]) }
  )
}

const RECOGNISED = [
  readOnly,
  filesystemError,
  ioError,
  xid,
  hungTask,
  lockup,
  hardwareError,
  segfault,
] as const
