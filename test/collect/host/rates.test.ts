import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rate, wrappingGrowth } from '../../../src/collect/host/counters.ts'
import { type DiskCounters, diskReadings } from '../../../src/collect/host/disks.ts'
import { type InterfaceCounters, interfaceReadings } from '../../../src/collect/host/network.ts'
import {
  busiestRatio,
  type CpuTimes,
  cpuModeRatios,
  cpuRatios,
  type ProcStat,
  wasRestarted,
} from '../../../src/collect/host/proc-stat.ts'
import {
  gapsOfHidden,
  type ProcessCounters,
  topProcesses,
  zombiesAmong,
} from '../../../src/collect/host/processes.ts'

const times: CpuTimes = {
  ...{ user: 0, nice: 0, system: 0, idle: 0, iowait: 0 },
  ...{ irq: 0, softirq: 0, steal: 0, guest: 0, guestNice: 0 },
}

describe('the shares of CPU time', () => {
  it('count iowait as idle, nice and interrupts where they belong, and guests once', () => {
    const later = {
      ...times,
      user: 30,
      nice: 10,
      system: 5,
      idle: 40,
      iowait: 5,
      irq: 2,
      softirq: 3,
      steal: 5,
    }
    const ratios = cpuRatios(times, { ...later, guest: 30 })
    expect(ratios.busyRatio).toBeCloseTo(0.55)
    expect(ratios.userRatio).toBeCloseTo(0.4)
    expect(ratios.systemRatio).toBeCloseTo(0.1)
    expect(ratios.iowaitRatio).toBeCloseTo(0.05)
    expect(ratios.stealRatio).toBeCloseTo(0.05)
    expect(cpuModeRatios(times, later)).toMatchObject({ user: 0.3, nice: 0.1, irq: 0.02, softirq: 0.03 })
  })

  it('leave out what the reader itself used, and call that time free', () => {
    const later = { ...times, user: 60, system: 40, idle: 100 }
    const own = { user: 500_000, system: 100_000 }
    const ratios = cpuRatios(times, later, own)
    expect(ratios.busyRatio).toBeCloseTo(0.2)
    expect(ratios.userRatio).toBeCloseTo(0.05)
    expect(ratios.systemRatio).toBeCloseTo(0.15)
    // The kernel counts in ticks, so that it may count less than was used.
    expect(cpuRatios(times, { ...times, user: 10, idle: 90 }, own).busyRatio).toBe(0)
  })

  it('are those of the busiest processor, of the ones that were there all the time', () => {
    const at = (processors: [string, CpuTimes][]) => statOf({ processors: new Map(processors) })
    const idle = { ...times, idle: 100 }
    const before = at([
      ['0', times],
      ['1', times],
    ])
    const later = at([
      ['0', { ...times, user: 90, idle: 10 }],
      ['1', idle],
      ['2', { ...times, user: 1e6 }],
    ])
    expect(busiestRatio(before, later)).toBe(0.9)
    expect(busiestRatio(at([]), later)).toBeNull()
  })

  it('are not taken of a machine that was put back, though idle time may go back a little', () => {
    const now = statOf({ cpu: { ...times, user: 50, idle: 1000, iowait: 20 }, contextSwitches: 9, forks: 3 })
    expect(wasRestarted(now, { ...now, cpu: { ...now.cpu, idle: 999, iowait: 18 } })).toBe(false)
    expect(wasRestarted(now, { ...now, cpu: { ...now.cpu, user: 49 } })).toBe(true)
    expect(wasRestarted(now, { ...now, contextSwitches: 8 })).toBe(true)
  })
})

function statOf(changes: Partial<ProcStat>): ProcStat {
  return {
    cpu: times,
    processors: new Map(),
    contextSwitches: 0,
    interrupts: 0,
    forks: 0,
    bootedAtSeconds: 0,
    runningTasks: 1,
    blockedTasks: 0,
    ...changes,
  }
}

const count = fc.oneof(fc.nat(1000), fc.maxSafeNat())
const elapsed = fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 300, noNaN: true }))

describe('a rate', () => {
  it('is what was counted over the time, or is not known', () => {
    fc.assert(
      fc.property(fc.option(count), fc.option(count), elapsed, (earlier, later, seconds) => {
        const value = rate(earlier, later, seconds)
        if (earlier === null || later === null || later < earlier || seconds <= 0) expect(value).toBeNull()
        else expect(value).toBe((later - earlier) / seconds)
      }),
    )
  })

  it('of a counter of 32 bits goes on where it begins anew, and is not known where it went back', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.integer({ min: -(2 ** 30), max: 2 ** 31 - 1 }), (start, grown) => {
        const later = (((start + grown) % 2 ** 32) + 2 ** 32) % 2 ** 32
        expect(wrappingGrowth(start, later)).toBe(grown < 0 ? null : grown)
      }),
    )
  })
})

const diskOf = (device: string, changes: Partial<DiskCounters> = {}): DiskCounters => ({
  device,
  ...{ reads: 0, readsMerged: 0, sectorsRead: 0, readMilliseconds: 0 },
  ...{ writes: 0, writesMerged: 0, sectorsWritten: 0, writeMilliseconds: 0 },
  ...{ inProgress: 0, ioMilliseconds: 0, weightedMilliseconds: 0 },
  ...changes,
})

const NO_TRAITS = () => null

describe('a disk', () => {
  it('is measured in sectors of 512 bytes, with the time that each operation took', () => {
    const before = diskOf('sda', { sectorsWritten: 100, ioMilliseconds: 2 ** 32 - 500 })
    const after = diskOf('sda', {
      ...{ reads: 100, sectorsRead: 2000, readMilliseconds: 250, sectorsWritten: 100 },
      ...{ ioMilliseconds: 500, weightedMilliseconds: 3000 },
    })
    const [reading] = diskReadings([before], [after], 2, NO_TRAITS)
    expect(reading).toMatchObject({
      ...{ readBytes: 512_000, writtenBytes: 0, reads: 50, writes: 0 },
      ...{ readAwait: 0.0025, writeAwait: null, queueLength: 1.5, utilisation: 0.5 },
    })
  })

  const wild = fc.record({
    reads: count,
    sectorsRead: count,
    readMilliseconds: fc.nat(2 ** 32 - 1),
    writes: count,
    sectorsWritten: count,
    writeMilliseconds: fc.nat(2 ** 32 - 1),
    ioMilliseconds: fc.nat(2 ** 32 - 1),
    weightedMilliseconds: fc.nat(2 ** 32 - 1),
  })

  it('that is new, was reset or cannot be timed has no rate, and never a wrong one', () => {
    fc.assert(
      fc.property(wild, wild, elapsed, fc.boolean(), (first, second, seconds, isNew) => {
        const [reading] = diskReadings(
          isNew ? [] : [diskOf('sda', first)],
          [diskOf('sda', second)],
          seconds,
          NO_TRAITS,
        )
        const rates = [
          reading?.readBytes,
          reading?.writtenBytes,
          reading?.reads,
          reading?.writes,
          reading?.readAwait,
          reading?.writeAwait,
          reading?.queueLength,
          reading?.utilisation,
        ]
        const wasReset = (['reads', 'writes', 'sectorsRead', 'sectorsWritten'] as const).some(
          (kind) => second[kind] < first[kind],
        )
        if (isNew || wasReset || seconds <= 0) expect(rates).toEqual(new Array(8).fill(null))
        else expect(reading?.reads).toBe((second.reads - first.reads) / seconds)
        for (const each of rates) if (each !== null) expect(each).toBeGreaterThanOrEqual(0)
        expect(reading?.utilisation ?? 0).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('an interface', () => {
  const none = { bytes: 0, packets: 0, errors: 0, drops: 0 }
  const at = (received: Partial<typeof none>, transmitted: Partial<typeof none> = {}): InterfaceCounters => ({
    interface: 'eth0',
    received: { ...none, ...received },
    transmitted: { ...none, ...transmitted },
  })
  const linkOf = () => ({ speed: null, state: 'up' })

  it('has the errors and drops of both directions', () => {
    const before = at({ bytes: 1000, drops: 1 })
    const after = at({ bytes: 5000, drops: 3, errors: 2 }, { drops: 2, packets: 8 })
    expect(interfaceReadings([before], [after], 2, linkOf)).toMatchObject([
      { receivedBytes: 2000, transmittedBytes: 0, transmittedPackets: 4, errors: 1, drops: 2, state: 'up' },
    ])
  })

  it('that was made anew has no rate at all, whichever counter tells', () => {
    fc.assert(
      fc.property(fc.constantFrom('bytes', 'packets', 'errors', 'drops'), fc.boolean(), (kind, inbound) => {
        const grown = { bytes: 900, packets: 90, errors: 9, drops: 9 }
        const before = inbound ? at({ [kind]: 10_000 }) : at({}, { [kind]: 10_000 })
        const [reading] = interfaceReadings([before], [at(grown, grown)], 1, linkOf)
        expect(reading).toMatchObject({
          ...{ receivedBytes: null, transmittedBytes: null, receivedPackets: null },
          ...{ transmittedPackets: null, errors: null, drops: null },
        })
      }),
    )
    expect(interfaceReadings([], [at({ bytes: 5 })], 1, linkOf)).toMatchObject([{ receivedBytes: null }])
  })
})

describe('processes', () => {
  const process = (pid: number, changes: Partial<ProcessCounters> = {}): ProcessCounters => ({
    pid,
    name: `p${pid}`,
    ...{ state: 'S', parent: 1, cpuTicks: 0, threads: 1, startedTicks: 1, residentPages: 10 },
    ...changes,
  })
  const span = { elapsedSeconds: 2, pageBytes: 4096, procfs: '/nonexistent' }

  it('are ranked by CPU time, then by memory, and a pid that was given again fools nobody', () => {
    const before = [process(1, { cpuTicks: 500 }), process(2, { cpuTicks: 900, residentPages: 1000 })]
    const after = [
      process(1, { cpuTicks: 700, threads: 4 }),
      process(2, { cpuTicks: 100, residentPages: 20, startedTicks: 99 }),
      process(3, { residentPages: 5000 }),
    ]
    const rest = { threads: 1, containerId: null }
    expect(topProcesses(before, after, span)).toEqual([
      { ...rest, pid: 1, name: 'p1', cpuCores: 1, residentBytes: 40_960, threads: 4 },
      { ...rest, pid: 2, name: 'p2', cpuCores: 0.5, residentBytes: 81_920 },
      { ...rest, pid: 3, name: 'p3', cpuCores: 0, residentBytes: 20_480_000 },
    ])
  })

  it('that nobody waited for are counted with their parents', () => {
    const dead = (pid: number, parent: number) => process(pid, { state: 'Z', parent })
    const all = [process(1), process(7, { name: 'worker' }), dead(8, 7), dead(9, 7), dead(10, 404)]
    expect(zombiesAmong(all)).toEqual({
      count: 3,
      parents: [
        { pid: 7, name: 'worker', count: 2 },
        { pid: 404, name: 'unknown', count: 1 },
      ],
    })
    expect([zombiesAmong(all.slice(1)), gapsOfHidden(all.slice(1)).length]).toEqual([null, 1])
    expect(gapsOfHidden(all)).toEqual([])
  })
})
