import type { HostReading } from '../../model/host-reading.ts'
import { ratio } from '../../model/units.ts'
import { growth, TICKS_PER_SECOND } from './counters.ts'

/** CPU time since boot in ticks, from the line `cpu` of /proc/stat. Guest time is contained in user: not added. */
export type CpuTimes = {
  user: number
  nice: number
  system: number
  idle: number
  iowait: number
  irq: number
  softirq: number
  steal: number
}

export type ProcStat = {
  cpu: CpuTimes
  processors: number
  bootedAtSeconds: number
  /** Tasks that run or wait to run, the reader of the file itself among them. */
  runningTasks: number
}

/** /proc/stat, proc(5). */
export function parseProcStat(text: string): ProcStat {
  const total = /^cpu +(.+)$/m.exec(text)?.[1]
  if (total === undefined) throw new Error('/proc/stat has no line "cpu"')
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = total
    .split(' ')
    .map(Number)
  return {
    cpu: { user, nice, system, idle, iowait, irq, softirq, steal },
    processors: text.match(/^cpu\d+ /gm)?.length ?? 0,
    bootedAtSeconds: numberAfter('btime', text),
    runningTasks: numberAfter('procs_running', text),
  }
}

function numberAfter(name: string, text: string): number {
  const match = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)
  if (!match) throw new Error(`/proc/stat has no line "${name}"`)
  return Number(match[1])
}

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
  const grown = (kind: keyof CpuTimes) => growth(earlier[kind], later[kind])
  const idle = grown('idle')
  // iowait may go back a little: it is counted per processor, and corrected (proc(5)).
  const iowait = grown('iowait')
  const allUser = grown('user') + grown('nice')
  const allSystem = grown('system') + grown('irq') + grown('softirq')
  const steal = grown('steal')
  const total = idle + iowait + allUser + allSystem + steal
  const user = growth(ticksOf(own.user), allUser)
  const system = growth(ticksOf(own.system), allSystem)
  const share = (part: number) => ratio(total > 0 ? part / total : 0)
  return {
    busyRatio: share(user + system + steal),
    userRatio: share(user),
    systemRatio: share(system),
    iowaitRatio: share(iowait),
    stealRatio: share(steal),
  }
}

const ticksOf = (microseconds: number): number => (microseconds / 1e6) * TICKS_PER_SECOND

/** /proc/loadavg: `0.07 0.08 0.12 1/151 9887`. */
export function parseLoadAverages(text: string): { load1: number; load5: number; load15: number } {
  const [load1, load5, load15] = text.split(' ').map(Number)
  if (load1 === undefined || load5 === undefined || load15 === undefined) {
    throw new Error(`/proc/loadavg is not three averages: ${text.trim()}`)
  }
  return { load1, load5, load15 }
}
