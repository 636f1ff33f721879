import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { connectEngine } from '../../../src/collect/containers/engine-client.ts'
import { containerCollector } from '../../../src/collect/containers.ts'
import { OWN_SYSTEM } from '../../../src/collect/system-paths.ts'
import { seconds } from '../../../src/model/units.ts'
import type { Crowd } from './crowd.ts'
import { atMost, ms, printRows, type Row } from './table.ts'
import { PAUSE_MS, type Timing, timed } from './timing.ts'

const STATS_RUNS = 3
const LIMIT_MS = 30
const TIMES_FASTER = 50

export type ContainerFigures = {
  readonly containers: number
  readonly runs: number
  readonly cold: Timing
  readonly warm: Timing
  readonly dockerStats: Timing
  readonly timesFaster: number
  readonly limits: { readonly warmMs: number | null; readonly timesFaster: number }
}

/** perfbot's container collector, logs included, against `docker stats --no-stream`, one after the other. */
export async function benchContainers(
  crowd: Crowd,
  containers: number,
  runs: number,
): Promise<ContainerFigures> {
  await crowd.growTo(containers)
  const engine = connectEngine({ name: 'bench', socket: crowd.socket, configured: true })
  const collector = containerCollector(engine, {
    windowSeconds: seconds(1),
    deadlineSeconds: seconds(30),
    paths: OWN_SYSTEM,
  })
  const collect = async () => {
    const readings = await collector.collect(AbortSignal.timeout(30_000))
    const measured = readings.containers?.filter(({ usage }) => usage !== null).length ?? 0
    if (measured < containers) throw new Error(`only ${measured} of ${containers} containers were measured`)
  }
  const cold = await timed(1, 0, collect)
  const warm = await timed(runs, PAUSE_MS, collect)
  const stats = promisify(execFile)
  const dockerStats = await timed(STATS_RUNS, PAUSE_MS, () =>
    stats('docker', ['-H', `unix://${crowd.socket}`, 'stats', '--no-stream']),
  )
  return {
    containers,
    runs,
    cold,
    warm,
    dockerStats,
    timesFaster: dockerStats.p50Ms / warm.p50Ms,
    limits: { warmMs: containers === 30 ? LIMIT_MS : null, timesFaster: TIMES_FASTER },
  }
}

export function printContainers(figures: readonly ContainerFigures[]): void {
  for (const { containers, runs, cold, warm, dockerStats, timesFaster, limits } of figures) {
    const warmest: Row = { name: 'perfbot, warm, P50', figure: ms(warm.p50Ms) }
    printRows(
      `${containers} containers: ${runs} warm collections, logs included, each ${PAUSE_MS / 1000} s after the one before`,
      [
        limits.warmMs === null ? warmest : { ...warmest, target: atMost(warm.p50Ms, limits.warmMs, 'ms') },
        { name: 'perfbot, warm, P95', figure: ms(warm.p95Ms) },
        { name: 'perfbot, warm, its own CPU, P50', figure: ms(warm.cpuP50Ms) },
        { name: 'perfbot, first (a window of 1 s)', figure: ms(cold.p50Ms) },
        { name: 'docker stats --no-stream, P50', figure: ms(dockerStats.p50Ms) },
        {
          name: 'times faster',
          figure: timesFaster.toFixed(0),
          target: {
            words: `at least ${limits.timesFaster}`,
            isMet: timesFaster >= limits.timesFaster,
          },
        },
      ],
    )
  }
}
