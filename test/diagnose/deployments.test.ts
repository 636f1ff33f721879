import { describe, expect, it } from 'vitest'
import { deployedIn, deploymentsBetween } from '../../src/diagnose/deployments.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { bytes } from '../../src/model/units.ts'
import {
  GIBIBYTE,
  makeContainer,
  makeDatabase,
  makeSetting,
  makeSnapshot,
  minutesBefore,
  NOW,
} from '../support/snapshot.ts'

const api = (changes: Parameters<typeof makeContainer>[0] = {}) =>
  makeSnapshot({ containers: [makeContainer({ name: 'api', image: 'app:1', ...changes })] })

const between = (before: Snapshot, now: Snapshot) =>
  deploymentsBetween(deployedIn(before), deployedIn(now), now)

describe('a deployment', () => {
  it('is another image, since the container was made, with all that is other besides', () => {
    const now = api({
      id: 'f'.repeat(64),
      image: 'app:2',
      imageId: `sha256:${'c'.repeat(64)}`,
      createdAt: minutesBefore(3),
      limits: { memoryBytes: bytes(GIBIBYTE), memorySwapBytes: null, cpuCores: null, pids: null },
      environment: [{ name: 'SECRET', value: null }],
    })
    const limits = { memoryBytes: bytes(GIBIBYTE / 2), memorySwapBytes: null, cpuCores: null, pids: null }
    const [event, ...others] = between(api({ limits, environment: [] }), now)
    expect(others).toEqual([])
    expect(event).toMatchObject({
      at: minutesBefore(3),
      title: 'container api: image app:1 → app:2, memory limit 512 MiB → 1 GiB, other variables',
      labels: [{ engine: 'local', name: 'api' }, { service: 'api' }],
    })
  })

  it('is another image under the same name, and a container that was made anew', () => {
    const [image] = between(api(), api({ id: 'f'.repeat(64), imageId: 'sha256:c' }))
    expect(image?.changes).toEqual(['another image under the name app:1'])
    const [anew] = between(api(), api({ id: 'f'.repeat(64) }))
    expect(anew?.changes).toEqual(['made anew, with all as it was'])
  })

  it('is a setting of PostgreSQL, at the reading that first has it', () => {
    const server = (setting: string) =>
      makeSnapshot({
        databases: [makeDatabase({ settings: [makeSetting('shared_buffers', setting, '8kB')] })],
      })
    expect(between(server('16384'), server('131072'))).toMatchObject([
      { at: NOW, changes: ['shared_buffers 128 MiB → 1 GiB'], labels: [{ server: 'main' }] },
    ])
  })

  it('is neither a restart, nor the first sight of something, nor a job, nor an engine that is away', () => {
    expect(between(api(), api({ startedAt: minutesBefore(1), restartCount: 3 }))).toEqual([])
    expect(between(makeSnapshot({ containers: [] }), api())).toEqual([])
    expect(between(api(), makeSnapshot({ containers: [] }))).toEqual([])
    const job = (id: string) => api({ id, compose: null, restartPolicy: { name: 'no', maximumRetries: 0 } })
    expect(between(job('a'.repeat(64)), job('b'.repeat(64)))).toEqual([])
  })
})
