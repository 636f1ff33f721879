import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { containerCollector } from '../../../src/collect/containers.ts'
import { OWN_SYSTEM } from '../../../src/collect/system-paths.ts'
import { seconds } from '../../../src/model/units.ts'
import type { Crowd } from './crowd.ts'
import { type Timing, timed } from './timing.ts'

const RUNS = 20
const STATS_RUNS = 3
/** Longer than the window over which rates are measured, so that each run has the one before to measure from. */
const PAUSE_MS = 1100

export type ContainerFigures = {
  readonly containers: number
  readonly cold: Timing
  readonly warm: Timing
  readonly dockerStats: Timing
  readonly timesFaster: number
  readonly limits: { readonly warmMs: number | null; readonly timesFaster: number }
}

/** perfbot's container collector, logs included, against `docker stats --no-stream`, one after the other. */
export async function benchContainers(crowd: Crowd, containers: number): Promise<ContainerFigures> {
  await crowd.growTo(containers)
  const engine = { name: 'bench', client: crowd.client, where: crowd.socket, configured: true }
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
  const warm = await timed(RUNS, PAUSE_MS, collect)
  const stats = promisify(execFile)
  const dockerStats = await timed(STATS_RUNS, PAUSE_MS, () =>
    stats('docker', ['-H', `unix://${crowd.socket}`, 'stats', '--no-stream']),
  )
  return {
    containers,
    cold,
    warm,
    dockerStats,
    timesFaster: dockerStats.p50Ms / warm.p50Ms,
    limits: { warmMs: containers === 30 ? 30 : null, timesFaster: 50 },
  }
}

export function printContainers(figures: readonly ContainerFigures[]): void {
  console.log(
    `containers: ${RUNS} warm collections, logs included, each ${PAUSE_MS / 1000} s after the one before`,
  )
  const ms = (value: number) => `${value.toFixed(1)} ms`
  for (const { containers, cold, warm, dockerStats, timesFaster, limits } of figures) {
    const rows: [string, string, string][] = [
      ['perfbot, warm, P50', ms(warm.p50Ms), limits.warmMs === null ? '' : `at most ${limits.warmMs} ms`],
      ['perfbot, warm, P95', ms(warm.p95Ms), ''],
      ['perfbot, warm, its own CPU, P50', ms(warm.cpuP50Ms), ''],
      ['perfbot, first (a window of 1 s)', ms(cold.p50Ms), ''],
      ['docker stats --no-stream, P50', ms(dockerStats.p50Ms), ''],
      ['times faster', timesFaster.toFixed(0), `at least ${limits.timesFaster}`],
    ]
    console.log(`${containers} containers`)
    for (const [name, value, limit] of rows)
      console.log(`  ${name.padEnd(38)}${value.padStart(14)}  ${limit}`)
  }
}
