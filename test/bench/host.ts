/**
 * What a warm reading of the host costs, beside node_exporter being scraped on the same machine:
 * `npm run bench:host`. The last line is one JSON object.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { TICKS_PER_SECOND } from '../../src/collect/host/counters.ts'
import { parseProcess } from '../../src/collect/host/processes.ts'
import { hostCollector } from '../../src/collect/host.ts'
import { OWN_SYSTEM } from '../../src/collect/system-paths.ts'
import { seconds } from '../../src/model/units.ts'
import { nodeExporterIsMissing, startNodeExporter } from '../support/node-exporter.ts'
import { quantile } from './quantile.ts'

const WARM_UP = 50
const READINGS = 200
const PAUSE_MS = 20

const collector = hostCollector(seconds(0.001), OWN_SYSTEM)
const read = () => collector.collect(AbortSignal.timeout(30_000))
let processes = 0
for (let index = 0; index < WARM_UP; index += 1) {
  processes = (await read()).machine?.tasks?.processes ?? 0
}
const wall: number[] = []
const cpu: number[] = []
for (let index = 0; index < READINGS; index += 1) {
  await sleep(PAUSE_MS)
  const [begun, used] = [performance.now(), process.cpuUsage()]
  await read()
  const { user, system } = process.cpuUsage(used)
  wall.push(performance.now() - begun)
  cpu.push((user + system) / 1000)
}
await collector.close?.()

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

async function exporterCpuMs(): Promise<number | null> {
  if (nodeExporterIsMissing) return null
  const exporter = await startNodeExporter()
  const usedMs = () =>
    (parseProcess(readFileSync(`/proc/${exporter.pid}/stat`, 'utf8')).cpuTicks / TICKS_PER_SECOND) * 1000
  for (let index = 0; index < 10; index += 1) await exporter.scrape()
  const before = usedMs()
  for (let index = 0; index < READINGS; index += 1) await exporter.scrape()
  const used = usedMs() - before
  exporter.stop()
  return used / READINGS
}

const figures = {
  processes,
  readings: READINGS,
  wallP50Ms: quantile(wall, 0.5),
  wallP95Ms: quantile(wall, 0.95),
  cpuMeanMs: mean(cpu),
  cpuP50Ms: quantile(cpu, 0.5),
  nodeExporterCpuMeanMs: await exporterCpuMs(),
}
const rows: [string, string][] = [
  ['perfbot, wall, P50', `${figures.wallP50Ms.toFixed(1)} ms`],
  ['perfbot, wall, P95', `${figures.wallP95Ms.toFixed(1)} ms`],
  ['perfbot, CPU, mean', `${figures.cpuMeanMs.toFixed(1)} ms`],
  ['perfbot, CPU, P50', `${figures.cpuP50Ms.toFixed(1)} ms`],
  ['node_exporter, CPU of a scrape, mean', `${figures.nodeExporterCpuMeanMs?.toFixed(1) ?? '–'} ms`],
]
console.log(`${READINGS} warm readings of a host with ${processes} processes`)
for (const [name, value] of rows) console.log(`  ${name.padEnd(40)}${value.padStart(10)}`)
console.log(JSON.stringify(figures))
