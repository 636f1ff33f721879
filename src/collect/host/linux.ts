import type { Gap } from '../../model/gap.ts'
import type { HostReading } from '../../model/host-reading.ts'
import { type Seconds, seconds, timestamp } from '../../model/units.ts'
import { isTooOld, untilWindowHolds } from '../deadline.ts'
import { machineProcess, type SystemPaths, sharesNetwork } from '../system-paths.ts'
import { readClock } from './clock.ts'
import { areComparable, type Counted, readCounted } from './counted.ts'
import { rate } from './counters.ts'
import { diskReadings, diskTraits } from './disks.ts'
import { filesystemReader } from './filesystems.ts'
import type { Inventory } from './inventory.ts'
import { kernelFile, requiredFile } from './kernel-file.ts'
import { kernelLogReader } from './kernel-log.ts'
import { readKernelSettings } from './kernel-settings.ts'
import { readFileDescriptors, threadLimit } from './limits.ts'
import { parseMemory } from './memory.ts'
import { interfaceReadings, readLink } from './network.ts'
import { pageSize } from './page-size.ts'
import { readPressure } from './pressure.ts'
import { busiestRatio, cpuModeRatios, cpuRatios, cpuSeconds, parseLoadAverages } from './proc-stat.ts'
import { countTasks, gapsOfHidden, topProcesses, zombiesAmong } from './processes.ts'
import { readGovernor, thermalThrottles } from './processors.ts'
import { parseRaids } from './raids.ts'
import { remembered } from './remembered.ts'
import { rebootRequired } from './restart-mark.ts'
import { parseSockets, readConntrack } from './sockets.ts'
import { gapsOfSysfs } from './sysfs.ts'
import { tcpReading } from './tcp.ts'
import { temperatureReader } from './temperatures.ts'

export type HostSource = {
  read(signal: AbortSignal): Promise<{ machine: HostReading; gaps: Gap[] }>
  close(): void
}

/**
 * The machine as /proc and /sys state it, no process being started. Rates are measured from the reading before, or over
 * a window of their own.
 */
export function linuxHost(
  window: Seconds,
  paths: SystemPaths,
  inventory: () => Promise<Inventory>,
): HostSource {
  const { procfs, sysfs, rootfs } = paths
  const readFilesystems = filesystemReader(paths)
  const readTemperatures = temperatureReader(sysfs)
  const log = kernelLogReader(rootfs)
  const disksOf = diskTraits(sysfs)
  const throttles = thermalThrottles(sysfs)
  const settings = remembered(() => readKernelSettings(procfs, sysfs))
  const links = remembered(() => new Map<string, ReturnType<typeof readLink>>())
  let kept: Counted | null = null

  const between = async (signal: AbortSignal): Promise<[earlier: Counted, later: Counted]> => {
    const earlier = kept && !isTooOld(kept.readAt) ? kept : await readCounted(paths, disksOf)
    await untilWindowHolds(earlier.readAt, window, signal)
    const later = await readCounted(paths, disksOf)
    kept = later
    // A machine that was put back to an earlier state (a snapshot, a checkpoint) is measured anew.
    return areComparable(earlier, later) ? [earlier, later] : await between(signal)
  }

  const linkOf = (name: string) => {
    const link = links().get(name) ?? readLink(sysfs, name)
    links().set(name, link)
    return link
  }

  const read = async (signal: AbortSignal) => {
    const [earlier, later] = await between(signal)
    const [{ filesystems, gaps }, stock, pageBytes, temperatures, { events, gaps: logGaps }] =
      await Promise.all([readFilesystems(), inventory(), pageSize(), readTemperatures(), log.read()])
    const elapsed = (later.readAt - earlier.readAt) / 1000
    const { cpuModel, ...operatingSystem } = stock
    const { stat, vm, processes } = later
    const perSecond = (count: (of: Counted) => number | null) => rate(count(earlier), count(later), elapsed)
    const { threads, ...load } = parseLoadAverages(requiredFile(`${procfs}/loadavg`))
    const { meminfo, ...memory } = parseMemory(requiredFile(`${procfs}/meminfo`))
    const machine: HostReading = {
      operatingSystem,
      bootedAt: timestamp(new Date(stat.bootedAtSeconds * 1000)),
      rebootRequired: rebootRequired(rootfs),
      windowSeconds: seconds(elapsed),
      cpu: {
        model: cpuModel,
        count: stat.processors.size,
        ...cpuRatios(earlier.stat.cpu, stat.cpu, {
          user: later.own.user - earlier.own.user,
          system: later.own.system - earlier.own.system,
        }),
        modes: cpuModeRatios(earlier.stat.cpu, stat.cpu),
        busiestRatio: busiestRatio(earlier.stat, stat),
        ...load,
        runnable: Math.max(0, stat.runningTasks - 1),
        blocked: stat.blockedTasks,
        contextSwitches: perSecond((of) => of.stat.contextSwitches),
        interrupts: perSecond((of) => of.stat.interrupts),
        forks: perSecond((of) => of.stat.forks),
        governor: readGovernor(sysfs),
        thermalThrottles: throttles(stat.processors.size),
      },
      memory: {
        ...memory,
        swapInPages: perSecond((of) => of.vm.swapInPages),
        swapOutPages: perSecond((of) => of.vm.swapOutPages),
        majorFaults: perSecond((of) => of.vm.majorFaults),
        allocationStalls: perSecond((of) => of.vm.allocationStalls),
        oomKills: vm.oomKills,
        meminfo,
      },
      pressure: readPressure(procfs),
      counters: {
        cpu: cpuSeconds(stat.cpu),
        contextSwitches: stat.contextSwitches,
        interrupts: stat.interrupts,
        forks: stat.forks,
        ...vm,
      },
      filesystems,
      disks: diskReadings(earlier.disks, later.disks, elapsed, disksOf),
      raids: parseRaids(kernelFile(`${procfs}/mdstat`) ?? ''),
      network: interfaceReadings(earlier.interfaces, later.interfaces, elapsed, linkOf),
      tcp: tcpReading(earlier.tcp, later.tcp, elapsed),
      sockets: parseSockets(kernelFile(`${machineProcess(procfs)}/net/sockstat`), pageBytes),
      conntrack: sharesNetwork(procfs) ? readConntrack(procfs) : null,
      fileDescriptors: readFileDescriptors(procfs),
      tasks: countTasks(processes, threads, threadLimit(procfs)),
      zombies: zombiesAmong(processes),
      clock: readClock(paths, processes),
      temperatures,
      kernelSettings: settings(),
      kernelLog: events,
      topProcesses: topProcesses(earlier.processes, processes, {
        elapsedSeconds: elapsed,
        pageBytes,
        procfs,
      }),
    }
    return { machine, gaps: [...gaps, ...logGaps, ...gapsOfHidden(processes), ...gapsOfSysfs(sysfs)] }
  }
  return { read, close: log.close }
}
