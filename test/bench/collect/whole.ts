import { createCollection } from '../../../src/collect/collection.ts'
import { connectEngine } from '../../../src/collect/containers/engine-client.ts'
import { OWN_SYSTEM } from '../../../src/collect/system-paths.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { seconds } from '../../../src/model/units.ts'
import type { TestServer } from '../../support/postgres.ts'
import type { Crowd } from './crowd.ts'
import { atMost, ms, printRows } from './table.ts'
import { PAUSE_MS, type Timing, timed } from './timing.ts'

const LIMITS = { wallMs: 150, cpuMs: 30 }
/** Until the engine of JavaScript has compiled what is used all the time. */
const WARM_UP = 10

export type WholeFigures = {
  readonly containers: number
  readonly runs: number
  readonly warm: Timing
  readonly limits: typeof LIMITS
}

/** All that is collected on a machine with containers and a PostgreSQL: the snapshot as the schedule takes it. */
export async function benchWhole(crowd: Crowd, database: TestServer, runs: number): Promise<WholeFigures> {
  const collection = createCollection({
    host: 'bench',
    windowSeconds: seconds(1),
    deadlineSeconds: seconds(30),
    paths: OWN_SYSTEM,
    docker: [connectEngine({ name: 'bench', socket: crowd.socket, configured: true })],
    postgres: [{ name: 'main', url: database.url, configured: true }],
    redis: [],
    services: [],
    ollama: [],
    inferenceProbe: null,
    nvidiaSmi: { command: 'nvidia-smi', configured: false },
  })
  try {
    let newest: Snapshot | null = null
    const collect = async () => {
      newest = complete(await collection.snapshot())
    }
    await timed(WARM_UP, PAUSE_MS, collect)
    const warm = await timed(runs, PAUSE_MS, collect)
    const { containers } = newest as unknown as Snapshot
    return { containers: containers.length, runs, warm, limits: LIMITS }
  } finally {
    await collection.close()
  }
}

/** A collection that leaves something out is cheap, and no measure. */
function complete(snapshot: Snapshot): Snapshot {
  const failed = snapshot.gaps.filter(({ kind }) => kind === 'failed')
  const isWhole = snapshot.machine && snapshot.databases.length === 1 && failed.length === 0
  if (!isWhole) throw new Error(`the collection has gaps: ${JSON.stringify(failed)}`)
  return snapshot
}

export function printWhole({ containers, runs, warm, limits }: WholeFigures): void {
  printRows(
    `everything (host, ${containers} containers with their logs, PostgreSQL): ${runs} warm collections`,
    [
      { name: 'wall, P50', figure: ms(warm.p50Ms), target: atMost(warm.p50Ms, limits.wallMs, 'ms') },
      { name: 'wall, P95', figure: ms(warm.p95Ms) },
      {
        name: 'its own CPU, P50',
        figure: ms(warm.cpuP50Ms),
        target: atMost(warm.cpuP50Ms, limits.cpuMs, 'ms'),
      },
      { name: 'its own CPU, mean', figure: ms(warm.cpuMeanMs) },
    ],
  )
}
