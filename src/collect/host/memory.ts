import type { HostReading, Meminfo } from '../../model/host-reading.ts'
import { bytes } from '../../model/units.ts'
import { namedNumbers } from './kernel-file.ts'

/** What /proc/meminfo states, without the rates and counts of /proc/vmstat. */
type Memory = Pick<
  HostReading['memory'],
  'totalBytes' | 'availableBytes' | 'usedBytes' | 'cacheBytes' | 'swapTotalBytes' | 'swapUsedBytes'
> & { meminfo: Meminfo }

/** /proc/meminfo, proc(5): KiB, though it says kB. Cache is Buffers + Cached + SReclaimable, as free(1) has it. */
export function parseMemory(text: string): Memory {
  const kibibytes = namedNumbers(text)
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
    meminfo: meminfoOf(kibibytes),
  }
}

function meminfoOf(numbers: ReadonlyMap<string, number>): Meminfo {
  const size = (name: keyof Meminfo) => {
    const kibibytes = numbers.get(name)
    return kibibytes === undefined ? null : bytes(kibibytes * 1024)
  }
  const count = (name: keyof Meminfo) => numbers.get(name) ?? null
  return {
    MemFree: size('MemFree') ?? bytes(0),
    Buffers: size('Buffers'),
    Cached: size('Cached'),
    SwapCached: size('SwapCached'),
    Active: size('Active'),
    Inactive: size('Inactive'),
    AnonPages: size('AnonPages'),
    Mapped: size('Mapped'),
    Shmem: size('Shmem'),
    Mlocked: size('Mlocked'),
    Slab: size('Slab'),
    SReclaimable: size('SReclaimable'),
    SUnreclaim: size('SUnreclaim'),
    KernelStack: size('KernelStack'),
    PageTables: size('PageTables'),
    Dirty: size('Dirty'),
    Writeback: size('Writeback'),
    CommitLimit: size('CommitLimit'),
    Committed_AS: size('Committed_AS'),
    HardwareCorrupted: size('HardwareCorrupted'),
    AnonHugePages: size('AnonHugePages'),
    HugePages_Total: count('HugePages_Total'),
    HugePages_Free: count('HugePages_Free'),
    HugePages_Rsvd: count('HugePages_Rsvd'),
    HugePages_Surp: count('HugePages_Surp'),
    Hugepagesize: size('Hugepagesize'),
  }
}
