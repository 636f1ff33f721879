import { describe } from 'vitest'
import type { DiskReading, InterfaceReading, RaidReading } from '../../src/model/host-devices.ts'
import type { HostReading } from '../../src/model/host-reading.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { bytes, bytesPerSecond, perSecond, ratio, seconds } from '../../src/model/units.ts'
import { makeDisk, makeInterface, makeMachine } from '../support/snapshot.ts'
import { holds } from './table.ts'

const on = (changes: Partial<Omit<HostReading, 'cpu' | 'memory'>>): Partial<Snapshot> => ({
  machine: makeMachine(changes),
})
const link = (changes: Partial<InterfaceReading>) => on({ network: [makeInterface(changes)] })
const disk = (changes: Partial<DiskReading>) => on({ disks: [makeDisk(changes)] })
const raid = (changes: Partial<RaidReading>) =>
  on({
    raids: [
      {
        name: 'md0',
        level: 'raid1',
        active: true,
        devices: 2,
        devicesWorking: 2,
        failed: [],
        activity: null,
        ...changes,
      },
    ],
  })

const side = (packets: number, errors: number) => ({ bytes: bytes(packets * 900), packets, errors, drops: 0 })
const passed = (packets: number, errors: number) =>
  link({ counters: { received: side(packets, errors), transmitted: side(packets, 0) } })

const NO_TCP = {
  activeOpens: 0,
  passiveOpens: 0,
  attemptFails: 0,
  establishedResets: 0,
  segmentsIn: 0,
  segmentsOut: 0,
  retransmits: 0,
  resetsSent: 0,
  listenOverflows: 0,
  listenDrops: 0,
  synRetransmits: 0,
  timeouts: 0,
}
const tcp = (counters: Partial<typeof NO_TCP>) =>
  on({
    tcp: {
      established: 9,
      segmentsIn: perSecond(9),
      segmentsOut: perSecond(9),
      retransmits: perSecond(0),
      listenOverflows: perSecond(0),
      listenDrops: perSecond(0),
      counters: { ...NO_TCP, ...counters },
    },
    kernelSettings: { 'net.core.somaxconn': '128' },
  })
const noTcp = on({ tcp: null })

describe('the network of a host', () => {
  const ofBefore = () => passed(0, 0)
  holds({
    rule: 'host-net-errors',
    severity: 'medium',
    before: ofBefore,
    found: passed(10_000, 1000),
    near: passed(200, 90),
    unknown: link({}),
  })
  // Far below the 1 %, however many.
  holds({
    rule: 'host-net-errors',
    severity: 'medium',
    before: ofBefore,
    found: passed(10_000, 1000),
    near: passed(10_000_000, 9000),
    unknown: null,
  })
  holds({
    rule: 'host-net-saturated',
    severity: 'high',
    found: link({ receivedBytes: bytesPerSecond(120_000_000) }),
    near: link({ receivedBytes: bytesPerSecond(60_000_000), transmittedBytes: bytesPerSecond(60_000_000) }),
    unknown: link({ speed: null }),
  })
  holds({
    rule: 'host-net-link',
    severity: 'high',
    before: () => link({}),
    found: link({ state: 'down', speed: null }),
    near: link({}),
    unknown: link({ interface: 'eth9' }),
    says: 'lost its link',
  })
  holds({
    rule: 'host-net-link',
    severity: 'medium',
    before: () => link({}),
    found: link({ speed: bytesPerSecond(12_500_000) }),
    near: link({ speed: null }),
    unknown: null,
  })
  const before = () => tcp({})
  holds({
    rule: 'host-tcp-retransmits',
    severity: 'medium',
    before,
    found: tcp({ segmentsOut: 10_000, retransmits: 300 }),
    near: tcp({ segmentsOut: 30, retransmits: 3 }),
    unknown: noTcp,
  })
  holds({
    rule: 'host-tcp-retransmits',
    severity: 'high',
    before,
    found: tcp({ segmentsOut: 10_000, retransmits: 600 }),
    near: tcp({ segmentsOut: 10_000, retransmits: 199 }),
    unknown: noTcp,
  })
  holds({
    rule: 'host-listen-overflow',
    severity: 'medium',
    before,
    found: tcp({ listenOverflows: 10 }),
    near: tcp({ listenOverflows: 9 }),
    unknown: noTcp,
  })
  holds({
    rule: 'host-conntrack',
    severity: 'high',
    found: on({ conntrack: { entries: 81, limit: 100 } }),
    near: on({ conntrack: { entries: 80, limit: 100 } }),
    unknown: on({ conntrack: null }),
  })
  holds({
    rule: 'host-conntrack',
    severity: 'critical',
    found: on({ conntrack: { entries: 96, limit: 100 } }),
    near: on({ conntrack: { entries: 1, limit: 100 } }),
    unknown: null,
  })
})

describe('the disks of a host', () => {
  const slow = { reads: perSecond(50), readAwait: seconds(0.05) }
  holds({
    rule: 'host-disk-latency',
    severity: 'medium',
    found: disk(slow),
    near: disk({ ...slow, rotational: true }),
    unknown: disk({ reads: null, writes: null }),
    says: '50 ms',
  })
  // One slow operation in the window is no mean.
  holds({
    rule: 'host-disk-latency',
    severity: 'medium',
    found: disk(slow),
    near: disk({ ...slow, reads: perSecond(1) }),
    unknown: null,
  })
  holds({
    rule: 'host-disk-latency',
    severity: 'medium',
    found: disk(slow),
    near: disk({}),
    unknown: null,
    before: (now) => now,
  })
  const full = { utilisation: ratio(0.99), queueLength: 20 }
  holds({
    rule: 'host-disk-saturated',
    severity: 'medium',
    found: disk(full),
    near: disk({ ...full, queueLength: 2 }),
    unknown: disk({ utilisation: null }),
  })
  holds({
    rule: 'host-raid-degraded',
    severity: 'high',
    found: raid({ devicesWorking: 1, failed: ['sdb1'] }),
    near: raid({}),
    unknown: null,
    says: '1 of 2',
  })
  holds({
    rule: 'host-raid-degraded',
    severity: 'critical',
    before: () => raid({}),
    found: raid({ active: false, level: null }),
    near: raid({}),
    unknown: null,
  })
  holds({
    rule: 'host-raid-degraded',
    severity: 'high',
    before: () => ({}),
    found: raid({ devicesWorking: 1 }),
    near: raid({}),
    unknown: raid({ active: false, level: null }),
  })
  holds({
    rule: 'host-raid-activity',
    severity: 'low',
    found: raid({ activity: { kind: 'check', done: ratio(0.4) } }),
    near: raid({}),
    unknown: null,
  })
})
