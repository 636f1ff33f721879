import { machineProcess, type SystemPaths } from '../system-paths.ts'
import { type DiskCounters, type DiskTraits, parseDiskCounters } from './disks.ts'
import { kernelFile, requiredFile } from './kernel-file.ts'
import { type InterfaceCounters, parseInterfaceCounters } from './network.ts'
import { type OwnCpuTime, type ProcStat, parseProcStat, wasRestarted } from './proc-stat.ts'
import { type ProcessCounters, readProcesses } from './processes.ts'
import { parseTcpCounters, type TcpCounters } from './tcp.ts'
import { parseVmCounters, type VmCounters } from './vmstat.ts'

/** Everything that counts since boot, read at one instant; two of them give the rates. */
export type Counted = {
  /** On the clock of performance.now(). */
  readAt: number
  /** What perfbot itself has used, in microseconds. */
  own: OwnCpuTime
  stat: ProcStat
  vm: VmCounters
  disks: DiskCounters[]
  interfaces: InterfaceCounters[]
  tcp: TcpCounters | null
  processes: ProcessCounters[]
}

export async function readCounted(
  { procfs }: SystemPaths,
  diskTraits: (device: string) => DiskTraits | null,
): Promise<Counted> {
  const readAt = performance.now()
  // Before all else: the tasks that run are to be those of others.
  const stat = parseProcStat(requiredFile(`${procfs}/stat`))
  const own = process.cpuUsage()
  const network = `${machineProcess(procfs)}/net`
  return {
    readAt,
    own,
    stat,
    vm: parseVmCounters(kernelFile(`${procfs}/vmstat`) ?? ''),
    disks: parseDiskCounters(
      kernelFile(`${procfs}/diskstats`) ?? '',
      (device) => diskTraits(device) !== null,
    ),
    interfaces: parseInterfaceCounters(kernelFile(`${network}/dev`) ?? ''),
    tcp: parseTcpCounters(kernelFile(`${network}/snmp`), kernelFile(`${network}/netstat`)),
    processes: await readProcesses(procfs),
  }
}

/** Whether the later reading may be compared with the earlier one. */
export const areComparable = (earlier: Counted, later: Counted): boolean =>
  !wasRestarted(earlier.stat, later.stat)
