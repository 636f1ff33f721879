import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parseDiskCounters } from '../../src/collect/host/disks.ts'
import { parseMemory } from '../../src/collect/host/memory.ts'
import { parseMounts } from '../../src/collect/host/mounts.ts'
import { parseInterfaceCounters } from '../../src/collect/host/network.ts'
import { pageSizeIn } from '../../src/collect/host/page-size.ts'
import { parsePressure } from '../../src/collect/host/pressure.ts'
import { parseLoadAverages, parseProcStat } from '../../src/collect/host/proc-stat.ts'
import { parseProcess } from '../../src/collect/host/processes.ts'
import { parseRaids } from '../../src/collect/host/raids.ts'
import { parseSockets } from '../../src/collect/host/sockets.ts'
import { parseTcpCounters } from '../../src/collect/host/tcp.ts'
import { parseVmCounters } from '../../src/collect/host/vmstat.ts'

const fixtures = new URL('./fixtures/', import.meta.url)
const fixture = (name: string) => readFile(new URL(name, fixtures), 'utf8')
const proc = (name: string) => fixture(`debian-12-linux-6.18/${name}`)

describe('/proc of a Debian 12 machine', () => {
  it('states processors, what they did, boot time and tasks', async () => {
    const stat = parseProcStat(await proc('stat'))
    expect([...stat.processors.keys()]).toEqual(['0', '1'])
    expect(stat.cpu).toMatchObject({ user: 31_700, nice: 56, idle: 427_516, iowait: 1782, steal: 4951 })
    expect(stat.processors.get('1')).toMatchObject({ user: 17_613, softirq: 358, guest: 0 })
    expect(new Date(stat.bootedAtSeconds * 1000).toISOString()).toMatch(/^2026-11-23T22:22/)
    expect(stat).toMatchObject({
      contextSwitches: 1_939_278,
      forks: 15_767,
      runningTasks: 1,
      blockedTasks: 0,
    })
    expect(stat.interrupts).toBeGreaterThan(0)
  })

  it('states load, memory and page counters', async () => {
    expect(parseLoadAverages(await proc('loadavg'))).toEqual({
      load1: 0.26,
      load5: 0.31,
      load15: 0.25,
      threads: 126,
    })
    const memory = parseMemory(await proc('meminfo'))
    expect(memory.totalBytes).toBe(24_684_096 * 1024)
    expect(memory.usedBytes + memory.availableBytes).toBe(memory.totalBytes)
    const { meminfo } = memory
    expect(memory.cacheBytes).toBe(
      (meminfo.Buffers ?? 0) + (meminfo.Cached ?? 0) + (meminfo.SReclaimable ?? 0),
    )
    expect(meminfo.Hugepagesize).toBe(2 * 1024 ** 2)
    expect(parseVmCounters(await proc('vmstat'))).toEqual({
      pageFaults: 10_522_470,
      majorFaults: 3647,
      pagedInKibibytes: 4_232_593,
      pagedOutKibibytes: 2_386_564,
      swapInPages: 0,
      swapOutPages: 0,
      oomKills: 0,
      allocationStalls: 0,
      directReclaimScans: 0,
    })
  })

  it('has one disk and one interface that are real', async () => {
    const isWhole = (device: string) => ['vda', 'loop0', 'zram0'].includes(device)
    const disks = parseDiskCounters(await proc('diskstats'), isWhole)
    expect(disks).toEqual([
      {
        device: 'vda',
        ...{ reads: 110_582, readsMerged: 14_200, sectorsRead: 8_465_186, readMilliseconds: 193_561 },
        ...{ writes: 60_259, writesMerged: 38_748, sectorsWritten: 4_773_128, writeMilliseconds: 40_142 },
        ...{ inProgress: 0, ioMilliseconds: 29_400, weightedMilliseconds: 237_389 },
      },
    ])
    expect(parseInterfaceCounters(await proc('net-dev'))).toEqual([
      {
        interface: 'eth0',
        received: { bytes: 633_987_507, packets: 15_209, errors: 0, drops: 0 },
        transmitted: { bytes: 1_087_735, packets: 8965, errors: 0, drops: 0 },
      },
    ])
  })

  it('states what TCP and its sockets did', async () => {
    const tcp = parseTcpCounters(await proc('net-snmp'), await proc('net-netstat'))
    expect(tcp).toMatchObject({
      established: 0,
      counters: {
        activeOpens: 415,
        passiveOpens: 253,
        segmentsOut: 13_811,
        retransmits: 10,
        resetsSent: 194,
      },
    })
    expect(tcp?.counters).toMatchObject({ listenOverflows: 0, listenDrops: 0, timeouts: 2 })
    expect(parseTcpCounters(await proc('net-snmp'), null)).toBeNull()
    expect(parseSockets(await proc('net-sockstat'), 4096)).toEqual({
      ...{
        used: 16,
        tcpInUse: 1,
        tcpOrphaned: 0,
        tcpTimeWait: 5,
        tcpAllocated: 1,
        tcpMemoryBytes: 0,
        udpInUse: 0,
      },
    })
  })

  it('states pressure as ratios, the page size, and its own process', async () => {
    const pressure = parsePressure(await proc('pressure-cpu'))
    expect(pressure.someAvg300).toBeGreaterThan(0)
    expect(pressure.someAvg300).toBeLessThan(1)
    expect(pressure.someSeconds).toBeGreaterThan(1)
    expect(pageSizeIn(await readFile(new URL('debian-12-linux-6.18/auxv', fixtures)))).toBe(4096)
    expect(parseProcess(await proc('self-stat'))).toEqual({
      ...{ pid: 15_778, name: 'cat', state: 'R', parent: 15_765 },
      ...{ cpuTicks: 0, threads: 1, startedTicks: 239_723, residentPages: 380 },
    })
  })
})

describe('what the files of other kernels hold', () => {
  it('has no full pressure of the CPU before 5.13', () => {
    const old = parsePressure('some avg10=12.50 avg60=0.42 avg300=0.62 total=32507262\n')
    expect(old.someAvg10).toBe(0.125)
    expect(old.someSeconds).toBeCloseTo(32.507262)
    expect(old.fullAvg60).toBeNull()
  })

  it('adds the stalls of all zones, and knows the names from before there were zones', () => {
    const zones = parseVmCounters('allocstall_dma 1\nallocstall_normal 20\nallocstall_movable 300\n')
    expect(zones.allocationStalls).toBe(321)
    expect(parseVmCounters('allocstall 7\n').allocationStalls).toBe(7)
    expect(parseVmCounters('pgfault 1\n')).toMatchObject({ allocationStalls: null, oomKills: null })
  })

  it('lets a process call itself whatever it likes', () => {
    const text = '7 (tmux: a) b) (c) S 1 7 7 0 -1 1 2 0 0 0 30 12 0 0 20 0 1 0 555 9 88 18'
    expect(parseProcess(text)).toMatchObject({
      name: 'tmux: a) b) (c',
      state: 'S',
      cpuTicks: 42,
      residentPages: 88,
    })
  })
})

describe('mounts', () => {
  const rest = { readOnly: false, turnedReadOnly: false, remote: false }

  it('keeps what holds files of somebody, each device once, and tells servers apart', async () => {
    expect(parseMounts(await fixture('desktop-mountinfo'))).toEqual([
      { ...rest, device: '/dev/nvme0n1p2', mountPoint: '/', type: 'ext4' },
      { ...rest, device: '/dev/nvme0n1p1', mountPoint: '/boot/efi', type: 'vfat' },
      { ...rest, device: '/dev/sda1', mountPoint: '/data', type: 'btrfs' },
      { ...rest, device: '/dev/sdb1', mountPoint: '/media/ann/My Disk', type: 'ntfs3', readOnly: true },
      { ...rest, device: 'nas:/export/backup', mountPoint: '/mnt/backup', type: 'nfs4', remote: true },
    ])
  })

  it('knows one that takes no writes any more, whichever way its kernel says so', async () => {
    const mounts = parseMounts(await proc('mountinfo'))
    expect(mounts.map(({ device, turnedReadOnly }) => [device, turnedReadOnly])).toEqual([
      ['/dev/vda', false],
      ['/dev/loop0', true],
    ])
    const before615 = '36 25 8:1 / /data rw,relatime shared:9 - ext4 /dev/sda1 ro,errors=remount-ro\n'
    expect(parseMounts(before615)).toMatchObject([{ readOnly: true, turnedReadOnly: true }])
    const byHand = '36 25 8:1 / /data ro,relatime - ext4 /dev/sda1 ro\n'
    expect(parseMounts(byHand)).toMatchObject([{ readOnly: true, turnedReadOnly: false }])
  })
})

it('an array says how many of its disks work, and what it is busy with', async () => {
  expect(parseRaids(await fixture('mdstat'))).toEqual([
    {
      ...{ name: 'md0', level: 'raid1', active: true, devices: 2, devicesWorking: 1, failed: ['sda1'] },
      activity: { kind: 'recovery', done: 0.085 },
    },
    {
      ...{ name: 'md1', level: 'raid5', active: true, devices: 3, devicesWorking: 3, failed: [] },
      activity: { kind: 'check', done: null },
    },
    {
      ...{ name: 'md2', level: null, active: false, devices: 1, devicesWorking: 0, failed: [] },
      activity: null,
    },
    {
      ...{ name: 'md3', level: 'raid0', active: true, devices: 2, devicesWorking: 2, failed: [] },
      activity: null,
    },
  ])
})
