import { describe, expect, it } from 'vitest'
import type { OomVictim } from '../../src/diagnose/oom-kills.ts'
import type { KernelEvent } from '../../src/model/kernel-event.ts'
import { bytes, cores, perSecond, ratio } from '../../src/model/units.ts'
import {
  GIBIBYTE,
  makeContainer,
  makeHistory,
  makeMachine,
  makeProcess,
  minutesBefore,
  pressureOf,
} from '../support/snapshot.ts'
import { findingOf, foundBy, look } from './support.ts'

describe('a host', () => {
  it('that is healthy passes every rule, and each says what it looked at', () => {
    const { checks, findings } = look({})
    expect(findings).toEqual([])
    expect(checks.length).toBeGreaterThanOrEqual(10)
    for (const check of checks) expect(check.lookedAt).not.toBe('')
  })

  it('whose load is high without waiting tasks is not called saturated: load is not CPU use', () => {
    expect(foundBy({ machine: makeMachine({ cpu: { load1: 90, load5: 90, load15: 90 } }) })).toEqual([])
  })

  it('whose tasks wait for the CPU is saturated, and who burns it is named', () => {
    const pressure = {
      cpu: pressureOf({ someAvg60: ratio(0.4) }),
      memory: pressureOf({}),
      io: pressureOf({}),
    }
    const finding = findingOf('host-cpu-saturated', {
      machine: makeMachine({
        pressure,
        cpu: { busyRatio: ratio(0.9) },
        topProcesses: [makeProcess({ pid: 9, name: 'ffmpeg', cpuCores: cores(14) })],
      }),
    })
    expect(finding.rootCause).toContain('ffmpeg')
    expect(finding.evidence).toContainEqual(
      expect.objectContaining({ value: 0.4, source: '/proc/pressure/cpu' }),
    )
  })

  it('whose tasks wait while half of its CPUs are free waits for a quota, and is not saturated', () => {
    const pressure = {
      cpu: pressureOf({ someAvg60: ratio(0.4) }),
      memory: pressureOf({}),
      io: pressureOf({}),
    }
    expect(foundBy({ machine: makeMachine({ pressure, cpu: { busyRatio: ratio(0.4) } }) })).toEqual([])
  })

  it('is judged by the readings that there are: one that is missing does not end what lasts', () => {
    const busy = makeMachine({ cpu: { busyRatio: ratio(0.97), runnable: 40 }, pressure: null })
    const stolen = makeMachine({ cpu: { stealRatio: ratio(0.3) } })
    const thrashing = makeMachine({ memory: { swapInPages: perSecond(900), swapOutPages: perSecond(900) } })
    const withGap = (machine: typeof busy) =>
      makeHistory(5, (before) => ({ machine: before === 3 ? null : machine }))
    expect(foundBy({ machine: busy }, withGap(busy))).toEqual(['host-cpu-saturated'])
    expect(findingOf('host-cpu-steal', { machine: stolen }, withGap(stolen)).severity).toBe('high')
    expect(findingOf('host-swap-thrash', { machine: thrashing }, withGap(thrashing)).severity).toBe('high')
  })

  it('that is busy with a queue is saturated only when it has lasted for five minutes', () => {
    const busy = makeMachine({ cpu: { busyRatio: ratio(0.97), runnable: 40 }, pressure: null })
    expect(foundBy({ machine: busy })).not.toContain('host-cpu-saturated')
    expect(
      foundBy(
        { machine: busy },
        makeHistory(5, () => ({ machine: busy })),
      ),
    ).toContain('host-cpu-saturated')
    const justNow = makeHistory(5, (before) => ({ machine: before > 2 ? makeMachine() : busy }))
    expect(foundBy({ machine: busy }, justNow)).not.toContain('host-cpu-saturated')
  })

  it('is short of memory by what is available, not by what is free', () => {
    const cached = makeMachine({
      memory: { availableBytes: bytes(20 * GIBIBYTE), cacheBytes: bytes(19 * GIBIBYTE) },
    })
    expect(foundBy({ machine: cached })).toEqual([])
    const short = findingOf('host-memory-low', {
      machine: makeMachine({ memory: { availableBytes: bytes(2 * GIBIBYTE) } }),
    })
    expect(short.severity).toBe('high')
    expect(short.title).toBe('2 GiB of 32 GiB memory are available')
    const desperate = makeMachine({ memory: { availableBytes: bytes(GIBIBYTE) } })
    expect(findingOf('host-memory-low', { machine: desperate }).severity).toBe('critical')
  })

  it('with a full swap is well as long as nothing goes in and out of it', () => {
    const full = { swapTotalBytes: bytes(GIBIBYTE), swapUsedBytes: bytes(GIBIBYTE) }
    expect(foundBy({ machine: makeMachine({ memory: full }) })).toEqual([])
    const thrashing = makeMachine({
      memory: { ...full, swapInPages: perSecond(900), swapOutPages: perSecond(900) },
    })
    expect(foundBy({ machine: thrashing })).toEqual(['host-swap-thrash'])
  })

  it('needs both a small share and few bytes for a full disk', () => {
    const [root] = makeMachine().filesystems
    if (!root) throw new Error('the fixture has a file system')
    const on = (sizeGibibytes: number, availableGibibytes: number) =>
      makeMachine({
        filesystems: [
          {
            ...root,
            sizeBytes: bytes(sizeGibibytes * GIBIBYTE),
            availableBytes: bytes(availableGibibytes * GIBIBYTE),
          },
        ],
      })
    expect(foundBy({ machine: on(20_000, 900) })).toEqual([])
    expect(findingOf('host-disk-space', { machine: on(200, 15) }).severity).toBe('high')
    const full = findingOf('host-disk-space', { machine: on(200, 4) })
    expect(full.severity).toBe('critical')
    expect(full.title).toBe('/ has 4 GiB left (2 %)')
  })

  it('can run out of inodes with space left', () => {
    const [root] = makeMachine().filesystems
    if (!root) throw new Error('the fixture has a file system')
    expect(foundBy({ machine: makeMachine({ filesystems: [{ ...root, inodesFree: 1000 }] }) })).toEqual([
      'host-inodes',
    ])
    expect(
      foundBy({ machine: makeMachine({ filesystems: [{ ...root, inodes: null, inodesFree: null }] }) }),
    ).toEqual([])
  })

  it('is told when a file system turned read-only, not when it always was', () => {
    const [root] = makeMachine().filesystems
    if (!root) throw new Error('the fixture has a file system')
    const readOnly = makeMachine({ filesystems: [{ ...root, readOnly: true }] })
    expect(foundBy({ machine: readOnly })).toEqual([])
    expect(
      foundBy(
        { machine: readOnly },
        makeHistory(3, () => ({})),
      ),
    ).toEqual(['host-fs-readonly'])
    // ext4 after an error: still mounted to be written, so that one reading is enough.
    const said: KernelEvent = {
      kind: 'filesystem-read-only',
      ...{ at: minutesBefore(1), since: minutesBefore(1), count: 1, device: 'nvme0n1p2' },
      message: 'EXT4-fs (nvme0n1p2): Remounting filesystem read-only',
    }
    const turned = findingOf('host-fs-readonly', {
      machine: makeMachine({
        filesystems: [{ ...root, readOnly: true, turnedReadOnly: true }],
        kernelLog: [said, { ...said, device: 'nvme0n1p22', message: 'of another one' }],
      }),
    })
    expect(turned.evidence.map(({ value }) => value)).toEqual(['mounted rw, takes no writes', said.message])
  })

  it('counts OOM kills since the readings before, and says when there are none to compare with', () => {
    const now = makeMachine({ memory: { oomKills: 7 }, kernelLog: null })
    const blind = look({ machine: now }).checks.find((check) => check.rule === 'host-oom-kill')
    expect(blind?.verdict).toBe('could-not-look')
    expect(
      foundBy(
        { machine: now },
        makeHistory(5, () => ({ machine: now })),
      ),
    ).toEqual([])
    const grew = makeHistory(5, () => ({ machine: makeMachine({ memory: { oomKills: 5 } }) }))
    expect(findingOf('host-oom-kill', { machine: now }, grew).title).toContain('2 processes')
  })

  it('blames for an OOM kill only containers that were killed lately', () => {
    const grew = makeHistory(5, () => ({ machine: makeMachine({ memory: { oomKills: 5 } }) }))
    const killed = (name: string, minutes: number) =>
      makeContainer({
        name,
        oomKilled: true,
        startedAt: minutesBefore(minutes),
        finishedAt: minutesBefore(minutes),
      })
    const containers = [killed('lately', 2), killed('long-ago', 300)]
    const machine = makeMachine({ memory: { oomKills: 6 } })
    expect(findingOf('host-oom-kill', { machine, containers }, grew).rootCause).toBe(
      'Container lately went over its memory limit.',
    )
  })

  it('tells an OOM kill by the kernel log alone: who, of which container, and what ran out', () => {
    const api = makeContainer({ name: 'api' })
    const victim = (changes: Partial<OomVictim>): OomVictim => ({
      kind: 'oom-kill',
      ...{ at: minutesBefore(5), since: minutesBefore(5), count: 1, message: 'Killed process 77 (node)' },
      ...{ process: 'node', pid: 77, constraint: 'cgroup', cgroup: `/docker/${api.id}` },
      ...{ containerId: api.id, anonymousBytes: bytes(GIBIBYTE) },
      ...changes,
    })
    const findingFor = (changes: Partial<OomVictim>) =>
      findingOf('host-oom-kill', {
        machine: makeMachine({ memory: { oomKills: 7 }, kernelLog: [victim(changes)] }),
        containers: [api],
      })
    const finding = findingFor({})
    expect(finding.title).toBe('The kernel killed node for want of memory')
    expect(finding.rootCause).toBe('Container api went over its memory limit.')
    expect(finding.evidence).toContainEqual(
      expect.objectContaining({
        value: 'node (pid 77) of container api, which held 1 GiB',
        source: '/dev/kmsg',
        at: minutesBefore(5),
      }),
    )
    const ofMachine = findingFor({ constraint: 'machine', cgroup: null })
    expect(ofMachine.rootCause).toContain('machine ran out of memory')
    const twice = findingFor({ count: 2, at: minutesBefore(1) })
    expect(twice.title).toContain('2 processes')
    const longAgo = victim({ at: minutesBefore(90), since: minutesBefore(90) })
    expect(foundBy({ machine: makeMachine({ kernelLog: [longAgo] }) })).toEqual([])
  })

  it('names a mount point once, also where one file system is mounted over another', () => {
    const [root] = makeMachine().filesystems
    if (!root) throw new Error('the fixture has a file system')
    const full = { ...root, inodesFree: 1000 }
    const { findings } = look({
      machine: makeMachine({ filesystems: [full, { ...full, device: '/dev/sdb' }] }),
    })
    expect(findings.map(({ rule }) => rule)).toEqual(['host-inodes'])
  })

  it('was restarted when its boot time moved by more than the clock wanders', () => {
    const before = makeHistory(3, () => ({}))
    expect(foundBy({ machine: makeMachine({ bootedAt: minutesBefore(1) }) }, before)).toEqual([
      'host-rebooted',
    ])
    const wandered = new Date(Date.parse(makeMachine().bootedAt) + 2000).toISOString() as ReturnType<
      typeof minutesBefore
    >
    expect(foundBy({ machine: makeMachine({ bootedAt: wandered }) }, before)).toEqual([])
  })
})
