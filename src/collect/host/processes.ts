import { readdirSync } from 'node:fs'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Gap } from '../../model/gap.ts'
import type { HostReading, ProcessReading } from '../../model/host-reading.ts'
import { bytes, cores } from '../../model/units.ts'
import { containerIdOf } from '../container-of-process.ts'
import { ownProcess } from '../system-paths.ts'
import { growth, TICKS_PER_SECOND } from './counters.ts'
import { kernelFile } from './kernel-file.ts'

export type ProcessCounters = {
  pid: number
  name: string
  /** As ps shows it: R, S, D, Z … */
  state: string
  parent: number
  cpuTicks: number
  threads: number
  /** Ticks after boot: a pid that was given again has another. */
  startedTicks: number
  residentPages: number
}

/** What is read between two turns of the event loop: a few milliseconds' worth. */
const READS_AT_A_TIME = 200

/** Every process of the machine, perfbot's own among them. */
export async function readProcesses(procfs: string): Promise<ProcessCounters[]> {
  const pids = readdirSync(procfs).filter((name) => /^\d+$/.test(name))
  const processes: ProcessCounters[] = []
  for (const [index, pid] of pids.entries()) {
    if (index % READS_AT_A_TIME === READS_AT_A_TIME - 1) await yieldToOthers()
    // Null when it ended between the listing and the reading.
    const text = kernelFile(`${procfs}/${pid}/stat`)
    if (text !== null) processes.push(parseProcess(text))
  }
  return processes
}

/** Whether all are seen: a /proc that was mounted with hidepid shows each user only their own. */
const areAllSeen = (processes: readonly ProcessCounters[]): boolean => processes.some(({ pid }) => pid === 1)

export const gapsOfHidden = (processes: readonly ProcessCounters[]): Gap[] =>
  areAllSeen(processes)
    ? []
    : [
        {
          kind: 'failed',
          source: 'host',
          missing: 'processes of other users',
          reason: '/proc is mounted with hidepid, and shows only those of the user that perfbot runs as',
          remedy: 'Put that user into the group that the mount names (gid=), or mount /proc without hidepid',
        },
      ]

/** /proc/PID/stat, proc(5): `pid (name) state …`. The name may hold spaces and parentheses of its own. */
export function parseProcess(text: string): ProcessCounters {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  // From field 3 (state) on, which is fields[0].
  const fields = text.slice(close + 2).split(' ', 22)
  const field = (number: number) => Number(fields[number - 3])
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: fields[0] ?? '',
    parent: field(4),
    cpuTicks: field(14) + field(15),
    threads: field(20),
    startedTicks: field(22),
    residentPages: field(24),
  }
}

const TOP = 5

type Span = { readonly elapsedSeconds: number; readonly pageBytes: number; readonly procfs: string }

/** The five that use most CPU, then the five that use most memory and are not among them; never perfbot itself. */
export function topProcesses(
  earlier: readonly ProcessCounters[],
  later: readonly ProcessCounters[],
  { elapsedSeconds, pageBytes, procfs }: Span,
): ProcessReading[] {
  const own = ownProcess(procfs)
  const ticksBefore = new Map(earlier.map((process) => [identityOf(process), process.cpuTicks]))
  const readings = later
    .filter(({ pid }) => pid !== own)
    .map((process) => {
      // One that is new ran within the window, so that all of its time counts.
      const ticks = growth(ticksBefore.get(identityOf(process)) ?? 0, process.cpuTicks)
      return {
        pid: process.pid,
        name: process.name,
        cpuCores: cores(elapsedSeconds > 0 ? ticks / TICKS_PER_SECOND / elapsedSeconds : 0),
        residentBytes: bytes(process.residentPages * pageBytes),
        threads: process.threads,
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
  // Whose they are is asked of these few only.
  return [...new Set([...byCpu, ...byMemory])].map((reading) => {
    const cgroups = kernelFile(`${procfs}/${reading.pid}/cgroup`)
    return { ...reading, containerId: cgroups === null ? null : containerIdOf(cgroups) }
  })
}

const identityOf = ({ pid, startedTicks }: ProcessCounters): string => `${pid}@${startedTicks}`

/** All processes, and the threads of all; null where not all are seen. */
export const countTasks = (
  processes: readonly ProcessCounters[],
  threads: number,
  limit: number | null,
): HostReading['tasks'] =>
  areAllSeen(processes) && limit !== null ? { processes: processes.length, threads, limit } : null

const MOST_PARENTS = 5

/** Null where not all are seen. */
export function zombiesAmong(processes: readonly ProcessCounters[]): HostReading['zombies'] {
  if (!areAllSeen(processes)) return null
  const zombies = processes.filter(({ state }) => state === 'Z')
  const parents = [...Map.groupBy(zombies, ({ parent }) => parent)]
    .map(([pid, children]) => ({
      pid,
      // One that ended meanwhile: init waits for its children then.
      name: processes.find((process) => process.pid === pid)?.name ?? 'unknown',
      count: children.length,
    }))
    .sort((left, right) => right.count - left.count)
  return { count: zombies.length, parents: parents.slice(0, MOST_PARENTS) }
}
