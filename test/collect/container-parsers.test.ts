import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Stats, sampleOfStats } from '../../src/collect/containers/api-sample.ts'
import { readConnectionTargets, readEnvironment } from '../../src/collect/containers/environment.ts'
import { usageBetween, workingSetOf } from '../../src/collect/containers/usage.ts'
import { bytes, cores } from '../../src/model/units.ts'

const fixture = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'))

const sampleOf = (stats: unknown, readAt = 0) => {
  const sample = sampleOfStats(Stats.parse(stats), 'a run', readAt)
  if (!sample) throw new Error('a container that does not run')
  return sample
}

describe('usage of a container', () => {
  it('is measured between two samples of cgroup v2', async () => {
    const { earlier, later } = (await fixture('stats-cgroup-v2.json')) as { earlier: unknown; later: unknown }
    const usage = usageBetween(sampleOf(earlier), sampleOf(later, 2000), cores(2))
    expect(usage).toMatchObject({
      windowSeconds: 2,
      source: 'api',
      cpuCores: 1.5,
      cpuOfQuota: 0.75,
      throttledRatio: 0.75,
      memoryWorkingSetBytes: 130 * 1024 * 1024,
      oomKills: null,
      pids: 14,
    })
    expect(usage?.throttledTimeRatio).toBeCloseTo(0.45, 9)
    const free = usageBetween(sampleOf(earlier), sampleOf(later, 2000), null)
    expect(free).toMatchObject({ throttledRatio: null, throttledTimeRatio: null, cpuOfQuota: null })
  })

  it('takes the inactive file cache with that of children on cgroup v1', async () => {
    const sample = sampleOf(await fixture('stats-cgroup-v1.json'))
    expect(workingSetOf(sample.memory)).toBe(50_331_648 - 16_777_216)
  })

  it('is unknown for a container that does not run', () => {
    const stopped = {
      read: '0001-01-01T00:00:00Z',
      cpu_stats: { cpu_usage: { total_usage: 0 } },
      memory_stats: {},
    }
    expect(sampleOfStats(Stats.parse(stopped), 'a run', 0)).toBeNull()
  })

  it('is measured by the clock that nobody sets when the engine\u2019s steps back or ahead', async () => {
    const { earlier, later } = (await fixture('stats-cgroup-v2.json')) as {
      earlier: unknown
      later: Record<string, unknown>
    }
    for (const read of ['2026-11-23T09:00:00Z', '2026-11-23T11:00:00Z']) {
      const usage = usageBetween(sampleOf(earlier), sampleOf({ ...later, read }, 2000), null)
      expect(usage).toMatchObject({ windowSeconds: 2, cpuCores: 1.5 })
    }
  })

  it('has no rate of a counter that began anew, and none at all where that of the CPU did', async () => {
    const { earlier, later } = (await fixture('stats-cgroup-v2.json')) as { earlier: unknown; later: unknown }
    const [before, after] = [sampleOf(earlier), sampleOf(later, 2000)]
    const io = { readBytes: bytes(100), writtenBytes: bytes(100), reads: 1, writes: 1 }
    const reset = usageBetween(
      { ...before, totals: { ...before.totals, io } },
      { ...after, totals: { ...after.totals, io: { ...io, readBytes: bytes(0) } } },
      null,
    )
    expect(reset).toMatchObject({ cpuCores: 1.5, io: null })
    expect(
      usageBetween({ ...after, readAt: 0 }, { ...before, readAt: 2000, statedAt: null }, null),
    ).toBeNull()
  })
})

describe('the environment of a container', () => {
  it('shows names always, and values only of known harmless ones', () => {
    expect(
      readEnvironment([
        'POSTGRES_SHARED_BUFFERS=4GB',
        'POSTGRES_PASSWORD=hunter2',
        'DATABASE_URL=postgres://app:hunter2@db/shop',
        'DATABASE_POOL_SIZE=200',
        'OLLAMA_KV_CACHE_TYPE=q8_0',
        'OLLAMA_API_KEY=abc',
        'TZ=Europe/Berlin',
        'WITH=two=signs',
        'INHERITED',
      ]),
    ).toEqual([
      { name: 'POSTGRES_SHARED_BUFFERS', value: '4GB' },
      { name: 'POSTGRES_PASSWORD', value: null },
      { name: 'DATABASE_URL', value: null },
      { name: 'DATABASE_POOL_SIZE', value: '200' },
      { name: 'OLLAMA_KV_CACHE_TYPE', value: 'q8_0' },
      { name: 'OLLAMA_API_KEY', value: null },
      { name: 'TZ', value: 'Europe/Berlin' },
      { name: 'WITH', value: null },
      { name: 'INHERITED', value: null },
    ])
  })
})

describe('what a container connects to', () => {
  it('is read from its URLs: scheme, host and port', () => {
    expect(
      readConnectionTargets([
        'DATABASE_URL=postgresql+asyncpg://app:hun@ter2@db:5432/shop?sslmode=disable',
        'CACHE=redis://:hunter2@cache/0',
        'JDBC=jdbc:mysql://10.0.0.7:3306/shop?user=app&password=hunter2',
        'BROKERS=kafka://one:9092,two:9092',
        'API=https://[::1]:8443',
      ]).map(({ name, scheme, host, port }) => `${name} ${scheme} ${host} ${port}`),
    ).toEqual([
      'DATABASE_URL postgresql db 5432',
      'CACHE redis cache null',
      'JDBC mysql 10.0.0.7 3306',
      'BROKERS kafka one 9092',
      'BROKERS kafka two 9092',
      'API https [::1] 8443',
    ])
  })

  it('never holds a part of a password, whatever stands in it', () => {
    const secret = fc.stringMatching(/^[\w@:/?#.,%+-]{4,20}$/).map((text) => `hunter2${text}hunter2`)
    fc.assert(
      fc.property(secret, fc.constantFrom('postgres', 'https', 'redis'), (password, scheme) => {
        const found = readConnectionTargets([`URL=${scheme}://app:${password}@db:5432/shop`])
        expect(JSON.stringify(found)).not.toContain('hunter2')
      }),
    )
    expect(readConnectionTargets(['NOTIFY=slack://xoxb-1234-hunter2', 'WITHOUT'])).toEqual([])
  })
})
