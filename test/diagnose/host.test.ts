import { describe, expect, it } from 'vitest'
import { bytes, cores, perSecond, ratio } from '../../src/model/units.ts'
import {
  GIBIBYTE,
  makeContainer,
  makeHistory,
  makeMachine,
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
        topProcesses: [{ pid: 9, name: 'ffmpeg', cpuCores: cores(14), residentBytes: bytes(1) }],
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
  })

  it('counts OOM kills since the readings before, and says when there are none to compare with', () => {
    const now = makeMachine({ memory: { oomKills: 7 } })
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
