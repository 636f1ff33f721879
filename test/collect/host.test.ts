import { availableParallelism, cpus, freemem, totalmem, uptime } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { hostCollector } from '../../src/collect/host.ts'
import { HostReading } from '../../src/model/host-reading.ts'
import { seconds } from '../../src/model/units.ts'

const read = async (platform: NodeJS.Platform) => {
  const collector = hostCollector(seconds(1), platform)
  const { machine } = await collector.collect(AbortSignal.timeout(20_000))
  return HostReading.parse(machine)
}

describe.skipIf(process.platform !== 'linux')('the host, read from /proc', () => {
  it('agrees with what Node says of this machine', async () => {
    const machine = await read('linux')
    expect(machine.cpu.count).toBe(cpus().length)
    expect(machine.cpu.count).toBeGreaterThanOrEqual(availableParallelism())
    expect(machine.memory.totalBytes).toBe(totalmem())
    // Node's freemem is MemAvailable; between the two readings others allocate.
    expect(Math.abs(machine.memory.availableBytes - freemem())).toBeLessThan(0.2 * totalmem())
    expect(Math.abs(Date.parse(machine.bootedAt) - (Date.now() - uptime() * 1000))).toBeLessThan(5000)
    expect(machine.windowSeconds).toBeGreaterThanOrEqual(1)
    expect(machine.windowSeconds).toBeLessThan(3)
    const { busyRatio, userRatio, systemRatio, stealRatio } = machine.cpu
    expect(busyRatio).toBeCloseTo(userRatio + systemRatio + stealRatio)
    expect(machine.filesystems.find(({ mountPoint }) => mountPoint === '/')?.sizeBytes).toBeGreaterThan(0)
    expect(machine.operatingSystem.distribution).not.toBe('')
  })

  it('sees a process that burns a core, and measures from the reading before', async () => {
    const collector = hostCollector(seconds(0.5))
    const first = await collector.collect(AbortSignal.timeout(20_000))
    expect(first.machine?.windowSeconds).toBeLessThan(2)
    const usedBefore = process.cpuUsage()
    const begun = performance.now()
    while (performance.now() - begun < 800);
    await sleep(200)
    const second = await collector.collect(AbortSignal.timeout(20_000))
    const used = process.cpuUsage(usedBefore)
    const window = second.machine?.windowSeconds ?? 0
    expect(window).toBeGreaterThanOrEqual(1)
    const own = second.machine?.topProcesses.find(({ pid }) => pid === process.pid)
    // On a busy machine less than a core: what the kernel itself says that this process got.
    expect(Math.abs((own?.cpuCores ?? 0) - (used.user + used.system) / 1e6 / window)).toBeLessThan(0.15)
    expect(own?.residentBytes).toBeGreaterThan(0.5 * process.memoryUsage.rss())
  })
})

describe('the host, read through systeminformation as on other platforms', () => {
  it('gives a reading of the same shape, without what only Linux has', async () => {
    const machine = await read('darwin')
    expect(machine.pressure).toBeNull()
    expect(machine.memory.totalBytes).toBe(totalmem())
    expect(machine.cpu.busyRatio).toBeLessThanOrEqual(1)
    expect(machine.topProcesses.length).toBeGreaterThan(0)
  })
})
