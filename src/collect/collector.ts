import type { Gap } from '../model/gap.ts'
import { redact } from '../model/redact.ts'
import type { Readings } from '../model/snapshot.ts'

export type Collector = {
  /** 'host', 'docker:local', 'gpus', 'postgres:main', 'ollama' */
  readonly name: string
  /** What the report lacks when it fails: 'Containers of local', 'PostgreSQL main'. */
  readonly missing: string
  /** May bring gaps of its own, for parts that could not be read. Rejects with a CollectFailure. */
  collect(signal: AbortSignal): Promise<Partial<Readings>>
  close?(): Promise<void>
}

/** Why nothing could be read, and the one thing to do about it. The message is the reason. */
export class CollectFailure extends Error {
  override readonly name = 'CollectFailure'
  readonly kind: Gap['kind']
  readonly remedy: string

  constructor(kind: Gap['kind'], reason: string, remedy: string, options?: ErrorOptions) {
    super(redact(reason), options)
    this.kind = kind
    this.remedy = remedy
  }
}

/** What has nothing of its kind to look at: it only says so. */
export const absentCollector = (
  name: string,
  missing: string,
  reason: string,
  remedy: string,
): Collector => ({
  name,
  missing,
  collect: () => Promise.reject(new CollectFailure('absent', reason, remedy)),
})

/** The code of a system or library error, also of the error that it wraps, as `fetch` does. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0])
  return errorCode(error.cause)
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export function gapOf(collector: Pick<Collector, 'name' | 'missing'>, error: unknown): Gap {
  const about = { source: collector.name, missing: collector.missing }
  if (error instanceof CollectFailure) {
    return { ...about, kind: error.kind, reason: error.message, remedy: error.remedy }
  }
  return {
    ...about,
    kind: 'failed',
    reason: redact(messageOf(error)),
    remedy: 'perfbot did not expect this: report it with the line above',
  }
}
