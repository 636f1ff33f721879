import { describe, expect, it } from 'vitest'
import type { HostReading, Meminfo } from '../../src/model/host-reading.ts'
import type { KernelEvent } from '../../src/model/kernel-event.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { bytes, celsius } from '../../src/model/units.ts'
import { GIBIBYTE, makeCache, makeHistory, makeMachine, minutesBefore } from '../support/snapshot.ts'
import { look } from './support.ts'
import { holds } from './table.ts'

const on = (changes: Parameters<typeof makeMachine>[0]): Partial<Snapshot> => ({
  machine: makeMachine(changes),
})
const said = (count: number, minutes = 5) => ({
  at: minutesBefore(minutes),
  since: minutesBefore(minutes),
  count,
  message: 'what the kernel wrote',
})
const logged = (...kernelLog: KernelEvent[]) => on({ kernelLog })
const unread = on({ kernelLog: null })
const yesterday = 25 * 60

describe('the kernel log of a host', () => {
  const quiet = logged({ kind: 'io-error', device: 'sda', ...said(9, yesterday) })
  holds({
    rule: 'host-disk-errors',
    severity: 'high',
    found: logged({ kind: 'io-error', device: 'sda', ...said(9) }),
    near: quiet,
    unknown: unread,
    says: 'sda failed to do 9 operations',
  })
  holds({
    rule: 'host-fs-errors',
    severity: 'critical',
    found: logged({ kind: 'filesystem-error', device: 'sda1', ...said(1) }),
    near: quiet,
    unknown: unread,
  })
  holds({
    rule: 'host-hung-task',
    severity: 'high',
    found: logged({ kind: 'hung-task', process: 'postgres', pid: 9, ...said(2) }),
    near: quiet,
    unknown: unread,
  })
  holds({
    rule: 'host-lockup',
    severity: 'high',
    found: logged({ kind: 'lockup', ...said(1) }),
    near: quiet,
    unknown: unread,
  })
  holds({
    rule: 'host-segfaults',
    severity: 'medium',
    found: logged({ kind: 'segfault', process: 'php', pid: 9, ...said(3) }),
    near: logged({ kind: 'segfault', process: 'php', pid: 9, ...said(2) }),
    unknown: unread,
  })
  const hardware = (message: string) => logged({ kind: 'hardware-error', ...said(1), message })
  holds({
    rule: 'host-hardware-error',
    severity: 'high',
    found: hardware('EDAC MC0: 1 UE memory read error'),
    near: quiet,
    unknown: unread,
  })
  holds({
    rule: 'host-hardware-error',
    severity: 'low',
    found: hardware('[Hardware Error]: Corrected error, no action required.'),
    near: quiet,
    unknown: null,
  })
  const xid = (code: number) => logged({ kind: 'xid', device: '0000:01:00', code, ...said(1) })
  holds({
    rule: 'gpu-xid',
    severity: 'critical',
    found: xid(79),
    near: quiet,
    unknown: unread,
    says: 'Xid 79',
  })
  holds({ rule: 'gpu-xid', severity: 'high', found: xid(48), near: quiet, unknown: null })
  holds({ rule: 'gpu-xid', severity: 'low', found: xid(31), near: quiet, unknown: null })
})

describe('the kernel of a host', () => {
  const thousand = (allocated: number) => on({ fileDescriptors: { allocated, maximum: 1000 } })
  holds({
    rule: 'host-file-descriptors',
    severity: 'high',
    found: thousand(801),
    near: thousand(800),
    unknown: on({ fileDescriptors: null }),
  })
  const threads = (count: number) => on({ tasks: { processes: 10, threads: count, limit: 1000 } })
  holds({
    rule: 'host-tasks',
    severity: 'high',
    found: threads(801),
    near: threads(800),
    unknown: on({ tasks: null }),
  })
  const dead = (count: number) => on({ zombies: { count, parents: [{ pid: 9, name: 'node', count }] } })
  holds({
    rule: 'host-zombies',
    severity: 'low',
    found: dead(51),
    near: dead(50),
    unknown: on({ zombies: null }),
  })
  const clock = (synchronised: boolean | null) =>
    on({ clock: { source: 'tsc', keeper: null, synchronised, lastSynchronisedAt: null } })
  holds({
    rule: 'host-clock',
    severity: 'medium',
    found: clock(false),
    near: clock(true),
    unknown: clock(null),
  })
  holds({
    rule: 'host-reboot-required',
    severity: 'low',
    found: on({ rebootRequired: true }),
    near: on({ rebootRequired: false }),
    unknown: on({ rebootRequired: null }),
  })
  const heat = (degrees: number) =>
    on({
      temperatures: [
        {
          sensor: 'coretemp Package id 0',
          temperature: celsius(degrees),
          maximum: celsius(80),
          critical: celsius(100),
        },
      ],
    })
  holds({ rule: 'host-temperature', severity: 'medium', found: heat(80), near: heat(79), unknown: null })
  holds({ rule: 'host-temperature', severity: 'critical', found: heat(100), near: heat(79), unknown: null })
  const slowed = (thermalThrottles: number | null) => on({ cpu: { thermalThrottles } })
  holds({
    rule: 'host-thermal-throttle',
    severity: 'medium',
    before: () => slowed(1000),
    found: slowed(1010),
    near: slowed(1009),
    unknown: slowed(null),
  })

  const withRedis = (changes: Partial<HostReading>, used = 20 * GIBIBYTE) => ({
    ...on(changes),
    caches: [makeCache({ memory: { usedBytes: bytes(used) } })],
  })
  const setting = (name: string, value: string, used?: number) =>
    withRedis({ kernelSettings: { [name]: value } }, used)
  const none = withRedis({ kernelSettings: {} })
  const pages = 'transparent_hugepage.enabled'
  holds({
    rule: 'host-thp-always',
    severity: 'low',
    found: setting(pages, 'always'),
    near: setting(pages, 'madvise'),
    unknown: none,
  })
  const mode = 'vm.overcommit_memory'
  holds({
    rule: 'host-overcommit',
    severity: 'low',
    found: setting(mode, '0'),
    near: setting(mode, '0', GIBIBYTE),
    unknown: none,
  })
  const late = 'vm.dirty_background_ratio'
  holds({
    rule: 'host-dirty-pages',
    severity: 'low',
    found: setting(late, '20'),
    near: setting(late, '10'),
    unknown: none,
  })

  it('is not judged by what a single reading saw', () => {
    const { checks, findings } = look(
      dead(90),
      makeHistory(1, () => dead(90)),
    )
    expect(findings).toEqual([])
    expect(checks).toContainEqual(
      expect.objectContaining({ rule: 'host-zombies', verdict: 'could-not-look' }),
    )
  })
})

const NOTHING: Meminfo = {
  MemFree: bytes(GIBIBYTE),
  Buffers: null,
  Cached: null,
  SwapCached: null,
  Active: null,
  Inactive: null,
  AnonPages: null,
  Mapped: null,
  Shmem: null,
  Mlocked: null,
  Slab: null,
  SReclaimable: null,
  SUnreclaim: null,
  KernelStack: null,
  PageTables: null,
  Dirty: null,
  Writeback: null,
  CommitLimit: null,
  Committed_AS: null,
  HardwareCorrupted: null,
  AnonHugePages: null,
  HugePages_Total: null,
  HugePages_Free: null,
  HugePages_Rsvd: null,
  HugePages_Surp: null,
  Hugepagesize: null,
}

describe('the memory of a host, 32 GiB,', () => {
  const held = (meminfo: Partial<Meminfo>, kernelSettings = {}) =>
    on({ memory: { meminfo: { ...NOTHING, ...meminfo } }, kernelSettings })
  const unknown = held({})
  holds({
    rule: 'host-slab',
    severity: 'medium',
    found: held({ SUnreclaim: bytes(9 * GIBIBYTE) }),
    near: held({ SUnreclaim: bytes(8 * GIBIBYTE) }),
    unknown,
  })
  holds({
    rule: 'host-page-tables',
    severity: 'medium',
    found: held({ PageTables: bytes(2 * GIBIBYTE) }),
    near: held({ PageTables: bytes(GIBIBYTE) }),
    unknown,
  })
  const free = (HugePages_Free: number, HugePages_Rsvd = 0) =>
    held({ HugePages_Free, HugePages_Rsvd, Hugepagesize: bytes(2 * 1024 ** 2) })
  holds({
    rule: 'host-hugepages-unused',
    severity: 'medium',
    found: free(2048),
    near: free(2048, 1024),
    unknown,
    says: '4 GiB',
  })
  holds({
    rule: 'host-memory-corrupted',
    severity: 'high',
    found: held({ HardwareCorrupted: bytes(4096) }),
    near: held({ HardwareCorrupted: bytes(0) }),
    unknown,
  })
  const promised = (mode: string) =>
    held(
      { Committed_AS: bytes(39 * GIBIBYTE), CommitLimit: bytes(40 * GIBIBYTE) },
      { 'vm.overcommit_memory': mode },
    )
  holds({ rule: 'host-commit-limit', severity: 'high', found: promised('2'), near: promised('0'), unknown })
})
