import { setTimeout as sleep } from 'node:timers/promises'
import { quantile } from '../quantile.ts'

/** Longer than the window over which rates are measured, so that each run has the one before to measure from. */
export const PAUSE_MS = 1100

export type Timing = {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly cpuP50Ms: number
  readonly cpuMeanMs: number
}

/** Wall time of each run, and the CPU time of this process in it; with a pause before each, as between collections. */
export async function timed(runs: number, pauseMs: number, work: () => Promise<unknown>): Promise<Timing> {
  const walls: number[] = []
  const cpus: number[] = []
  for (let run = 0; run < runs; run++) {
    await sleep(pauseMs)
    const cpu = process.cpuUsage()
    const begun = performance.now()
    await work()
    walls.push(performance.now() - begun)
    const { user, system } = process.cpuUsage(cpu)
    cpus.push((user + system) / 1000)
  }
  return {
    p50Ms: quantile(walls, 0.5),
    p95Ms: quantile(walls, 0.95),
    cpuP50Ms: quantile(cpus, 0.5),
    cpuMeanMs: cpus.reduce((sum, value) => sum + value, 0) / cpus.length,
  }
}
