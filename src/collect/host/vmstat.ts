import type { HostCounters } from '../../model/host-reading.ts'
import { namedNumbers } from './kernel-file.ts'

export type VmCounters = Omit<HostCounters, 'cpu' | 'contextSwitches' | 'interrupts' | 'forks'>

/** Counters of /proc/vmstat; null where the kernel does not keep them. */
export function parseVmCounters(text: string): VmCounters {
  const counters = namedNumbers(text)
  const of = (name: string) => counters.get(name) ?? null
  // Since Linux 4.10 there is one for each zone: allocstall_dma, allocstall_normal, allocstall_movable …
  const sumOf = (pattern: RegExp) => {
    const values = [...counters].filter(([name]) => pattern.test(name)).map(([, value]) => value)
    return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : null
  }
  return {
    pageFaults: of('pgfault'),
    majorFaults: of('pgmajfault'),
    pagedInKibibytes: of('pgpgin'),
    pagedOutKibibytes: of('pgpgout'),
    swapInPages: of('pswpin'),
    swapOutPages: of('pswpout'),
    oomKills: of('oom_kill'),
    allocationStalls: sumOf(/^allocstall(?:_|$)/),
    directReclaimScans: of('pgscan_direct') ?? sumOf(/^pgscan_direct_(?!throttle)/),
  }
}
