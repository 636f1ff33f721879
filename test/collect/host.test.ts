import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rmdir, statfs } from 'node:fs/promises'
import {
  availableParallelism,
  constants,
  cpus,
  freemem,
  setPriority,
  tmpdir,
  totalmem,
  uptime,
} from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type Docker from 'dockerode'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { cpuRatios, parseProcStat } from '../../src/collect/host/proc-stat.ts'
import { hostCollector } from '../../src/collect/host.ts'
import { OWN_SYSTEM } from '../../src/collect/system-paths.ts'
import { HostReading } from '../../src/model/host-reading.ts'
import { seconds } from '../../src/model/units.ts'
import { describeWithDocker, waitForContainer } from '../support/docker.ts'
import { type DockerArea, importBusybox } from '../support/docker-area.ts'

const closing: (() => unknown)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

function collectorOf(window: number, platform: NodeJS.Platform = process.platform) {
  const collector = hostCollector(seconds(window), OWN_SYSTEM, platform)
  closing.push(() => collector.close?.())
  return async () => {
    const { machine } = await collector.collect(AbortSignal.timeout(20_000))
    return HostReading.parse(machine)
  }
}

describe.skipIf(process.platform !== 'linux')('the host, read from /proc', () => {
  it('agrees with what Node says of this machine', async () => {
    const machine = await collectorOf(1)()
    expect(machine.cpu.count).toBe(cpus().length)
    expect(machine.cpu.count).toBeGreaterThanOrEqual(availableParallelism())
    expect(machine.memory.totalBytes).toBe(totalmem())
    // Node's freemem is MemAvailable; between the two readings others allocate.
    expect(Math.abs(machine.memory.availableBytes - freemem())).toBeLessThan(0.2 * totalmem())
    expect(Math.abs(Date.parse(machine.bootedAt) - (Date.now() - uptime() * 1000))).toBeLessThan(5000)
    expect(machine.windowSeconds).toBeGreaterThanOrEqual(1)
    expect(machine.windowSeconds).toBeLessThan(3)
    const { busyRatio, userRatio, systemRatio, stealRatio, busiestRatio } = machine.cpu
    expect(busyRatio).toBeCloseTo(userRatio + systemRatio + stealRatio)
    expect(busiestRatio).toBeLessThanOrEqual(1)
    expect(machine.filesystems.find(({ mountPoint }) => mountPoint === '/')?.sizeBytes).toBeGreaterThan(0)
    expect(machine.operatingSystem.distribution).not.toBe('')
    expect(machine.cpu.model).toBe(cpus()[0]?.model.trim())
  })

  it('sees a process that burns a core, and measures from the reading before', async () => {
    const read = collectorOf(0.5)
    expect((await read()).windowSeconds).toBeLessThan(2)
    const burner = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
    try {
      // Above others, where this user may: a busy machine would give it too little to be among the first.
      if (process.getuid?.() === 0) setPriority(burner.pid ?? 0, constants.priority.PRIORITY_ABOVE_NORMAL)
      await sleep(1000)
      const second = await read()
      expect(second.windowSeconds).toBeGreaterThanOrEqual(1)
      const seen = second.topProcesses.find(({ pid }) => pid === burner.pid)
      // On a busy machine less than a core.
      expect(seen?.cpuCores).toBeGreaterThan(0.2)
      expect(seen?.cpuCores).toBeLessThan(1.2)
      expect(seen?.residentBytes).toBeGreaterThan(5 * 1024 ** 2)
      expect(seen?.threads).toBeGreaterThan(1)
    } finally {
      burner.kill()
    }
  })

  it('does not measure itself', async () => {
    const read = collectorOf(0.5)
    await read()
    const statBefore = parseProcStat(await readFile('/proc/stat', 'utf8'))
    const usedBefore = process.cpuUsage()
    const begun = performance.now()
    while (performance.now() - begun < 800);
    const machine = await read()
    const statAfter = parseProcStat(await readFile('/proc/stat', 'utf8'))
    const used = process.cpuUsage(usedBefore)
    const withOwn = cpuRatios(statBefore.cpu, statAfter.cpu).busyRatio
    const ownShare = (used.user + used.system) / 1e6 / machine.windowSeconds / cpus().length
    expect(withOwn - machine.cpu.busyRatio).toBeGreaterThan(ownShare / 2)
    expect(machine.topProcesses.map(({ pid }) => pid)).not.toContain(process.pid)
  })

  it('names the parent that does not wait for its children', async () => {
    // The shell becomes sleep, which knows nothing of the child that it has.
    const parent = spawn('sh', ['-c', 'true & exec sleep 20'], { stdio: 'ignore' })
    try {
      const read = collectorOf(0.05)
      const zombies = async () => (await read()).zombies?.parents.find(({ pid }) => pid === parent.pid)
      await expect.poll(zombies, { timeout: 5000 }).toEqual({ pid: parent.pid, name: 'sleep', count: 1 })
    } finally {
      parent.kill()
    }
  })
})

describe.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'the host, read from within a container that has its file systems mounted',
  () => {
    it('is the host: its processes, network and disks, not those of the container', async () => {
      const root = await mkdtemp(join(tmpdir(), 'perfbot-root-'))
      closing.push(() => rmdir(root))
      // Namespaces of its own for everything, with the machine's root under another path.
      const script = `mount --rbind / ${root} && exec unshare --mount --pid --net --fork --mount-proc ${process.execPath} ${new URL('../support/read-host.ts', import.meta.url).pathname} ${root}`
      const { stdout } = await promisify(execFile)('unshare', ['--mount', 'sh', '-c', script])
      const { pid, machine, gaps } = JSON.parse(stdout)
      const reading = HostReading.parse(machine)
      expect(pid).toBeLessThan(10)
      expect(gaps).toEqual([])
      const outside = await collectorOf(0.1)()
      expect(reading.network.map((each) => each.interface)).toEqual(
        outside.network.map((each) => each.interface),
      )
      expect(reading.tasks?.processes).toBeGreaterThan((outside.tasks?.processes ?? 0) / 2)
      expect(reading.filesystems.map(({ mountPoint }) => mountPoint)).toContain('/')
      const own = await statfs('/')
      expect(reading.filesystems.find(({ mountPoint }) => mountPoint === '/')?.sizeBytes).toBe(
        own.blocks * own.bsize,
      )
      // Of a network that it does not live in it could only tell its own.
      expect(reading.kernelSettings).not.toHaveProperty(['net.core.somaxconn'])
      expect(reading.kernelSettings).toHaveProperty(['vm.swappiness'])
      expect(reading.conntrack).toBeNull()
    })
  },
)

describeWithDocker('the host, with containers', (client: Docker) => {
  let area: DockerArea
  afterAll(() => area?.removeAll())

  it('knows whose a process is, and whom the kernel killed for want of memory', async () => {
    area = await importBusybox(client)
    // It holds what it read for as long as nobody takes it.
    const large = await area.run('large', 'dd if=/dev/zero bs=700M count=1 | sleep 60')
    const greedy = await area.run('greedy', 'tail /dev/zero; sleep 30', {
      HostConfig: { Memory: 16 * 1024 ** 2, MemorySwap: 16 * 1024 ** 2 },
    })
    try {
      const read = collectorOf(0.5)
      const containersOf = async () => {
        const { topProcesses, kernelLog } = await read()
        const killed = kernelLog?.find(
          (event) => event.kind === 'oom-kill' && event.containerId === greedy.id,
        )
        return {
          large: topProcesses.some(({ containerId }) => containerId === large.id),
          // Where the log may not be read, nobody can tell.
          killed: kernelLog === null || killed?.kind === 'oom-kill' ? killed : undefined,
        }
      }
      await expect
        .poll(containersOf, { timeout: 15_000 })
        .toMatchObject({ large: true, killed: { process: 'tail', constraint: 'cgroup' } })
    } finally {
      await Promise.all([large, greedy].map((container) => container.kill().catch(() => {})))
      await waitForContainer(large, ({ State }) => !State.Running)
    }
  })
})

it('a /proc that is not there is said to be missing, with the setting to correct', async () => {
  const collector = hostCollector(seconds(0.1), { ...OWN_SYSTEM, procfs: '/nonexistent' }, 'linux')
  const failure = await Promise.resolve(collector.collect(AbortSignal.timeout(5000))).catch((error) => error)
  expect(failure).toMatchObject({
    message: '/nonexistent/stat cannot be read (ENOENT)',
    remedy: expect.stringContaining('collect.paths'),
  })
})

describe('the host, read through systeminformation as on other platforms', () => {
  // It starts a few dozen processes, as it must elsewhere: a busy machine takes its time.
  it('gives a reading of the same shape, without what only Linux has', { timeout: 90_000 }, async () => {
    const machine = await collectorOf(1, 'darwin')()
    expect(machine).toMatchObject({ pressure: null, counters: null, kernelLog: null, tcp: null })
    expect(machine.memory.totalBytes).toBe(totalmem())
    expect(machine.cpu.busyRatio).toBeLessThanOrEqual(1)
    expect(machine.topProcesses.length).toBeGreaterThan(0)
  })
})
