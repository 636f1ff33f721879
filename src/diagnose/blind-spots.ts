import type { Snapshot } from '../model/snapshot.ts'
import type { Target, TargetKind } from '../model/target.ts'

/** Which collector brings which kind of target: `docker:local` the containers, `postgres:main` one server. */
const KIND_OF_SOURCE: Readonly<Record<string, TargetKind>> = {
  host: 'host',
  docker: 'container',
  gpus: 'gpu',
  postgres: 'postgres',
  redis: 'redis',
  services: 'service',
  ollama: 'ollama',
}

/** Kinds of which each has a collector of its own, named for it. */
const ONE_BY_ONE: ReadonlySet<TargetKind> = new Set(['postgres', 'redis', 'service'])

export type BlindSpot = { readonly target: Target; readonly reason: string; readonly remedy: string }

/**
 * Where targets of a kind should have been seen and could not be. A server is named; of what an engine that does not
 * answer holds nobody knows the names, so that is said of the host. What is not here at all is no blind spot.
 */
export function blindSpots(snapshot: Snapshot, kind: TargetKind): BlindSpot[] {
  const failed = new Set(snapshot.collectors.filter((run) => !run.succeeded).map((run) => run.collector))
  return snapshot.gaps
    .filter((gap) => gap.kind === 'failed' && failed.has(gap.source))
    .flatMap(({ source, reason, remedy }) => {
      const [collector = '', name] = source.split(':', 2)
      if (KIND_OF_SOURCE[collector] !== kind) return []
      const target: Target =
        ONE_BY_ONE.has(kind) && name !== undefined
          ? { kind, host: snapshot.host, name }
          : { kind: 'host', host: snapshot.host, name: snapshot.host }
      return [{ target, reason, remedy }]
    })
}
