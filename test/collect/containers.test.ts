import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectEngine } from '../../src/collect/containers/engine-client.ts'
import { containerCollector } from '../../src/collect/containers.ts'
import { OWN_SYSTEM } from '../../src/collect/system-paths.ts'
import { ContainerReading, LogTail } from '../../src/model/container-reading.ts'
import type { Gap } from '../../src/model/gap.ts'
import { seconds } from '../../src/model/units.ts'
import { describeWithDocker, dockerSocket, waitForContainer } from '../support/docker.ts'
import { type DockerArea, importBusybox } from '../support/docker-area.ts'
import { proxyEngine } from '../support/engine-proxy.ts'

const MEBIBYTE = 1024 * 1024
const OPTIONS = { windowSeconds: seconds(1), deadlineSeconds: seconds(25), paths: OWN_SYSTEM }
/** Where no cgroup is to be seen: another machine, or perfbot in a container without the host's /sys. */
const API_ONLY = { ...OPTIONS, paths: { ...OWN_SYSTEM, sysfs: '/nonexistent' } }

const TRACEBACK = `
echo 'Traceback (most recent call last):' >&2
echo '  File "/app/main.py", line 3, in <module>' >&2
echo "ModuleNotFoundError: No module named 'jwt'" >&2
echo 'DATABASE_URL=postgres://api:hunter2secret@db:5432/shop'
exit 1`

describeWithDocker('containers of a real engine', (client) => {
  let area: DockerArea
  const engine = connectEngine({ name: 'local', socket: dockerSocket() ?? '', configured: true })
  const collector = containerCollector(engine, OPTIONS)
  let containers: ContainerReading[]
  let logs: Map<string, LogTail>

  const named = (part: string) => {
    const container = containers.find(({ name }) => name === area.name(part))
    if (!container) throw new Error(`${part} was not read`)
    return container
  }

  /** Other tests have containers of their own on the engine. */
  const ownGaps = (gaps: readonly Gap[] = []) => gaps.filter(({ missing }) => missing.includes(area.name('')))

  beforeAll(async () => {
    area = await importBusybox(client)
    const healthcheck = (command: string) => ({
      Test: ['CMD-SHELL', command],
      Interval: 1e9,
      Timeout: 2e9,
      Retries: 1,
    })
    const [healthy, unhealthy, looping, exited] = await Promise.all([
      area.run('healthy', 'echo ready; trap exit TERM; sleep 1000 & wait', {
        Healthcheck: healthcheck('true'),
        Env: ['TZ=UTC', 'API_KEY=hunter2secret'],
        HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      }),
      area.run('unhealthy', 'sleep 1000', {
        Healthcheck: healthcheck('echo connection refused, token=hunter2secret; exit 7'),
      }),
      area.run('looping', TRACEBACK, { HostConfig: { RestartPolicy: { Name: 'always' } } }),
      area.run('exited', 'exit 3'),
      area.run('full', 'dd if=/dev/zero of=/dev/shm/kept bs=1M count=28; sleep 1000', {
        HostConfig: { Memory: 32 * MEBIBYTE, MemorySwap: 32 * MEBIBYTE },
      }),
      area.run('killed', 'dd if=/dev/zero of=/dev/shm/kept bs=1M count=60; rm -f /dev/shm/kept; sleep 1000', {
        HostConfig: { Memory: 16 * MEBIBYTE, MemorySwap: 16 * MEBIBYTE },
      }),
      area.run('throttled', 'while :; do :; done', { HostConfig: { NanoCpus: 0.2e9 } }),
      area.run('json', 'echo 42; exit 1', { Tty: true }),
    ])
    await waitForContainer(healthy, ({ State }) => State.Health?.Status === 'healthy')
    await waitForContainer(unhealthy, ({ State }) => State.Health?.Status === 'unhealthy')
    await waitForContainer(exited, ({ State }) => State.Status === 'exited')
    await waitForContainer(looping, (inspected) => inspected.RestartCount >= 2)
    const readings = await collector.collect(AbortSignal.timeout(20_000))
    expect(ownGaps(readings.gaps)).toEqual([])
    containers = (readings.containers ?? []).map((container) => ContainerReading.parse(container))
    logs = new Map(readings.logs?.map((log) => [log.containerName, LogTail.parse(log)]))
  })
  afterAll(() => area.removeAll())

  it('a healthy one is read, and keeps its lines to itself', () => {
    expect(named('healthy')).toMatchObject({
      engine: 'local',
      image: area.image,
      state: 'running',
      exitCode: null,
      restartCount: 0,
      restartPolicy: { name: 'unless-stopped' },
      health: { status: 'healthy', failingStreak: 0, lastExitCode: 0 },
      limits: { memoryBytes: null, memorySwapBytes: null, cpuCores: null, pids: null },
      environment: expect.arrayContaining([
        { name: 'TZ', value: 'UTC' },
        { name: 'API_KEY', value: null },
      ]),
    })
    expect(named('healthy').usage?.windowSeconds).toBeGreaterThan(0.9)
    expect(named('healthy').health?.probes.at(-1)).toMatchObject({ exitCode: 0, output: '' })
    expect(logs.get(area.name('healthy'))).toMatchObject({ lines: [], read: { lines: 1, complete: true } })
  })

  it('one in a crash loop has its restarts, and its last words from both streams in order', () => {
    const looping = named('looping')
    expect(['restarting', 'running']).toContain(looping.state)
    expect(looping.restartCount).toBeGreaterThanOrEqual(2)
    if (looping.state === 'restarting') expect(looping.exitCode).toBe(1)
    const lines = logs.get(looping.name)?.lines ?? []
    expect(lines).toContain("ModuleNotFoundError: No module named 'jwt'")
    expect(lines).toContain('DATABASE_URL=postgres://api:***@db:5432/shop')
    expect(JSON.stringify([containers, [...logs]])).not.toContain('hunter2secret')
  })

  it('one that ended tells its code; a terminal log that is JSON is still text', () => {
    expect(named('exited')).toMatchObject({ state: 'exited', exitCode: 3, usage: null })
    expect(logs.get(area.name('exited'))?.lines).toEqual([])
    expect(logs.get(area.name('json'))?.lines).toEqual(['42'])
  })

  it('one that could not be started says why, in the words of the engine', async () => {
    const container = await client.createContainer({
      name: area.name('misspelt'),
      Image: area.image,
      Labels: area.labels,
      Cmd: ['serveer'],
    })
    await expect(container.start()).rejects.toThrow()
    const readings = await collector.collect(AbortSignal.timeout(20_000))
    const misspelt = readings.containers?.find(({ name }) => name === area.name('misspelt'))
    expect(misspelt).toMatchObject({ state: 'created', exitCode: 127 })
    const log = readings.logs?.find(({ containerId }) => containerId === misspelt?.id)
    expect(log?.lines.join()).toMatch(/^docker: .*"serveer".*not found/)
  })

  it('an unhealthy one shows what its check said, redacted', () => {
    expect(named('unhealthy').health).toMatchObject({
      status: 'unhealthy',
      lastExitCode: 7,
      lastOutput: 'connection refused, token=***',
    })
    expect(logs.has(area.name('unhealthy'))).toBe(true)
  })

  it('one near its limit has its working set, shared memory included', () => {
    const { limits, usage } = named('full')
    expect(limits.memoryBytes).toBe(32 * MEBIBYTE)
    expect(usage?.memoryWorkingSetBytes).toBeGreaterThan(28 * MEBIBYTE)
    expect(usage?.memoryWorkingSetBytes).toBeLessThanOrEqual(32 * MEBIBYTE)
  })

  it('one whose child was killed for memory counts it, though it runs on', () => {
    expect(named('killed')).toMatchObject({ state: 'running' })
    expect(named('killed').usage?.oomKills).toBeGreaterThanOrEqual(1)
    expect(named('healthy').usage?.oomKills).toBe(0)
  })

  it('one at its quota is throttled, at low use', () => {
    const { limits, usage } = named('throttled')
    expect(limits.cpuCores).toBe(0.2)
    // Less than its quota, where others want the processors as well.
    expect(usage?.cpuCores).toBeGreaterThan(0.02)
    expect(usage?.cpuCores).toBeLessThan(0.3)
    // All of its periods, but for those in which a busy machine has not let it run.
    expect(usage?.throttledRatio).toBeGreaterThan(0)
    expect(usage?.throttledTimeRatio).toBeGreaterThan(0)
    expect(usage?.cpuOfQuota).toBeCloseTo((usage?.cpuCores ?? 0) / 0.2, 9)
    expect(named('healthy').usage?.throttledRatio).toBeNull()
  })

  it('agrees with `docker stats`', async (context) => {
    const ids = ['full', 'throttled'].map((part) => named(part).id)
    const shown = await dockerStats(ids)
    if (!shown) return context.skip('no docker command on this machine')
    const [full, throttled] = shown
    expect(Number.parseFloat(full?.MemUsage ?? '') * MEBIBYTE).toBeCloseTo(
      named('full').usage?.memoryWorkingSetBytes ?? 0,
      -6,
    )
    // Cores × 100, as ours is cores: at most its quota of 0.2, with what the engine's own clock is off by.
    const shownCores = Number.parseFloat(throttled?.CPUPerc ?? '') / 100
    expect(shownCores).toBeGreaterThan(0.02)
    expect(shownCores).toBeLessThan(0.4)
  })

  it('has the same numbers by the kernel\u2019s files and by the engine, and what is inspected', async () => {
    const [direct, asked] = await Promise.all(
      [OPTIONS, API_ONLY].map(async (options) => {
        const own = containerCollector(engine, options)
        const readings = await own.collect(AbortSignal.timeout(20_000))
        return (part: string) => readings.containers?.find(({ name }) => name === area.name(part))
      }),
    )
    // Idle, and so the same a moment later: equal but for a few pages of the kernel's own accounting.
    for (const part of ['full', 'killed']) {
      const [here, there] = [direct?.(part)?.usage, asked?.(part)?.usage]
      expect(here?.source).toMatch(/^cgroup-v[12]$/)
      expect(there?.source).toBe('api')
      const pages = (value: number | null | undefined) => (value ?? Number.NaN) / 4096
      expect(Math.abs(pages(here?.memoryWorkingSetBytes) - pages(there?.memoryWorkingSetBytes))).toBeLessThan(
        64,
      )
      expect(Math.abs(pages(here?.memoryUsageBytes) - pages(there?.memoryUsageBytes))).toBeLessThan(64)
      expect(Math.abs(pages(here?.memoryCacheBytes) - pages(there?.memoryCacheBytes))).toBeLessThan(64)
      expect(here?.pids).toBe(there?.pids)
      expect(here?.totals.io).toEqual(there?.totals.io)
      expect(here?.totals.cpuSeconds).toBeCloseTo(there?.totals.cpuSeconds ?? -1, 2)
      expect(here?.totals.network?.map((each) => each.interface)).toEqual(['eth0'])
      // Every neighbour that starts says so to all others: only the last packets may differ.
      const received = (usage: typeof here) => usage?.totals.network?.[0]?.receivedBytes ?? Number.NaN
      expect(Math.abs(received(here) - received(there))).toBeLessThan(5000)
    }
    const [here, there] = [direct?.('throttled')?.usage?.totals, asked?.('throttled')?.usage?.totals]
    const periods = (totals: typeof here) => totals?.cpuPeriods ?? Number.NaN
    expect(Math.abs(periods(here) - periods(there))).toBeLessThan(100)

    const inspected = await client.getContainer(named('healthy').id).inspect()
    expect(direct?.('healthy')).toMatchObject({
      id: inspected.Id,
      imageId: inspected.Image,
      createdAt: new Date(inspected.Created).toISOString(),
      startedAt: new Date(inspected.State.StartedAt).toISOString(),
      restartCount: inspected.RestartCount,
      networkMode: inspected.HostConfig.NetworkMode,
      runtime: inspected.HostConfig.Runtime,
      logDriver: { name: inspected.HostConfig.LogConfig?.Type },
      privileged: inspected.HostConfig.Privileged,
      addresses: [inspected.NetworkSettings.Networks.bridge?.IPAddress],
    })
  })

  it('never shows a limit that was changed meanwhile, though it asks again only for what has changed', async () => {
    const limitOf = async () => {
      const readings = await collector.collect(AbortSignal.timeout(20_000))
      return readings.containers?.find(({ name }) => name === area.name('exited'))?.limits.memoryBytes
    }
    const exited = client.getContainer(named('exited').id)
    for (const mebibytes of [64, 96, 128]) {
      await exited.update({ Memory: mebibytes * MEBIBYTE, MemorySwap: -1 })
      expect(await limitOf()).toBe(mebibytes * MEBIBYTE)
    }
  })

  it('a second collection measures from the first, over the time between them', async () => {
    // A new run of a container has nothing to be measured from.
    await client.getContainer(named('looping').id).stop({ t: 0 })
    await collector.collect(AbortSignal.timeout(20_000))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const { containers: later } = await collector.collect(AbortSignal.timeout(20_000))
    const throttled = later?.find(({ name }) => name === area.name('throttled'))
    expect(throttled?.usage?.windowSeconds).toBeGreaterThan(1.4)
  })

  it('one that vanishes, breaks or hangs takes none of the others along', async () => {
    const [gone, broken, hanging] = ['exited', 'json', 'full'].map((part) => named(part).id)
    const proxy = await proxyEngine(engine.where, (path) => {
      if (path.includes(`${gone}/json`)) return { status: 404, message: 'No such container' }
      if (path.includes(`${broken}/json`))
        return { status: 500, message: 'layer does not exist: token=hunter2' }
      return path.includes(`${hanging}/stats`) ? 'silence' : 'passed-on'
    })
    const faulty = connectEngine({ name: 'local', socket: proxy.socketPath, configured: true })
    const own = containerCollector(
      { ...faulty, where: engine.where },
      { ...API_ONLY, deadlineSeconds: seconds(10) },
    )
    const readings = await own.collect(AbortSignal.timeout(20_000))
    await proxy.close()
    const read = new Map(readings.containers?.map(({ name, usage }) => [name, usage]))
    expect(read.get(area.name('healthy'))).not.toBeNull()
    expect(read.get(area.name('full'))).toBeNull()
    expect(read.has(area.name('exited')) || read.has(area.name('json'))).toBe(false)
    expect(
      ownGaps(readings.gaps).toSorted((left, right) => left.missing.localeCompare(right.missing)),
    ).toMatchObject([
      {
        missing: `container ${area.name('json')}`,
        reason: expect.stringMatching(/layer does not exist: token=\*\*\*/),
      },
      {
        missing: `usage of container ${area.name('full')}`,
        reason: 'The engine did not answer within 4 s',
      },
    ])
  })
})

type Shown = { MemUsage: string; CPUPerc: string }

async function dockerStats(ids: string[]): Promise<Shown[] | null> {
  const command = ['-H', `unix://${dockerSocket()}`, 'stats', '--no-stream', '--format', '{{json .}}', ...ids]
  try {
    const { stdout } = await promisify(execFile)('docker', command)
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Shown)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null
    throw error
  }
}
