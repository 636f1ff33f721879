import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { diskRates, parseDiskCounters } from '../../src/collect/host/disks.ts'
import { parseMemory, parseVmCounters } from '../../src/collect/host/memory.ts'
import { parseMounts } from '../../src/collect/host/mounts.ts'
import { networkRates, parseInterfaceCounters } from '../../src/collect/host/network.ts'
import { pageSizeIn } from '../../src/collect/host/page-size.ts'
import { parsePressure } from '../../src/collect/host/pressure.ts'
import { cpuRatios, parseLoadAverages, parseProcStat } from '../../src/collect/host/proc-stat.ts'
import { type ProcessCounters, parseProcess, topProcesses } from '../../src/collect/host/processes.ts'

const fixtures = new URL('./fixtures/', import.meta.url)
const proc = (name: string) => readFile(new URL(`debian-12-linux-6.18/${name}`, fixtures), 'utf8')

describe('/proc of a Debian 12 machine', () => {
  it('states processors, boot time and running tasks', async () => {
    const stat = parseProcStat(await proc('stat'))
    expect(stat.processors).toBe(2)
    expect(new Date(stat.bootedAtSeconds * 1000).toISOString()).toMatch(/^2026-11-23T22:22/)
    expect(stat.runningTasks).toBeGreaterThan(0)
  })

  it('states load, memory and page counters', async () => {
    const { load1, load15 } = parseLoadAverages(await proc('loadavg'))
    expect(load1).toBeGreaterThan(0)
    expect(load15).toBeLessThan(2)
    const memory = parseMemory(await proc('meminfo'))
    expect(memory.totalBytes).toBe(24_684_096 * 1024)
    expect(memory.usedBytes + memory.availableBytes).toBe(memory.totalBytes)
    expect(parseVmCounters(await proc('vmstat'))).toEqual({ swapIn: 0, swapOut: 0, oomKills: 0 })
  })

  it('has one disk, one interface and one file system that are real', async () => {
    const disks = parseDiskCounters(await proc('diskstats'), new Set(['vda', 'loop0', 'zram0']))
    expect(disks.map(({ device }) => device)).toEqual(['vda'])
    const interfaces = parseInterfaceCounters(await proc('net-dev'))
    expect(interfaces.map((counters) => counters.interface)).toEqual(['eth0'])
    expect(parseMounts(await proc('mounts')).map(({ mountPoint }) => mountPoint)).toEqual(['/'])
  })

  it('states pressure as ratios, the page size, and its own process', async () => {
    const pressure = parsePressure(await proc('pressure-cpu'))
    expect(pressure.someAvg300).toBeGreaterThan(0)
    expect(pressure.someAvg300).toBeLessThan(1)
    expect(pageSizeIn(await readFile(new URL('debian-12-linux-6.18/auxv', fixtures)))).toBe(4096)
    expect(parseProcess(await proc('self-stat'))).toMatchObject({
      name: 'cat',
      residentPages: expect.any(Number),
    })
  })
})

describe('mounts', () => {
  it('keeps what holds files of somebody, each device once, and tells servers apart', async () => {
    const mounts = parseMounts(await readFile(new URL('desktop-mounts', fixtures), 'utf8'))
    expect(mounts).toEqual([
      { device: '/dev/nvme0n1p2', mountPoint: '/', type: 'ext4', readOnly: false, remote: false },
      { device: '/dev/nvme0n1p1', mountPoint: '/boot/efi', type: 'vfat', readOnly: false, remote: false },
      { device: '/dev/sda1', mountPoint: '/data', type: 'btrfs', readOnly: false, remote: false },
      { device: '/dev/sdb1', mountPoint: '/media/ann/My Disk', type: 'ntfs3', readOnly: true, remote: false },
      {
        device: 'nas:/export/backup',
        mountPoint: '/mnt/backup',
        type: 'nfs4',
        readOnly: false,
        remote: true,
      },
    ])
  })
})

describe('rates between two readings', () => {
  const times = { user: 0, nice: 0, system: 0, idle: 0, iowait: 0, irq: 0, softirq: 0, steal: 0 }

  it('counts iowait as idle, and nice and interrupts where they belong', () => {
    const later = { user: 30, nice: 10, system: 5, idle: 40, iowait: 5, irq: 2, softirq: 3, steal: 5 }
    const ratios = cpuRatios(times, later)
    expect(ratios.busyRatio).toBeCloseTo(0.55)
    expect(ratios.userRatio).toBeCloseTo(0.4)
    expect(ratios.systemRatio).toBeCloseTo(0.1)
    expect(ratios.iowaitRatio).toBeCloseTo(0.05)
    expect(ratios.stealRatio).toBeCloseTo(0.05)
  })

  it('leaves out what the reader itself used, and calls that time free', () => {
    const later = { ...times, user: 60, system: 40, idle: 100 }
    const own = { user: 500_000, system: 100_000 }
    const ratios = cpuRatios(times, later, own)
    expect(ratios.busyRatio).toBeCloseTo(0.2)
    expect(ratios.userRatio).toBeCloseTo(0.05)
    expect(ratios.systemRatio).toBeCloseTo(0.15)
    // The kernel counts in ticks, so that it may count less than was used.
    expect(cpuRatios(times, { ...times, user: 10, idle: 90 }, own).busyRatio).toBe(0)
  })

  it('never falls below zero when counters were reset', () => {
    const before = { ...times, user: 1000, idle: 1000, iowait: 1000 }
    expect(Object.values(cpuRatios(before, times))).toEqual([0, 0, 0, 0, 0])
    const disk = { device: 'sda', sectorsRead: 900, sectorsWritten: 900, ioMilliseconds: 900 }
    const reset = { device: 'sda', sectorsRead: 1, sectorsWritten: 1, ioMilliseconds: 1 }
    expect(diskRates([disk], [reset], 1)).toEqual([
      { device: 'sda', readBytes: 0, writtenBytes: 0, utilisation: 0 },
    ])
  })

  it('measures disks in sectors of 512 bytes, and gives what is new no rate', () => {
    const before = { device: 'sda', sectorsRead: 0, sectorsWritten: 100, ioMilliseconds: 0 }
    const after = { device: 'sda', sectorsRead: 2000, sectorsWritten: 100, ioMilliseconds: 500 }
    expect(diskRates([before], [after, { ...after, device: 'sdb' }], 2)).toEqual([
      { device: 'sda', readBytes: 512_000, writtenBytes: 0, utilisation: 0.25 },
      { device: 'sdb', readBytes: 0, writtenBytes: 0, utilisation: 0 },
    ])
    const at = (receivedBytes: number) => ({
      interface: 'eth0',
      receivedBytes,
      transmittedBytes: 0,
      errors: 0,
      drops: 0,
    })
    expect(networkRates([at(1000)], [at(5000)], 2)[0]?.receivedBytes).toBe(2000)
  })

  it('ranks processes by CPU time, then by memory, and is not fooled by a pid that was given again', () => {
    const process = (
      pid: number,
      cpuTicks: number,
      residentPages: number,
      startedTicks = 1,
    ): ProcessCounters => ({
      pid,
      name: `p${pid}`,
      cpuTicks,
      startedTicks,
      residentPages,
    })
    const before = [process(1, 500, 10), process(2, 900, 1000)]
    const after = [process(1, 700, 10), process(2, 100, 20, 99), process(3, 0, 5000)]
    expect(topProcesses(before, after, 2, 4096)).toEqual([
      { pid: 1, name: 'p1', cpuCores: 1, residentBytes: 40_960 },
      { pid: 2, name: 'p2', cpuCores: 0.5, residentBytes: 81_920 },
      { pid: 3, name: 'p3', cpuCores: 0, residentBytes: 20_480_000 },
    ])
    expect(
      parseProcess('7 (tmux: a) b) (c) S 1 7 7 0 -1 1 2 0 0 0 30 12 0 0 20 0 1 0 555 9 88 18').name,
    ).toBe('tmux: a) b) (c')
  })

  it('has no full pressure of the CPU on kernels before 5.13', () => {
    const old = parsePressure('some avg10=12.50 avg60=0.42 avg300=0.62 total=32507262\n')
    expect(old.someAvg10).toBe(0.125)
    expect(old.fullAvg60).toBeNull()
  })
})
