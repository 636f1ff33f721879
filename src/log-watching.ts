import { createLogDigest, type LogDigest } from './diagnose/logs/digest.ts'
import type { LogSinkOf } from './model/log-sink.ts'
import type { LogSummary } from './model/log-summary.ts'
import type { Snapshot } from './model/snapshot.ts'
import { type Seconds, seconds } from './model/units.ts'

/** What counts as recent. */
const WINDOW: Seconds = seconds(3600)

export type LogWatching = {
  readonly sinkOf: LogSinkOf
  /** What the log of each container of a snapshot says by now, by the container's id. */
  summaries(snapshot: Snapshot): ReadonlyMap<string, LogSummary>
}

/** Follows the log of each container for as long as it is there. */
export function createLogWatching(): LogWatching {
  const digests = new Map<string, { readonly engine: string; readonly digest: LogDigest }>()

  function digestOf(engine: string, id: string): LogDigest {
    const known = digests.get(id)
    if (known) return known.digest
    const digest = createLogDigest({ windowSeconds: WINDOW })
    digests.set(id, { engine, digest })
    return digest
  }

  /** An engine that did not answer has not lost its containers. */
  function forgetOthers({ containers, collectors }: Snapshot): void {
    const present = new Set(containers.map(({ id }) => id))
    const answered = new Set(collectors.filter((run) => run.succeeded).map((run) => run.collector))
    for (const [id, { engine }] of digests)
      if (!present.has(id) && answered.has(`docker:${engine}`)) digests.delete(id)
  }

  return {
    sinkOf: ({ engine, id }) => ({
      line: (line) => digestOf(engine, id).line(line),
      skipped: () => digestOf(engine, id).skipped(),
    }),
    summaries(snapshot) {
      forgetOthers(snapshot)
      return new Map(
        snapshot.containers.flatMap(({ id }) => {
          const known = digests.get(id)
          return known ? [[id, known.digest.summary(snapshot.takenAt)] as const] : []
        }),
      )
    },
  }
}
