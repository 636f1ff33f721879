import { describe, expect, it } from 'vitest'
import type { SlowCommand } from '../../src/model/redis-reading.ts'
import { bytes, perSecond, ratio, seconds } from '../../src/model/units.ts'
import {
  GIBIBYTE,
  MEBIBYTE,
  makeCache,
  makeContainer,
  makeHistory,
  makeMachine,
  minutesBefore,
  NOW,
} from '../support/snapshot.ts'
import { findingOf, foundBy, look } from './support.ts'

const slow = (changes: Partial<SlowCommand>): SlowCommand => ({
  id: 1,
  at: NOW,
  duration: seconds(0.3),
  command: 'KEYS',
  keyPattern: 'session:*',
  argumentCount: 1,
  client: '10.0.0.4',
  ...changes,
})

describe('a Redis', () => {
  it('that is well troubles no rule', () => {
    expect(foundBy({ caches: [makeCache()], containers: [makeContainer()] })).toEqual([])
  })

  it('that is full refuses to write where nothing may be evicted', () => {
    const full = (used: number, policy = 'noeviction') =>
      makeCache({
        memory: { usedBytes: bytes(used * MEBIBYTE), policy },
        errors: [{ error: 'OOM', count: 41, perSecond: perSecond(2) }],
      })
    const finding = findingOf('redis-memory', { caches: [full(1024)] })
    expect(finding).toMatchObject({ severity: 'critical', title: 'cache is full and refuses to write' })
    expect(finding.evidence).toContainEqual(expect.objectContaining({ label: 'writes refused', value: 41 }))
    expect(findingOf('redis-memory', { caches: [full(950)] }).severity).toBe('high')
    expect(foundBy({ caches: [full(900)] })).toEqual([])
    expect(foundBy({ caches: [full(1024, 'allkeys-lru')] })).toEqual([])
  })

  it('that evicts for minutes and finds little is too small; one that still finds all is not worth much', () => {
    const evicting = (hits: number, rate = 30) =>
      makeCache({ rates: { evictedKeys: perSecond(rate), hitRatio: ratio(hits) } })
    const history = (hits: number) => makeHistory(10, () => ({ caches: [evicting(hits)] }))
    expect(findingOf('redis-evictions', { caches: [evicting(0.5)] }, history(0.5)).severity).toBe('medium')
    expect(findingOf('redis-evictions', { caches: [evicting(0.98)] }, history(0.98)).severity).toBe('low')
    const once = makeHistory(10, () => ({ caches: [evicting(0.5, 0)] }))
    expect(foundBy({ caches: [evicting(0.5)] }, once)).toEqual([])
    const reset = makeCache({ rates: { evictedKeys: null } })
    expect(look({ caches: [reset] }).checks).toContainEqual(
      expect.objectContaining({ rule: 'redis-evictions', verdict: 'could-not-look' }),
    )
  })

  it('is fragmented only when there is enough of it', () => {
    const of = (used: number, rss: number) =>
      makeCache({
        memory: {
          usedBytes: bytes(used * MEBIBYTE),
          rssBytes: bytes(rss * MEBIBYTE),
          fragmentationRatio: rss / used,
        },
      })
    expect(findingOf('redis-fragmentation', { caches: [of(200, 400)] }).title).toBe(
      'cache holds 200 MiB that it does not use',
    )
    expect(foundBy({ caches: [of(2, 9)] })).toEqual([])
    const swapping = makeMachine({
      memory: { swapTotalBytes: bytes(GIBIBYTE), swapUsedBytes: bytes(200 * MEBIBYTE) },
    })
    expect(findingOf('redis-fragmentation', { caches: [of(400, 300)], machine: swapping }).severity).toBe(
      'high',
    )
    expect(foundBy({ caches: [of(400, 300)] })).toEqual([])
  })

  it('that cannot save loses data, and may refuse to write until it can', () => {
    const failed = makeCache({ persistence: { lastSaveSucceeded: false } })
    expect(findingOf('redis-save-failed', { caches: [failed] }).severity).toBe('high')
    const refusing = { ...failed, settings: { 'stop-writes-on-bgsave-error': 'yes' } }
    expect(findingOf('redis-save-failed', { caches: [refusing] }).severity).toBe('critical')
    const appendOnly = {
      rewriteInProgress: false,
      lastRewriteSucceeded: true,
      lastWriteSucceeded: false,
      lastRewriteDuration: null,
      sizeBytes: null,
      baseSizeBytes: null,
    }
    const aof = makeCache({ persistence: { appendOnly } })
    expect(findingOf('redis-save-failed', { caches: [aof] }).evidence[0]?.label).toBe('aof_last_write_status')
    expect(
      foundBy({
        caches: [makeCache({ persistence: { appendOnly: { ...appendOnly, lastWriteSucceeded: true } } })],
      }),
    ).toEqual([])
  })

  it('that refused connections within the half hour is told; a refusal of last week is not', () => {
    const refused = (count: number) => makeCache({ counters: { connectionsRejected: count } })
    const history = makeHistory(20, (before) => ({ caches: [refused(before > 10 ? 5 : 12)] }))
    expect(findingOf('redis-connections', { caches: [refused(12)] }, history).title).toBe(
      'cache has refused 7 connections',
    )
    expect(
      foundBy(
        { caches: [refused(5)] },
        makeHistory(20, () => ({ caches: [refused(5)] })),
      ),
    ).toEqual([])
    const near = makeCache({ clients: { ...makeCache().clients, connected: 95, maximum: 100 } })
    expect(findingOf('redis-connections', { caches: [near] }).severity).toBe('medium')
  })

  it('that has lost its primary is told, one that copies from it at the moment is not', () => {
    const replica = (changes: object) =>
      makeCache({
        replication: {
          role: 'replica',
          source: {
            address: { host: '10.0.0.2', port: 6379 },
            linkUp: false,
            linkDown: seconds(90),
            lastHeard: null,
            syncInProgress: false,
            readOnly: true,
            ...changes,
          },
        },
      })
    expect(findingOf('redis-replica-down', { caches: [replica({})] }).title).toBe(
      'cache has had no link to its primary for 1 min 30 s',
    )
    expect(foundBy({ caches: [replica({ syncInProgress: true })] })).toEqual([])
    expect(foundBy({ caches: [replica({ linkUp: true, linkDown: null })] })).toEqual([])
  })

  it('has one finding for each kind of slow command, from all readings of the half hour', () => {
    const withSlow = (...entries: SlowCommand[]) => makeCache({ slowlog: { added: entries.length, entries } })
    const history = makeHistory(10, (before) => ({ caches: [withSlow(...(before === 5 ? [slow({})] : []))] }))
    const changes = { caches: [withSlow(slow({ id: 2, duration: seconds(1.2) }))] }
    const finding = findingOf('redis-slow-commands', changes, history)
    expect(finding.title).toBe('KEYS session:* takes cache up to 1.2 s')
    expect(finding.severity).toBe('high')
    expect(finding.evidence).toContainEqual(expect.objectContaining({ label: 'times', value: 2 }))
    expect(finding.fixes[0]).toMatchObject({ change: expect.stringContaining('SCAN') })
    expect(foundBy({ caches: [withSlow(slow({ duration: seconds(0.02) }))] })).toEqual([])
    // Another process reads the same entries again, and those of the whole day.
    const again = { caches: [withSlow(slow({}), slow({ id: 0, at: minutesBefore(300) }))] }
    expect(findingOf('redis-slow-commands', again, history).evidence).toContainEqual(
      expect.objectContaining({ label: 'times', value: 1 }),
    )
  })

  it('without a limit is told on a machine that others use, and what its container allows', () => {
    const unlimited = makeCache({ memory: { maximumBytes: null, peakBytes: bytes(100 * MEBIBYTE) } })
    expect(foundBy({ caches: [unlimited] })).toEqual([])
    const finding = findingOf('redis-no-maxmemory', { caches: [unlimited], containers: [makeContainer()] })
    expect(finding.severity).toBe('low')
    expect(finding.fixes[0]).toMatchObject({
      change: `CONFIG SET maxmemory ${200 * MEBIBYTE}; CONFIG REWRITE`,
    })
    const own = makeContainer({
      name: 'redis',
      ports: [{ hostPort: 6379, containerPort: 6379, protocol: 'tcp', hostIp: '0.0.0.0' }],
    })
    expect(findingOf('redis-no-maxmemory', { caches: [unlimited], containers: [own] })).toMatchObject({
      title: 'cache may grow until its container is killed',
      fixes: [{ change: `CONFIG SET maxmemory ${384 * MEBIBYTE}; CONFIG REWRITE` }],
    })
    const remote = { ...unlimited, onThisHost: false }
    expect(foundBy({ caches: [remote], containers: [makeContainer()] })).toEqual([])
  })

  it('that could not be read is named as what was not looked at', () => {
    const { checks } = look({
      collectors: [{ collector: 'redis:cache', durationSeconds: seconds(1), succeeded: false }],
      gaps: [
        { kind: 'failed', source: 'redis:cache', missing: 'Redis cache', reason: 'No Redis', remedy: '' },
      ],
    })
    expect(checks).toContainEqual(
      expect.objectContaining({
        rule: 'redis-memory',
        verdict: 'could-not-look',
        target: { kind: 'redis', host: 'web-1', name: 'cache' },
      }),
    )
  })
})
