import type { Collection } from './collect/collection.ts'
import { noticeDeployments } from './deployments.ts'
import { historyOf } from './model/samples/samples.ts'
import type { Snapshot } from './model/snapshot.ts'
import { createNoticing } from './noticing.ts'
import type { Store } from './store/store.ts'

/** What is read, and kept of it. */
export type Readings = {
  /** Reads, and keeps nothing but what was read last. */
  snapshot(): Promise<Snapshot>
  remember(taken: Snapshot): Promise<void>
  /** Reads and remembers. The schedule and a scrape that come together do so once. */
  collect(): Promise<Snapshot>
  /** What was last read, whoever asked for it; null before the first. */
  newest(): Snapshot | null
  /** Keeps what was learnt of series. */
  close(): Promise<void>
}

export function createReadings(host: string, collection: Collection, store: Store): Readings {
  const noticing = createNoticing(host, store)
  let newest: Snapshot | null = null
  let collecting: Promise<Snapshot> | null = null

  async function snapshot(): Promise<Snapshot> {
    newest = await collection.snapshot()
    return newest
  }

  async function remember(taken: Snapshot): Promise<void> {
    await store.saveSnapshot(taken)
    const samples = historyOf(taken)
    await store.saveSamples(taken.host, taken.takenAt, samples)
    await noticing.notice(taken.takenAt, samples)
    await noticeDeployments(taken, store)
    // Once an hour there is something to pack; else it is a look at one row.
    await store.rollUp(taken.takenAt)
  }

  async function collect(): Promise<Snapshot> {
    const taken = await snapshot()
    await remember(taken)
    return taken
  }

  return {
    snapshot,
    remember,
    collect() {
      collecting ??= collect().finally(() => {
        collecting = null
      })
      return collecting
    },
    newest: () => newest,
    close: () => noticing.keep(),
  }
}
