import type { HostReading } from '../../model/host-reading.ts'
import { bytes } from '../../model/units.ts'

type Memory = Omit<HostReading['memory'], 'swapInPages' | 'swapOutPages' | 'oomKills'>

/** `Name:   123 kB` or `name 123`, one a line, as in /proc/meminfo and /proc/vmstat. kB there are KiB. */
function parseNamedNumbers(text: string): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^(\S+?):?\s+(\d+)(?: kB)?$/.exec(line)
    if (match) numbers.set(match[1] as string, Number(match[2]))
  }
  return numbers
}

/** /proc/meminfo. Used is MemTotal − MemAvailable; cache is Buffers + Cached + SReclaimable, as free(1) has it. */
export function parseMemory(text: string): Memory {
  const kibibytes = parseNamedNumbers(text)
  const sizeOf = (...names: string[]) =>
    bytes(names.reduce((sum, name) => sum + (kibibytes.get(name) ?? 0), 0) * 1024)
  const total = sizeOf('MemTotal')
  if (total === 0) throw new Error('/proc/meminfo has no MemTotal')
  // MemAvailable came with Linux 3.14; free(1) estimates like this before it.
  const available = kibibytes.has('MemAvailable')
    ? sizeOf('MemAvailable')
    : sizeOf('MemFree', 'Buffers', 'Cached')
  return {
    totalBytes: total,
    availableBytes: available,
    usedBytes: bytes(total - available),
    cacheBytes: sizeOf('Buffers', 'Cached', 'SReclaimable'),
    swapTotalBytes: sizeOf('SwapTotal'),
    swapUsedBytes: bytes(sizeOf('SwapTotal') - sizeOf('SwapFree')),
  }
}

/** Counters of /proc/vmstat; null where the kernel does not keep them. */
export type VmCounters = { swapIn: number | null; swapOut: number | null; oomKills: number | null }

export function parseVmCounters(text: string): VmCounters {
  const counters = parseNamedNumbers(text)
  return {
    swapIn: counters.get('pswpin') ?? null,
    swapOut: counters.get('pswpout') ?? null,
    oomKills: counters.get('oom_kill') ?? null,
  }
}
