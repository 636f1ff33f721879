import { proposePostgres } from './collect/postgres/proposal.ts'
import { containerOf } from './diagnose/memory-of.ts'
import type { Examination } from './model/examination.ts'
import { formatSeconds } from './model/format.ts'
import type { Gap } from './model/gap.ts'
import type { CollectorRun, Snapshot } from './model/snapshot.ts'

export type ExaminingPorts = {
  readonly snapshot: () => Promise<Snapshot>
  /** What is wrong with perfbot itself: its store, its catalogue, its prompts. */
  readonly problems: readonly Gap[]
  /** A folder, or the place of a database. */
  readonly storedIn: string
  /** How many fixes the catalogue holds; null when it could not be read, which `problems` says. */
  readonly commandCount: number | null
  /** What the models can serve; a short answer is asked of each. */
  readonly models: () => Promise<readonly Examination[]>
  /** What is here and could be read, but is not in the configuration. */
  readonly proposals: (snapshot: Snapshot) => readonly Examination[]
}

const ofGap = ({ kind, missing, reason, remedy }: Gap): Examination => ({
  subject: missing,
  verdict: kind === 'absent' ? 'absent' : 'failed',
  detail: reason,
  remedy,
})

/** A collector that answered may still lack parts: each is told by itself, after what it brought. */
function ofCollector(run: CollectorRun, snapshot: Snapshot): Examination[] {
  const gaps = snapshot.gaps.filter(({ source }) => source === run.collector)
  if (!run.succeeded) return gaps.map(ofGap)
  return [
    {
      subject: run.collector,
      verdict: gaps.some(({ kind }) => kind === 'failed') ? 'lacking' : 'well',
      detail: `read in ${formatSeconds(run.durationSeconds)}`,
      remedy: null,
    },
    ...gaps.map(ofGap),
  ]
}

function ofStore({ problems, storedIn }: ExaminingPorts): Examination[] {
  if (problems.some(({ source }) => source === 'store')) return []
  return [{ subject: 'store', verdict: 'well', detail: `history and audit in ${storedIn}`, remedy: null }]
}

function ofCatalogue({ commandCount }: ExaminingPorts): Examination[] {
  if (commandCount === null) return []
  return [{ subject: 'fixes', verdict: 'well', detail: `${commandCount} in the catalogue`, remedy: null }]
}

/** Looks at everything that perfbot stands on, but for Slack. A reading is taken for it. */
export async function examine(ports: ExaminingPorts): Promise<Examination[]> {
  const snapshot = await ports.snapshot()
  // Parts that belong to no collector by its very name, such as one container of an engine's, come after the rest.
  const collectors = new Set(snapshot.collectors.map(({ collector }) => collector))
  return [
    ...ofStore(ports),
    ...ofCatalogue(ports),
    ...ports.problems.map(ofGap),
    ...snapshot.collectors.flatMap((run) => ofCollector(run, snapshot)),
    ...snapshot.gaps.filter(({ source }) => !collectors.has(source)).map(ofGap),
    ...(await ports.models()),
    ...ports.proposals(snapshot),
  ]
}

/** PostgreSQL servers that run in containers and are not read yet: the entry for config, and the grant to run. */
export function proposalsOf(snapshot: Snapshot, taken: readonly string[]): Examination[] {
  const read = new Set(snapshot.databases.map((database) => containerOf(database, snapshot)?.id))
  return snapshot.containers
    .filter(({ id }) => !read.has(id))
    .flatMap((container) => {
      const proposal = proposePostgres(container, taken)
      if (!proposal) return []
      return {
        subject: `postgres in ${container.name}`,
        verdict: 'absent' as const,
        detail: 'runs here, and is not in the configuration',
        remedy: [
          ...(proposal.obstacle ? [proposal.obstacle] : []),
          `Add to config/perfbot.yaml under postgres:\n${proposal.entry}`,
          `and run ${proposal.psql}`,
          ...proposal.sql,
        ].join('\n'),
      }
    })
}
