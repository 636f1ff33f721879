import type { CpuModeRatios, CpuModeSeconds, HostReading } from '../../model/host-reading.ts'
import { type Ratio, ratio, seconds } from '../../model/units.ts'
import { growth, TICKS_PER_SECOND } from './counters.ts'

/** The columns of a line `cpu` of /proc/stat in their order, proc(5). */
const COLUMNS = [
  'user',
  'nice',
  'system',
  'idle',
  'iowait',
  'irq',
  'softirq',
  'steal',
  'guest',
  'guestNice',
] as const satisfies readonly (keyof CpuModeSeconds)[]

/** CPU time since boot in ticks. Guest time is contained in user, and guestNice in nice: not to be added. */
export type CpuTimes = Record<(typeof COLUMNS)[number], number>

export type ProcStat = {
  cpu: CpuTimes
  /** By number. One that is taken offline is no longer there; the sum of all keeps what it used. */
  processors: ReadonlyMap<string, CpuTimes>
  contextSwitches: number
  interrupts: number
  forks: number
  bootedAtSeconds: number
  /** Tasks that run or wait to run, the reader of the file itself among them. */
  runningTasks: number
  blockedTasks: number
}

/** /proc/stat, proc(5). */
export function parseProcStat(text: string): ProcStat {
  const total = /^cpu +(.+)$/m.exec(text)?.[1]
  if (total === undefined) throw new Error('/proc/stat has no line "cpu"')
  return {
    cpu: timesOf(total),
    processors: new Map(
      Array.from(text.matchAll(/^cpu(\d+) (.+)$/gm), ([, number = '', times = '']) => [
        number,
        timesOf(times),
      ]),
    ),
    contextSwitches: numberAfter('ctxt', text),
    // The sum of all; hundreds of columns follow, one for each interrupt.
    interrupts: numberAfter('intr', text),
    forks: numberAfter('processes', text),
    bootedAtSeconds: numberAfter('btime', text),
    runningTasks: numberAfter('procs_running', text),
    blockedTasks: numberAfter('procs_blocked', text),
  }
}

function timesOf(columns: string): CpuTimes {
  const ticks = columns.trim().split(/\s+/).map(Number)
  return ofColumns((_, index) => ticks[index] ?? 0)
}

function ofColumns<Value>(value: (name: (typeof COLUMNS)[number], index: number) => Value) {
  return Object.fromEntries(COLUMNS.map((name, index) => [name, value(name, index)])) as Record<
    (typeof COLUMNS)[number],
    Value
  >
}

function numberAfter(name: string, text: string): number {
  const match = new RegExp(`^${name} (\\d+)`, 'm').exec(text)
  if (!match) throw new Error(`/proc/stat has no line "${name}"`)
  return Number(match[1])
}

export const cpuSeconds = (times: CpuTimes): CpuModeSeconds =>
  ofColumns((name) => seconds(times[name] / TICKS_PER_SECOND))

/** What adds up to all of the time. */
const PARTS = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const

type CpuRatios = Pick<
  HostReading['cpu'],
  'busyRatio' | 'userRatio' | 'systemRatio' | 'iowaitRatio' | 'stealRatio'
>

/** Of one process, in microseconds, as process.cpuUsage() gives it. */
export type OwnCpuTime = { user: number; system: number }

const NOTHING: OwnCpuTime = { user: 0, system: 0 }

/**
 * Shares of all processors' time between two readings. busy = 1 − idle − iowait, less what the reader itself used:
 * on a small machine that starting and measuring would else be what is measured.
 */
export function cpuRatios(earlier: CpuTimes, later: CpuTimes, own: OwnCpuTime = NOTHING): CpuRatios {
  const { grown, share } = growthOf(earlier, later)
  const user = growth(ticksOf(own.user), grown('user') + grown('nice'))
  const system = growth(ticksOf(own.system), grown('system') + grown('irq') + grown('softirq'))
  return {
    busyRatio: share(user + system + grown('steal')),
    userRatio: share(user),
    systemRatio: share(system),
    iowaitRatio: share(grown('iowait')),
    stealRatio: share(grown('steal')),
  }
}

/** By the kernel's own modes, the reader's use among them. */
export function cpuModeRatios(earlier: CpuTimes, later: CpuTimes): CpuModeRatios {
  const { grown, share } = growthOf(earlier, later)
  return ofColumns((name) => share(grown(name)))
}

/** Of the processor that was busiest between two readings; null when none was there for both. */
export function busiestRatio(earlier: ProcStat, later: ProcStat): Ratio | null {
  const busy = [...later.processors].flatMap(([number, times]) => {
    const before = earlier.processors.get(number)
    return before ? [cpuRatios(before, times).busyRatio] : []
  })
  return busy.length > 0 ? ratio(Math.max(...busy)) : null
}

function growthOf(earlier: CpuTimes, later: CpuTimes) {
  // iowait and idle may go back a little: they are counted per processor, and corrected (proc(5)).
  const grown = (name: keyof CpuTimes) => growth(earlier[name], later[name])
  const total = PARTS.reduce((sum, name) => sum + grown(name), 0)
  return { grown, share: (part: number) => ratio(total > 0 ? part / total : 0) }
}

/**
 * Whether the counters of the later reading began anew, or come from a time before the earlier one. Of the times only
 * those that never go back are looked at: idle and iowait do, a little.
 */
export const wasRestarted = (earlier: ProcStat, later: ProcStat): boolean =>
  later.contextSwitches < earlier.contextSwitches ||
  later.forks < earlier.forks ||
  (['user', 'system'] as const).some((name) => later.cpu[name] < earlier.cpu[name])

const ticksOf = (microseconds: number): number => (microseconds / 1e6) * TICKS_PER_SECOND

/** /proc/loadavg: `0.07 0.08 0.12 1/151 9887`; the 151 are all threads of the machine. */
export function parseLoadAverages(text: string) {
  const match = /^([\d.]+) ([\d.]+) ([\d.]+) \d+\/(\d+) /.exec(text)
  if (!match) throw new Error(`/proc/loadavg is not three averages: ${text.trim().slice(0, 80)}`)
  const [load1, load5, load15, threads] = match.slice(1).map(Number) as [number, number, number, number]
  return { load1, load5, load15, threads }
}
