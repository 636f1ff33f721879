import { type ContainerReading, isMeantToRun } from '../model/container-reading.ts'
import type { Report, Score } from '../model/report.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { NumericUnit } from '../model/units.ts'
import type { Targets } from './targets.ts'

type Kpi = {
  readonly kpi: string
  readonly title: string
  readonly comparison: Score['target']['comparison']
  readonly target: keyof Targets
  readonly unit: NumericUnit
  readonly source: string
  /** Null where nothing of the kind was read. */
  readonly measure: (snapshot: Snapshot) => number | null
}

const most = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values))

const least = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.min(...values))

const isUp = (container: ContainerReading): boolean =>
  container.state === 'running' && container.health?.status !== 'unhealthy'

function shareUp(snapshot: Snapshot): number | null {
  const expected = snapshot.containers.filter(isMeantToRun)
  return expected.length === 0 ? null : expected.filter(isUp).length / expected.length
}

const KPIS: readonly Kpi[] = [
  {
    kpi: 'containers-up',
    title: 'Containers up and healthy',
    comparison: 'at-least',
    target: 'containersUp',
    unit: 'ratio',
    source: 'docker inspect State',
    measure: shareUp,
  },
  {
    kpi: 'cpu-busy',
    title: 'CPU busy',
    comparison: 'at-most',
    target: 'cpuBusy',
    unit: 'ratio',
    source: '/proc/stat',
    measure: ({ machine }) => machine?.cpu.busyRatio ?? null,
  },
  {
    kpi: 'memory-used',
    title: 'Memory used',
    comparison: 'at-most',
    target: 'memoryUsed',
    unit: 'ratio',
    source: '(MemTotal − MemAvailable) / MemTotal',
    measure: ({ machine }) => (machine ? machine.memory.usedBytes / machine.memory.totalBytes : null),
  },
  {
    kpi: 'disk-used',
    title: 'Fullest file system',
    comparison: 'at-most',
    target: 'diskUsed',
    unit: 'ratio',
    source: '1 − f_bavail / f_blocks',
    measure: ({ machine }) =>
      most(
        (machine?.filesystems ?? [])
          // A read-only image is always full.
          .filter((filesystem) => !filesystem.readOnly && filesystem.sizeBytes > 0)
          .map((filesystem) => 1 - filesystem.availableBytes / filesystem.sizeBytes),
      ),
  },
  {
    kpi: 'gpu-utilisation',
    title: 'GPU utilisation',
    comparison: 'at-least',
    target: 'gpuUtilisation',
    unit: 'ratio',
    source: 'utilisation that the drivers state, mean of the GPUs',
    measure({ gpus }) {
      const known = gpus.map((gpu) => gpu.utilisation).filter((value) => value !== null)
      return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
    },
  },
  {
    kpi: 'database-round-trip',
    title: 'PostgreSQL answers SELECT 1',
    comparison: 'at-most',
    target: 'databaseRoundTrip',
    unit: 'seconds',
    source: 'SELECT 1, there and back',
    measure: ({ databases }) => most(databases.map((database) => database.roundTripSeconds)),
  },
  {
    kpi: 'database-connections',
    title: 'PostgreSQL connections taken',
    comparison: 'at-most',
    target: 'databaseConnections',
    unit: 'ratio',
    source: 'pg_stat_activity / (max_connections − reserved)',
    measure: ({ databases }) =>
      most(
        databases.map(({ connections }) => connections.used / (connections.maximum - connections.reserved)),
      ),
  },
  {
    kpi: 'cache-round-trip',
    title: 'Redis answers PING',
    comparison: 'at-most',
    target: 'cacheRoundTrip',
    unit: 'seconds',
    source: 'PING, there and back',
    measure: ({ caches }) => most(caches.flatMap(({ roundTripSeconds }) => roundTripSeconds ?? [])),
  },
  {
    kpi: 'services-successful',
    title: 'Probes of services that succeed',
    comparison: 'at-least',
    target: 'servicesSuccessful',
    unit: 'ratio',
    source: 'probes of the last ten minutes, the service that fails most',
    measure: ({ services }) => least(services.map(({ recent }) => recent.successRatio)),
  },
  {
    kpi: 'services-within-target',
    title: 'Services within their target',
    comparison: 'at-least',
    target: 'servicesWithinTarget',
    unit: 'ratio',
    source: 'P95 of the last ten minutes, services that have a target',
    measure({ services }) {
      const judged = services.flatMap(({ target, recent }) => {
        const p95 = recent.responseTimes?.p95 ?? null
        return target === null || p95 === null ? [] : p95 <= target
      })
      return judged.length === 0 ? null : judged.filter(Boolean).length / judged.length
    },
  },
]

/** Smaller changes than this, of the target, are noise between two readings. */
const NOTICEABLE = 0.05

function trendOf(kpi: Kpi, target: number, now: number, before: number | null): Score['trend'] {
  if (before === null) return null
  if (Math.abs(now - before) < target * NOTICEABLE) return 'same'
  return now < before === (kpi.comparison === 'at-most') ? 'better' : 'worse'
}

/** Each key figure against its target and against the report before; `unknown` where nothing was read. */
export function scoreboard(snapshot: Snapshot, targets: Targets, previous: Report | null): Score[] {
  return KPIS.map((kpi) => {
    const target = targets[kpi.target]
    const value = kpi.measure(snapshot)
    const before = previous?.scoreboard.find((score) => score.kpi === kpi.kpi)?.measured?.value
    const common = {
      kpi: kpi.kpi,
      title: kpi.title,
      target: { comparison: kpi.comparison, value: target, unit: kpi.unit },
    }
    if (value === null) return { ...common, measured: null, verdict: 'unknown', trend: null }
    const met = kpi.comparison === 'at-most' ? value <= target : value >= target
    return {
      ...common,
      measured: { label: kpi.title, value, unit: kpi.unit, source: kpi.source, at: snapshot.takenAt },
      verdict: met ? 'met' : 'missed',
      trend: trendOf(kpi, target, value, typeof before === 'number' ? before : null),
    }
  })
}
