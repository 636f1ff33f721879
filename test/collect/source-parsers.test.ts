import type { IncomingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areComparable, countersOf, ratesBetween, type Sample } from '../../src/collect/redis/counters.ts'
import { keyspaceOf, memoryOf, persistenceOf } from '../../src/collect/redis/gauges.ts'
import { parseInfo } from '../../src/collect/redis/info-fields.ts'
import { replicationOf } from '../../src/collect/redis/replication.ts'
import { patternOf, slowCommandsSince } from '../../src/collect/redis/slow-commands.ts'
import { freshFor } from '../../src/collect/services/answer-headers.ts'
import { assetsIn } from '../../src/collect/services/assets.ts'
import { publicUrl } from '../../src/collect/services/source.ts'
import { type ProbeSample, recentOf, responseTimes } from '../../src/collect/services/windows.ts'
import { seconds } from '../../src/model/units.ts'

/** Whatever bytes a server may send. */
const wildText = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'))

const COUNTERS = `total_connections_received:7
total_commands_processed:100
rejected_connections:0
sync_full:0
sync_partial_ok:0
sync_partial_err:0
expired_keys:0
evicted_keys:0
keyspace_hits:40
keyspace_misses:10
total_net_input_bytes:1000
total_net_output_bytes:2000
used_cpu_sys:1.5
used_cpu_user:2.5
run_id:a`

const sample = (readAt: number, changes: Record<string, string | number> = {}, ownCommands = 0): Sample => {
  const lines = [COUNTERS, ...Object.entries(changes).map(([name, value]) => `${name}:${value}`)]
  const info = parseInfo(lines.join('\r\n'))
  return { readAt, info, counters: countersOf(info), ownCommands }
}

describe('INFO', () => {
  it('is read field by field, whatever stands between', () => {
    const info = parseInfo(
      '# Memory\r\nused_memory:1048576\r\nused_memory_human:1.00M\r\n\r\nexecutable:/usr/bin/a:b\r\n',
    )
    expect(info.required('used_memory')).toBe(1_048_576)
    expect(info.text('executable')).toBe('/usr/bin/a:b')
    expect(info.number('used_memory_human')).toBeNull()
    expect(() => info.required('nothing')).toThrow('its INFO has no nothing')
  })

  it('never becomes a number that nobody wrote', () => {
    fc.assert(
      fc.property(fc.oneof(wildText, fc.string()), fc.oneof(wildText, fc.string()), (name, value) => {
        const read = parseInfo(`${name}:${value}`).number(name)
        expect(read === null || Number.isFinite(read)).toBe(true)
        if (read !== null) expect(Number(value.split(/\r?\n/, 1)[0])).toBe(read)
      }),
    )
  })

  // Field names and the form of values as valkey.io/topics/replication and valkey.io/commands/info document them
  // (there is no Valkey in Debian 12 to run).
  it('of a Valkey with replicas is understood as documented', () => {
    const info = parseInfo(`role:master
connected_slaves:2
slave0:ip=fd00::7,port=6379,state=online,offset=1000,lag=1,type=replica
slave1:ip=10.0.0.8,port=6380,state=wait_bgsave,offset=0,lag=0,type=replica
master_repl_offset:1400
repl_backlog_active:1
repl_backlog_size:10485760
db0:keys=12,expires=3,avg_ttl=1500,keys_with_volatile_items=0
db15:keys=1,expires=0,avg_ttl=0
dbsize:9`)
    expect(replicationOf(info)).toMatchObject({
      role: 'primary',
      backlogBytes: 10_485_760,
      replicas: [
        { address: { host: 'fd00::7', port: 6379 }, state: 'online', lag: 1, behindBytes: 400 },
        { address: { host: '10.0.0.8', port: 6380 }, state: 'wait_bgsave', lag: null, behindBytes: null },
      ],
    })
    expect(keyspaceOf(info)).toEqual([
      { database: 0, keys: 12, expiring: 3, averageTimeToLive: 1.5 },
      { database: 15, keys: 1, expiring: 0, averageTimeToLive: null },
    ])
  })

  it('of a server that never saved, rewrote or forked knows no durations', () => {
    const info = parseInfo(`loading:0
rdb_changes_since_last_save:0
rdb_last_save_time:1767225600
rdb_last_bgsave_status:err
rdb_last_bgsave_time_sec:-1
aof_enabled:1
aof_last_rewrite_time_sec:-1
aof_last_write_status:err
used_memory:10
used_memory_rss:20
used_memory_peak:30
maxmemory:0`)
    expect(persistenceOf(info)).toMatchObject({
      lastSaveAt: '2026-01-01T00:00:00.000Z',
      lastSaveSucceeded: false,
      lastSaveDuration: null,
      appendOnly: { lastWriteSucceeded: false, lastRewriteDuration: null },
    })
    expect(memoryOf(info)).toMatchObject({ maximumBytes: null, fragmentationRatio: null })
  })
})

describe('rates of Redis', () => {
  it('are differences over time, without what perfbot asked itself', () => {
    const rates = ratesBetween(
      sample(0, {}, 3),
      sample(10_000, { total_commands_processed: 160, used_cpu_user: 7.5 }, 13),
    )
    expect(rates).toMatchObject({ windowSeconds: 10, commands: 5, hitRatio: null, cpu: 0.5, evictedKeys: 0 })
  })

  it('are none over a restart or a reset of any counter', () => {
    const grown = { total_commands_processed: 500, total_net_input_bytes: 9 }
    expect(areComparable(sample(0), sample(1000, grown))).toBe(false)
    expect(ratesBetween(sample(0), sample(1000, grown))).toMatchObject({
      commands: null,
      netInput: null,
      cpu: 0,
    })
    const restarted = { run_id: 'b', total_commands_processed: 500 }
    expect(ratesBetween(sample(0), sample(1000, restarted))).toMatchObject({ commands: null, cpu: null })
    expect(ratesBetween(sample(5), sample(5))).toMatchObject({ commands: null, netInput: null, cpu: null })
  })
})

describe('the slow log', () => {
  it.each([
    ['session:8f2c91ab', 'session:*'],
    ['user:1000:cart', 'user:*:cart'],
    ['{user1000}.following', '{user*}.following'],
    ['queue-7', 'queue-*'],
    ['cache:https://example.org/a?token=abc', expect.not.stringContaining('abc')],
    ['ann@example.org', '*'],
    ['rate:203.0.113.9', 'rate:*'],
    ['jobs', 'jobs'],
    ['', '*'],
  ])('keeps of the key %s only its kind', (key, pattern) => {
    expect(patternOf(key)).toEqual(pattern)
  })

  it('never keeps a digit run or a long word of any key', () => {
    fc.assert(
      fc.property(fc.oneof(wildText, fc.string()), (key) => {
        const pattern = patternOf(key)
        expect(pattern).not.toMatch(/\d{7}/)
        expect(pattern).not.toMatch(/[a-z]{26}/)
        expect(pattern.length).toBeLessThanOrEqual(80)
      }),
    )
  })

  it('counts what it no longer holds, and arguments that it cut', () => {
    const words = ['SADD', 'seen', ...Array.from({ length: 29 }, () => 'secret'), '... (69 more arguments)']
    const now = new Date(1_767_225_600_000)
    const entry = [900, 1_767_225_000, 12_000, words, '10.0.0.4:51234', '']
    const { added, entries, newest } = slowCommandsSince([entry], 700, now)
    expect({ added, newest }).toEqual({ added: 200, newest: 900 })
    expect(entries).toEqual([
      {
        id: 900,
        at: '2025-12-31T23:50:00.000Z',
        duration: 0.012,
        command: 'SADD',
        keyPattern: 'seen',
        argumentCount: 99,
        client: '10.0.0.4',
      },
    ])
    const old = [1, 1_767_000_000, 12_000, ['GET', 'a'], '', '']
    expect(slowCommandsSince([old], null, now)).toMatchObject({ added: 0, newest: 1 })
    expect(
      slowCommandsSince([[2, 1_767_225_000, 5, ['<script>', 'x'], '', '']], null, now).entries[0],
    ).toMatchObject({
      command: '?',
      keyPattern: null,
      client: null,
    })
  })
})

const probes = (times: readonly (number | null)[]): ProbeSample[] =>
  times.map((time, index) => ({
    at: 1000 + index,
    status: time === null ? null : 200,
    failure: time === null ? { kind: 'timeout', reason: 'no answer' } : null,
    responseTime: time === null ? null : seconds(time),
  }))

describe('percentiles of probes', () => {
  it('are nearest ranks of the successful ones, and none of too few', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => index + 1)
    expect(responseTimes(twenty)).toMatchObject({
      mean: 10.5,
      maximum: 20,
      p50: 10,
      p90: 18,
      p95: 19,
      p99: null,
    })
    expect(responseTimes(twenty.slice(0, 9))).toMatchObject({ p50: 5, p90: null, p95: null })
    expect(responseTimes([])).toBeNull()
    expect(recentOf(probes([1, null, 3, null]), 1010)).toMatchObject({
      samples: 4,
      succeeded: 2,
      successRatio: 0.5,
      responseTimes: { mean: 2, p50: 1 },
      statuses: [{ status: 200, count: 2 }],
      failures: [{ kind: 'timeout', count: 2 }],
    })
  })

  it('leave out what is older than their window', () => {
    expect(recentOf(probes([1, 2]), 1000 + 600_001)).toMatchObject({ samples: 1 })
  })

  it('hold at least their share of the samples, and no smaller sample does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (times) => {
          const sorted = times.toSorted((left, right) => left - right)
          const { p50, p95 } = responseTimes(sorted) ?? {}
          for (const [value, share] of [
            [p50, 0.5],
            [p95, 0.95],
          ] as const) {
            if (value === null || value === undefined) continue
            const notAbove = sorted.filter((time) => time <= value).length
            expect(notAbove / sorted.length).toBeGreaterThanOrEqual(share - 1e-9)
            const below = sorted.filter((time) => time < value).length
            expect(below / sorted.length).toBeLessThan(share)
          }
        },
      ),
    )
  })
})

describe('what a page says', () => {
  it.each<[IncomingHttpHeaders, number | null]>([
    [{ 'cache-control': 'public, max-age=3600' }, 3600],
    [{ 'cache-control': 'no-store', expires: 'Fri, 01 Jan 2100 00:00:00 GMT' }, 0],
    [{ 'cache-control': 's-maxage=9' }, null],
    [{ date: 'Thu, 01 Jan 2026 00:00:00 GMT', expires: 'Thu, 01 Jan 2026 01:00:00 GMT' }, 3600],
    [{ expires: '0' }, 0],
    [{}, null],
  ])('%o may be kept for %s s', (headers, span) => {
    expect(freshFor(headers)).toBe(span)
  })

  it('names assets of its own origin, a dozen at most, and never trips over what is no HTML', () => {
    const page = new URL('https://example.org/app/')
    const many = Array.from({ length: 40 }, (_, index) => `<img src="${index}.png">`).join('')
    expect(assetsIn(many, page)).toHaveLength(12)
    expect(
      assetsIn('<script src="//example.org/a.js"><link rel=stylesheet href="data:text/css,x">', page).map(
        String,
      ),
    ).toEqual(['https://example.org/a.js'])
    fc.assert(
      fc.property(fc.oneof(wildText, fc.string()), (html) => {
        const found = assetsIn(`<script src=${html}>${html}`, page)
        expect(found.every(({ origin }) => origin === page.origin)).toBe(true)
      }),
    )
  })

  it('is shown by an address without secrets', () => {
    const shown = publicUrl(new URL('https://ann:hunter2@example.org/a?key=s3cret&key=more&page=2#frag'))
    expect(shown).toBe('https://example.org/a?key=***&page=***')
  })
})
