import { setTimeout as sleep } from 'node:timers/promises'
import { type EngineProxy, proxyEngine } from '../../support/engine-proxy.ts'
import { nodeExporterIsMissing, startNodeExporter } from '../../support/node-exporter.ts'
import type { TestServer } from '../../support/postgres.ts'
import type { Crowd } from './crowd.ts'
import { netdataIsMissing, startNetdata } from './netdata.ts'
import { type PerfbotProcess, startPerfbot } from './perfbot-process.ts'
import { costOf } from './process-cost.ts'
import { atMost, printRows, type Row } from './table.ts'

const INTERVAL_SECONDS = 10
const LIMITS = { cpuPercent: 1, rssMegabytes: 150 }
/** Collections before it is looked at: the first compiles what all later ones use. */
const WARM_UP_COLLECTIONS = 3
const LOOK_EVERY_MS = 500
/** An answer that is open for so many looks in a row is a stream. */
const STREAM_LOOKS = 4

type Running = { readonly pid: number; stop(): unknown }
type Cost = { readonly cpuPercent: number; readonly rssMegabytes: number }

export type SteadyFigures = {
  readonly seconds: number
  readonly collections: number
  readonly perfbot: Cost
  readonly nodeExporter: Cost | null
  readonly netdata: Cost | null
  readonly streams: number
  readonly limits: typeof LIMITS
}

/** `perfbot start` against a Slack of its own, beside what else watches machines, in the same minute. */
export async function benchSteady(
  crowd: Crowd,
  database: TestServer,
  seconds: number,
): Promise<SteadyFigures> {
  let collections = 0
  const engine = await proxyEngine(crowd.socket, (path) => {
    if (path.startsWith('/containers/json')) collections += 1
    return 'passed-on'
  })
  const watched = {
    dockerSocket: engine.socketPath,
    postgres: database.url,
    everySeconds: INTERVAL_SECONDS,
  }
  const collected = async (perfbot: PerfbotProcess, wanted: number) => {
    while (collections < wanted) {
      perfbot.mustRun()
      await sleep(LOOK_EVERY_MS)
    }
  }
  // What was compiled is kept for the next start: what is measured is every start but the very first.
  const first = await startPerfbot(watched)
  await collected(first, 1).finally(() => first.stop())
  const perfbot = await startPerfbot(watched)
  const exporter = nodeExporterIsMissing ? null : await startNodeExporter()
  const netdata = netdataIsMissing ? null : await startNetdata()
  const scraping = exporter && setInterval(() => void exporter.scrape(), INTERVAL_SECONDS * 1000)
  try {
    await collected(perfbot, collections + WARM_UP_COLLECTIONS)
    const begun = collections
    const [costs, streams] = await Promise.all([
      watchCosts([perfbot, exporter, netdata], seconds),
      watchStreams(engine, seconds),
    ])
    perfbot.mustRun()
    const [own, exporters, netdatas] = costs
    if (!own) throw new Error('perfbot was not measured')
    return {
      seconds,
      collections: collections - begun,
      perfbot: own,
      nodeExporter: exporters ?? null,
      netdata: netdatas ?? null,
      streams,
      limits: LIMITS,
    }
  } finally {
    if (scraping) clearInterval(scraping)
    exporter?.stop()
    await netdata?.stop()
    await perfbot.stop()
    await engine.close()
  }
}

async function watchCosts(processes: readonly (Running | null)[], seconds: number): Promise<(Cost | null)[]> {
  const look = () => processes.map((process) => process && costOf(process.pid))
  const first = look()
  const begun = performance.now()
  const highest = first.map((cost) => cost?.rssBytes ?? 0)
  let last = first
  while (performance.now() - begun < seconds * 1000) {
    await sleep(LOOK_EVERY_MS)
    last = look()
    for (const [index, cost] of last.entries())
      highest[index] = Math.max(highest[index] ?? 0, cost?.rssBytes ?? 0)
  }
  const elapsed = (performance.now() - begun) / 1000
  return first.map((cost, index) => {
    const later = last[index]
    return cost && later
      ? {
          cpuPercent: ((later.cpuSeconds - cost.cpuSeconds) / elapsed) * 100,
          rssMegabytes: (highest[index] ?? 0) / 1e6,
        }
      : null
  })
}

/** How many answers of the engine were open for seconds. */
async function watchStreams(engine: EngineProxy, seconds: number): Promise<number> {
  const begun = performance.now()
  let streams = 0
  const recent: number[] = []
  while (performance.now() - begun < seconds * 1000) {
    await sleep(LOOK_EVERY_MS)
    recent.push(engine.underWay())
    streams = Math.max(streams, Math.min(...recent.slice(-STREAM_LOOKS)))
  }
  return streams
}

export function printSteady(figures: SteadyFigures): void {
  const { seconds, collections, perfbot, nodeExporter, netdata, streams, limits } = figures
  const percent = (cost: Cost | null) => (cost ? `${cost.cpuPercent.toFixed(2)} %` : 'not here')
  const megabytes = (cost: Cost | null) => (cost ? `${cost.rssMegabytes.toFixed(0)} MB` : 'not here')
  const rows: Row[] = [
    {
      name: 'perfbot start, CPU of a core',
      figure: percent(perfbot),
      target: atMost(perfbot.cpuPercent, limits.cpuPercent, '%'),
    },
    {
      name: 'perfbot start, resident, highest',
      figure: megabytes(perfbot),
      target: atMost(perfbot.rssMegabytes, limits.rssMegabytes, 'MB'),
    },
    {
      name: 'streams of the Docker engine between collections',
      figure: String(streams),
      target: atMost(streams, 0, ''),
    },
    {
      name: `node_exporter (host only, scraped every ${INTERVAL_SECONDS} s), CPU`,
      figure: percent(nodeExporter),
    },
    { name: 'node_exporter, resident', figure: megabytes(nodeExporter) },
    { name: 'netdata as Debian has it (every second), CPU', figure: percent(netdata) },
    { name: 'netdata, resident', figure: megabytes(netdata) },
  ]
  printRows(
    `steady, over ${seconds} s: ${collections} collections, one every ${INTERVAL_SECONDS} s, stored and diagnosed`,
    rows,
  )
  if (!nodeExporter) console.log('  (apt-get install prometheus-node-exporter)')
  if (!netdata) console.log('  (apt-get install netdata)')
}
