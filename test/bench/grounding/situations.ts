import { diagnose } from '../../../src/diagnose/diagnose.ts'
import { Thresholds } from '../../../src/diagnose/thresholds.ts'
import type { ContainerReading } from '../../../src/model/container-reading.ts'
import type { Report } from '../../../src/model/report.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { bytes, celsius, cores, ratio, seconds, timestamp, watts } from '../../../src/model/units.ts'
import { compose } from '../../../src/report/compose.ts'
import { Targets } from '../../../src/report/targets.ts'
import {
  GIBIBYTE,
  MEBIBYTE,
  makeContainer,
  makeDatabase,
  makeFilesystem,
  makeGpu,
  makeLogTail,
  makeMachine,
  makeSetting,
  makeSnapshot,
  makeUsage,
} from '../../support/snapshot.ts'
import type { Random } from './random.ts'

/** A machine that was made up, and the report that perfbot's own rules make of it. */
export type Situation = { readonly snapshot: Snapshot; readonly report: Report }

const NAMES = [
  'api',
  'webui',
  'postgres',
  'ollama',
  'worker',
  'frontend',
  'billing',
  'search',
  'mailer',
  'api-2',
  'celery_beat',
  'auth-service',
  'grafana',
  'imports',
  'gateway',
  'queue',
]
const HOSTS = ['atlas', 'web-1', 'gpu-box', 'hera', 'node7']
const LOGS = [
  ['Traceback (most recent call last):', "ModuleNotFoundError: No module named 'cryptography'"],
  ['Error: connect ECONNREFUSED 127.0.0.1:6379'],
  ['FATAL: password authentication failed for user "app"'],
  ['OSError: [Errno 28] No space left on device'],
  ['panic: runtime error: invalid memory address'],
  ['listening on :8080'],
  [],
]

/** Three digits, as readings that a person would round. */
const between = (random: Random, least: number, most: number): number =>
  least + random.next() * (most - least)

function containerOf(random: Random, name: string, now: Date): ContainerReading {
  const state = random.pick(['running', 'running', 'running', 'running', 'restarting', 'exited'] as const)
  const limit = random.chance(0.7) ? random.pick([128, 256, 512, 1024, 2048, 4096]) * MEBIBYTE : null
  const used = Math.round(between(random, 0.02, 0.99) * (limit ?? 3 * GIBIBYTE))
  const runs = state === 'running'
  return makeContainer({
    name,
    state,
    exitCode: runs ? null : random.pick([1, 2, 127, 137]),
    oomKilled: !runs && random.chance(0.3),
    restartCount:
      state === 'restarting' ? random.integer(5, 900) : random.chance(0.2) ? random.integer(1, 4) : 0,
    startedAt: timestamp(new Date(now.getTime() - random.integer(2, 2000) * 60_000)),
    finishedAt: runs ? null : timestamp(new Date(now.getTime() - random.integer(1, 9) * 60_000)),
    limits: {
      memoryBytes: limit === null ? null : bytes(limit),
      memorySwapBytes: null,
      cpuCores: null,
      pids: null,
    },
    usage: runs
      ? makeUsage({
          cpuCores: cores(between(random, 0.003, 3.5)),
          memoryWorkingSetBytes: bytes(used),
          pids: random.integer(1, 90),
        })
      : null,
  })
}

function snapshotOf(random: Random, now: Date): Snapshot {
  const host = random.pick(HOSTS)
  const total = random.pick([8, 16, 31.2, 64, 125.6]) * GIBIBYTE
  const used = Math.round(between(random, 0.1, 0.96) * total)
  const count = random.integer(2, 6)
  const names = NAMES.toSorted(() => random.next() - 0.5).slice(0, count)
  const containers = names.map((name) => containerOf(random, name, now))
  const size = random.pick([100, 466, 931, 1863]) * GIBIBYTE
  const memoryTotal = random.pick([8, 12, 24]) * GIBIBYTE
  return makeSnapshot({
    id: `snapshot-${random.integer(1, 1e6)}`,
    host,
    takenAt: timestamp(now),
    durationSeconds: seconds(Number(between(random, 1, 3).toFixed(2))),
    machine: makeMachine({
      cpu: {
        count: random.pick([4, 8, 16, 32]),
        busyRatio: ratio(between(random, 0.02, 0.98)),
        load5: Number(between(random, 0.2, 30).toFixed(2)),
      },
      memory: {
        totalBytes: bytes(total),
        usedBytes: bytes(used),
        availableBytes: bytes(total - used),
        cacheBytes: bytes(Math.round(total * between(random, 0.05, 0.5))),
      },
      filesystems: [
        makeFilesystem({
          sizeBytes: bytes(size),
          availableBytes: bytes(Math.round(size * between(random, 0.03, 0.8))),
        }),
      ],
    }),
    containers,
    logs: containers
      .filter(({ state }) => state !== 'running')
      .map((container) => makeLogTail(container, random.pick(LOGS) as string[])),
    gpus: Array.from({ length: random.integer(0, 3) }, (_, index) =>
      makeGpu({
        index,
        uuid: `GPU-${index}`,
        utilisation: ratio(random.chance(0.3) ? 0 : between(random, 0.02, 0.99)),
        memoryTotalBytes: bytes(memoryTotal),
        memoryUsedBytes: bytes(Math.round(memoryTotal * between(random, 0.05, 0.97))),
        temperature: celsius(random.integer(35, 91)),
        power: watts(Number(between(random, 12, 165).toFixed(1))),
      }),
    ),
    databases: random.chance(0.7)
      ? [
          makeDatabase({
            name: random.pick(['main', 'shop']),
            roundTripSeconds: seconds(between(random, 0.0002, 0.2)),
            settings: [
              makeSetting('shared_buffers', String(random.pick([16384, 16384, 131072, 524288])), '8kB'),
              makeSetting('idle_in_transaction_session_timeout', random.pick(['0', '300000']), 'ms'),
              makeSetting('fsync', random.chance(0.2) ? 'off' : 'on'),
              makeSetting('autovacuum', random.chance(0.2) ? 'off' : 'on'),
              makeSetting('full_page_writes', 'on'),
            ],
            connections: {
              used: random.integer(5, 97),
              active: random.integer(1, 5),
              idle: 4,
              idleInTransaction: 0,
              maximum: 100,
              reserved: 3,
            },
            databases: [],
          }),
        ]
      : [],
  })
}

function composed(snapshot: Snapshot, previous: Report | null, id: string): Report {
  const { findings, checks } = diagnose({
    snapshot,
    history: { recent: [], unusual: [], trends: [] },
    logs: new Map(),
    thresholds: Thresholds.parse({}),
  })
  const report = compose({
    id,
    snapshot,
    findings,
    checks,
    incidents: [],
    silenced: [],
    gaps: [],
    targets: Targets.parse({}),
    previous,
  })
  return { ...report, narrative: { writer: 'computed', text: '', reason: '' } }
}

export function makeSituation(random: Random, index: number): Situation {
  const now = new Date(
    Date.UTC(
      2026,
      random.integer(0, 11),
      random.integer(1, 28),
      random.integer(0, 23),
      random.integer(0, 59),
      random.integer(0, 59),
    ),
  )
  const snapshot = snapshotOf(random, now)
  const earlier = snapshotOf(random, new Date(now.getTime() - 86_400_000))
  const previous = random.chance(0.6)
    ? composed({ ...earlier, host: snapshot.host }, null, `report-${index}-before`)
    : null
  return { snapshot, report: composed(snapshot, previous, `report-${index}`) }
}
