import { describe } from 'vitest'
import type { GpuReading } from '../../src/model/gpu-reading.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { celsius, cores, ratio, seconds, watts } from '../../src/model/units.ts'
import { makeCache, makeGpu } from '../support/snapshot.ts'
import { holds } from './table.ts'

const gpu = (changes: Partial<GpuReading>): Partial<Snapshot> => ({ gpus: [makeGpu(changes)] })
const fine = gpu({})

describe('a GPU', () => {
  const hangs = {
    gaps: [
      { kind: 'failed' as const, source: 'gpus', missing: 'GPUs', reason: 'nvidia-smi hangs', remedy: '' },
    ],
  }
  holds({
    rule: 'gpu-vanished',
    severity: 'critical',
    before: () => fine,
    found: { gpus: [] },
    near: fine,
    unknown: hangs,
  })
  const ecc = (uncorrected: number | null) =>
    gpu({
      ecc: {
        enabled: true,
        volatile: { corrected: 9, uncorrected },
        aggregate: { corrected: 9, uncorrected: 9 },
      },
    })
  holds({ rule: 'gpu-ecc', severity: 'high', found: ecc(1), near: ecc(0), unknown: ecc(null) })
  const rows = (pending: boolean, failure: boolean) =>
    gpu({ remappedRows: { corrected: 1, uncorrected: 1, pending, failure } })
  holds({
    rule: 'gpu-memory-repair',
    severity: 'high',
    found: rows(false, true),
    near: rows(false, false),
    unknown: null,
  })
  holds({
    rule: 'gpu-memory-repair',
    severity: 'medium',
    found: rows(true, false),
    near: rows(false, false),
    unknown: null,
  })
  holds({
    rule: 'gpu-recovery',
    severity: 'high',
    found: gpu({ recoveryAction: 'Reboot' }),
    near: fine,
    unknown: null,
  })
  const hot = (degrees: number) => gpu({ temperature: celsius(degrees) })
  const silent = gpu({ temperature: null, throttleReasons: null })
  holds({ rule: 'gpu-thermal', severity: 'medium', found: hot(90), near: hot(89), unknown: silent })
  holds({
    rule: 'gpu-power-brake',
    severity: 'high',
    found: gpu({ throttleReasons: ['hardware-power-brake'] }),
    near: gpu({ throttleReasons: ['idle'] }),
    unknown: silent,
  })
  const capped = (limit: number) => gpu({ throttleReasons: ['software-power-cap'], powerLimit: watts(limit) })
  // At the limit of its board every busy GPU runs.
  holds({ rule: 'gpu-power-cap', severity: 'low', found: capped(120), near: capped(170), unknown: silent })
  const link = (width: number, utilisation = 0.9) =>
    gpu({
      utilisation: ratio(utilisation),
      pcie: { generation: 4, generationMaximum: 4, width, widthMaximum: 16, replays: 0 },
    })
  holds({ rule: 'gpu-pcie', severity: 'medium', found: link(4), near: link(16), unknown: link(4, 0.1) })
  holds({ rule: 'gpu-pcie', severity: 'low', found: link(8), near: link(16), unknown: null })
  const replays = (count: number | null) => gpu({ pcie: { ...makeGpu().pcie, replays: count } })
  holds({
    rule: 'gpu-pcie-replays',
    severity: 'medium',
    before: () => replays(1000),
    found: replays(1100),
    near: replays(1099),
    unknown: replays(null),
  })
})

const cache = (changes: Parameters<typeof makeCache>[0]): Partial<Snapshot> => ({
  caches: [makeCache(changes)],
})

describe('a Redis under load', () => {
  const busy = (share: number | null) => cache({ rates: { cpu: share === null ? null : cores(share) } })
  holds({ rule: 'redis-cpu', severity: 'high', found: busy(0.95), near: busy(0.9), unknown: busy(null) })
  const loading = (value: boolean) => cache({ persistence: { loading: value } })
  holds({
    rule: 'redis-loading',
    severity: 'high',
    found: loading(true),
    near: loading(false),
    unknown: null,
  })
  const forked = (held: number | null) =>
    cache({ persistence: { lastForkDuration: held === null ? null : seconds(held) } })
  holds({
    rule: 'redis-fork',
    severity: 'medium',
    found: forked(0.6),
    near: forked(0.5),
    unknown: forked(null),
  })
  const replica = (...lags: readonly number[]) =>
    cache({
      replication: {
        replicas: lags.map((lag) => ({
          address: { host: `10.0.0.${lag}`, port: 6379 },
          state: 'online',
          lag: seconds(lag),
          behindBytes: null,
        })),
      },
    })
  holds({
    rule: 'redis-replica-lag',
    severity: 'medium',
    found: replica(31, 90, 45),
    near: replica(30),
    unknown: null,
    says: 'Replica 10.0.0.90:6379',
  })
  const counting = (
    counters: Parameters<typeof makeCache>[0] extends { counters?: infer C } | undefined ? C : never,
  ) => cache({ counters })
  const before = () => cache({})
  holds({
    rule: 'redis-fsync-delayed',
    severity: 'medium',
    before,
    found: counting({ delayedFsyncs: 10 }),
    near: counting({ delayedFsyncs: 9 }),
    unknown: counting({ delayedFsyncs: null }),
  })
  holds({
    rule: 'redis-output-overflow',
    severity: 'medium',
    before,
    found: counting({ outputBufferDisconnections: 3 }),
    near: counting({ outputBufferDisconnections: 2 }),
    unknown: counting({ outputBufferDisconnections: null }),
  })
  holds({
    rule: 'redis-access-denied',
    severity: 'medium',
    before,
    found: counting({ accessDenied: 20 }),
    near: counting({ accessDenied: 19 }),
    unknown: {
      caches: [makeCache({ version: '6.0.16', counters: { accessDenied: null } })],
    },
  })
  holds({
    rule: 'redis-full-syncs',
    severity: 'medium',
    before,
    found: counting({ fullSyncs: 3 }),
    near: counting({ fullSyncs: 2 }),
    unknown: null,
  })
})
