import type { Gap } from '../../model/gap.ts'
import { redact } from '../../model/redact.ts'
import { CollectFailure, messageOf } from '../collector.ts'
import { type DockerEngine, statusOf } from './engine.ts'
import type { EngineApi } from './engine-api.ts'

/** What it takes to ask about the parts of an engine within one collection. */
export type Asking = {
  readonly engine: DockerEngine
  readonly api: EngineApi
  readonly about: AboutPart
  readonly signal: AbortSignal
}

/** Asks about one container: gone in the meantime (404) is no fault; any other failure is a gap of that part. */
type AboutPart = <Result>(missing: string, ask: () => Promise<Result>) => Promise<Result | null>

export const partsOf =
  (engine: DockerEngine, gaps: Gap[], signal: AbortSignal): AboutPart =>
  async (missing, ask) => {
    try {
      return await ask()
    } catch (error) {
      if (signal.aborted) throw error
      if (statusOf(error) === 404) return null
      gaps.push({
        kind: 'failed',
        source: `docker:${engine.name}`,
        missing,
        reason: redact(`The engine ${reasonOf(error)}`),
        remedy:
          error instanceof CollectFailure
            ? error.remedy
            : 'Look at the log of the engine: journalctl -u docker',
      })
      return null
    }
  }

const reasonOf = (error: unknown): string =>
  statusOf(error) === null ? messageOf(error) : `answered: ${messageOf(error).trim()}`
