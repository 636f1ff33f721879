import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, totalmem, uptime } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { cpuRatios, parseProcStat } from '../../src/collect/host/proc-stat.ts'
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
    const burner = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
    try {
      await sleep(1000)
      const second = await collector.collect(AbortSignal.timeout(20_000))
      expect(second.machine?.windowSeconds).toBeGreaterThanOrEqual(1)
      const seen = second.machine?.topProcesses.find(({ pid }) => pid === burner.pid)
      // On a busy machine less than a core.
      expect(seen?.cpuCores).toBeGreaterThan(0.2)
      expect(seen?.cpuCores).toBeLessThan(1.2)
      expect(seen?.residentBytes).toBeGreaterThan(5 * 1024 ** 2)
    } finally {
      burner.kill()
    }
  })

  it('does not measure itself', async () => {
    const collector = hostCollector(seconds(0.5))
    await collector.collect(AbortSignal.timeout(20_000))
    const statBefore = parseProcStat(await readFile('/proc/stat', 'utf8'))
    const usedBefore = process.cpuUsage()
    const begun = performance.now()
    while (performance.now() - begun < 800);
    const { machine } = await collector.collect(AbortSignal.timeout(20_000))
    const statAfter = parseProcStat(await readFile('/proc/stat', 'utf8'))
    const used = process.cpuUsage(usedBefore)
    const withOwn = cpuRatios(statBefore.cpu, statAfter.cpu).busyRatio
    const ownShare = (used.user + used.system) / 1e6 / (machine?.windowSeconds ?? 1) / cpus().length
    expect(withOwn - (machine?.cpu.busyRatio ?? 1)).toBeGreaterThan(ownShare / 2)
    expect(machine?.topProcesses.map(({ pid }) => pid)).not.toContain(process.pid)
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
