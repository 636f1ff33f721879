import { readdir, readFile } from 'node:fs/promises'
import type { ProcessReading } from '../../model/host-reading.ts'
import { bytes, cores } from '../../model/units.ts'
import { errorCode } from '../collector.ts'
import { mapBounded } from '../concurrency.ts'
import { growth, TICKS_PER_SECOND } from './counters.ts'

export type ProcessCounters = {
  pid: number
  name: string
  cpuTicks: number
  /** Ticks after boot: a pid that was given again has another. */
  startedTicks: number
  residentPages: number
}

/** Files of /proc are read on Node's few threads: more at a time only costs memory. */
const READS_AT_A_TIME = 16

/** All but perfbot itself. */
export async function readProcesses(): Promise<ProcessCounters[]> {
  const names = await readdir('/proc')
  const pids = names.filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
  const processes = await mapBounded(pids, READS_AT_A_TIME, readProcess)
  return processes.filter((counters) => counters !== null)
}

async function readProcess(pid: string): Promise<ProcessCounters | null> {
  try {
    return parseProcess(await readFile(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    // It ended between the listing and the reading.
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(errorCode(error) ?? '')) return null
    throw error
  }
}

/** /proc/PID/stat, proc(5): `pid (name) state …`. The name may hold spaces and parentheses of its own. */
export function parseProcess(text: string): ProcessCounters {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  // From field 3 (state) on, which is fields[0].
  const fields = text.slice(close + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    cpuTicks: field(14) + field(15),
    startedTicks: field(22),
    residentPages: field(24),
  }
}

const TOP = 5

/** The five that use most CPU, then the five that use most memory and are not among them. */
export function topProcesses(
  earlier: readonly ProcessCounters[],
  later: readonly ProcessCounters[],
  elapsedSeconds: number,
  pageBytes: number,
): ProcessReading[] {
  const ticksBefore = new Map(earlier.map((process) => [identityOf(process), process.cpuTicks]))
  const readings = later.map((process) => {
    // One that is new ran within the window, so that all of its time counts.
    const ticks = growth(ticksBefore.get(identityOf(process)) ?? 0, process.cpuTicks)
    return {
      pid: process.pid,
      name: process.name,
      cpuCores: cores(elapsedSeconds > 0 ? ticks / TICKS_PER_SECOND / elapsedSeconds : 0),
      residentBytes: bytes(process.residentPages * pageBytes),
    }
  })
  const byCpu = readings
    .filter(({ cpuCores }) => cpuCores > 0)
    .sort((left, right) => right.cpuCores - left.cpuCores)
    .slice(0, TOP)
  const byMemory = readings
    .filter((reading) => reading.residentBytes > 0)
    .sort((left, right) => right.residentBytes - left.residentBytes)
    .slice(0, TOP)
  return [...new Set([...byCpu, ...byMemory])]
}

const identityOf = ({ pid, startedTicks }: ProcessCounters): string => `${pid}@${startedTicks}`
