import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { loadPrompts, type Prompts } from './ai/prompt.ts'
import type { Config } from './config.ts'
import type { Gap } from './model/gap.ts'
import { type Catalogue, loadCatalogue } from './remediate/catalogue.ts'
import { openStore, type Store } from './store/store.ts'

/** Perfbot's own prompts and commands, wherever it is started from. */
const OWN_FILES = join(import.meta.dirname, '..')

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const remedyOf = (error: unknown, otherwise: string): string =>
  error instanceof Error && 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : otherwise

/**
 * The store, or one in a temporary folder when the configured one cannot be opened: the report still arrives,
 * and the file that is there stays as it is.
 */
async function openSomeStore(
  { dataDirectory: directory, database }: Config,
  logger: Logger,
): Promise<{ store: Store; problem: Gap | null; discard: () => Promise<void> }> {
  try {
    // One record that can no longer be read must not keep the report from arriving.
    const onDamage = (failure: Error) => logger.warn(failure.message)
    const where = database ? { url: database, headDirectory: directory } : { directory }
    return { store: await openStore({ ...where, onDamage }), problem: null, discard: async () => {} }
  } catch (error) {
    const temporary = await mkdtemp(join(tmpdir(), 'perfbot-'))
    return {
      store: await openStore({ directory: temporary }),
      problem: {
        kind: 'failed',
        source: 'store',
        missing: 'History, and with it all fixes',
        reason: message(error),
        remedy: remedyOf(error, `Make ${directory} readable and writable, or set dataDirectory.`),
      },
      discard: () => rm(temporary, { recursive: true, force: true }),
    }
  }
}

/** A part that can be done without: what went wrong becomes a gap. */
async function orGap<Part>(
  load: () => Promise<Part>,
  gap: Omit<Gap, 'kind' | 'reason'>,
  problems: Gap[],
): Promise<Part | null> {
  try {
    return await load()
  } catch (error) {
    problems.push({ ...gap, kind: 'failed', reason: message(error) })
    return null
  }
}

/** What perfbot stands on. Nothing that is missing or broken of it keeps perfbot from starting: it becomes a gap. */
export type Foundations = {
  readonly store: Store
  /** Why the configured store could not be opened; null when it was. */
  readonly storeProblem: string | null
  /** Null when it could not be read. */
  readonly commands: Catalogue | null
  /** The commands that may be offered. */
  readonly catalogue: Catalogue | null
  readonly prompts: Prompts | null
  readonly problems: readonly Gap[]
  /** Closes the store. */
  close(): Promise<void>
}

export async function layFoundations(config: Config, logger: Logger): Promise<Foundations> {
  const problems: Gap[] = []
  const { store, problem, discard } = await openSomeStore(config, logger)
  if (problem) problems.push(problem)
  const commands = await orGap(
    () => loadCatalogue(config.fixes.directory ?? join(OWN_FILES, 'commands')),
    {
      source: 'commands',
      missing: 'Fixes',
      remedy: 'Correct the files that are named; until then no fix is offered.',
    },
    problems,
  )
  const prompts = await orGap(
    () => loadPrompts(config.ollama.promptsDirectory ?? join(OWN_FILES, 'prompts')),
    {
      source: 'prompts',
      missing: 'Summaries by a model',
      remedy: 'Correct the prompt that is named; until then summaries are computed.',
    },
    problems,
  )
  for (const each of problems) logger.error({ source: each.source, remedy: each.remedy }, each.reason)
  return {
    store,
    storeProblem: problem?.reason ?? null,
    commands,
    // A fix without a lasting record in the audit is no fix to offer.
    catalogue: problem ? null : commands,
    prompts,
    problems,
    async close() {
      await store.close()
      await discard()
    },
  }
}
