import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/collect/containers/environment.ts'
import { readLogTail } from '../../src/collect/containers/log-tail.ts'
import { cgroupFileOf, oomKillsIn } from '../../src/collect/containers/oom-kills.ts'
import { Stats, usageBetween, workingSetOf } from '../../src/collect/containers/usage.ts'

const fixture = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'))

describe('usage of a container', () => {
  const sampleOf = (stats: unknown) => ({
    startedAt: '',
    readAt: 0,
    stats: Stats.parse(stats),
    oomKills: null,
  })

  it('is measured between two samples of cgroup v2', async () => {
    const { earlier, later } = (await fixture('stats-cgroup-v2.json')) as { earlier: unknown; later: unknown }
    expect(usageBetween(sampleOf(earlier), sampleOf(later), true)).toEqual({
      windowSeconds: 2,
      cpuCores: 1.5,
      throttledRatio: 0.75,
      memoryWorkingSetBytes: 130 * 1024 * 1024,
      oomKills: null,
      pids: 14,
    })
    expect(usageBetween(sampleOf(earlier), sampleOf(later), false)?.throttledRatio).toBeNull()
  })

  it('takes the inactive file cache with that of children on cgroup v1', async () => {
    const stats = Stats.parse(await fixture('stats-cgroup-v1.json'))
    expect(workingSetOf(stats)).toBe(50_331_648 - 16_777_216)
  })

  it('is unknown for a container that stopped in between', async () => {
    const { earlier } = (await fixture('stats-cgroup-v2.json')) as { earlier: unknown }
    const stopped = {
      read: '0001-01-01T00:00:00Z',
      cpu_stats: { cpu_usage: { total_usage: 0 } },
      memory_stats: {},
    }
    expect(usageBetween(sampleOf(earlier), sampleOf(stopped), false)).toBeNull()
  })
})

describe('OOM kills of a container', () => {
  const id = 'c'.repeat(64)

  it('stand in the file of its own cgroup, under either version', () => {
    expect(cgroupFileOf(`4:memory:/docker/${id}\n1:cpu:/docker/${id}\n`, id)).toBe(
      `/sys/fs/cgroup/memory/docker/${id}/memory.oom_control`,
    )
    expect(cgroupFileOf(`0::/system.slice/docker-${id}.scope\n`, id)).toBe(
      `/sys/fs/cgroup/system.slice/docker-${id}.scope/memory.events`,
    )
    expect(oomKillsIn('oom_kill_disable 0\nunder_oom 0\noom_kill 2\n')).toBe(2)
    expect(oomKillsIn('low 0\nhigh 0\nmax 9\noom 4\noom_kill 3\noom_group_kill 0\n')).toBe(3)
  })

  it('are unknown when the process is of another machine', () => {
    expect(cgroupFileOf('0::/user.slice/user-1000.slice\n', id)).toBeNull()
    expect(cgroupFileOf('0::/\n', id)).toBeNull()
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

describe('the tail of a log', () => {
  const frame = (stream: 1 | 2, text: string | Buffer) => {
    const payload = Buffer.from(text)
    const header = Buffer.alloc(8)
    header.writeUInt8(stream)
    header.writeUInt32BE(payload.length, 4)
    return Buffer.concat([header, payload])
  }

  it('joins the frames of a long line, keeps the order, and drops colours and secrets', () => {
    const body = Buffer.concat([
      frame(1, 'starting '),
      frame(2, '\u001b[31mfailed\u001b[0m: password=hunter2 refused\r\n'),
      frame(1, 'up\n'),
      frame(2, 'no end'),
    ])
    expect(readLogTail(body, false)).toEqual(['failed: password=*** refused', 'starting up', 'no end'])
  })

  it('is plain text with a terminal, and hides a key that spans lines', () => {
    const body = Buffer.from('a\r\n-----BEGIN PRIVATE KEY-----\r\nMIIE\r\n-----END PRIVATE KEY-----\r\nb\r\n')
    expect(readLogTail(body, true)).toEqual(['a', '[private key ***]', 'b'])
  })

  it('is capped in lines, in length of a line, and as a whole, from its end', () => {
    const lines = Array.from({ length: 300 }, (_, index) => `${index} ${'x'.repeat(5000)}\n`)
    const tail = readLogTail(Buffer.concat(lines.map((line) => frame(1, line))), false)
    expect(tail.length).toBeLessThanOrEqual(200)
    expect(tail.at(-1)).toMatch(/^299 x+$/)
    expect(Math.max(...tail.map((line) => line.length))).toBe(2000)
    expect(Buffer.byteLength(tail.join('\n'))).toBeLessThanOrEqual(256 * 1024)
  })

  it('never fails on a body that is cut, or no stream of frames at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (body, tty) => {
        readLogTail(Buffer.from(body), tty)
      }),
    )
  })
})
