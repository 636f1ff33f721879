import { type AskOptions, ask } from './ai/answers/ask.ts'
import type { AnswerSources } from './ai/answers/sources.ts'
import { explainStatement } from './collect/postgres/explain.ts'
import type { FixPlan } from './model/fix-plan.ts'
import type { Answered } from './model/question.ts'
import type { Report } from './model/report.ts'
import type { Snapshot } from './model/snapshot.ts'
import { type Timestamp, timestamp } from './model/units.ts'
import type { Catalogue } from './remediate/catalogue.ts'
import type { Store } from './store/store.ts'

export type AskingPorts = {
  readonly store: Store
  readonly host: string
  /** Measures now, and compares with the day before. */
  readonly look: () => Promise<{ readonly snapshot: Snapshot; readonly report: Report }>
  readonly now: () => Timestamp
  readonly catalogue: Catalogue
  /** Where a PostgreSQL is, by the name that config gives it. */
  readonly postgresUrl: (name: string) => string | null
  /** Makes a plan for who asks to review; null where nobody can. */
  readonly plan: AnswerSources['propose']
  readonly keep: (plan: FixPlan) => Promise<void>
}

/** Of a long past, as many steps as a straight line needs. */
const POINTS = 96

/** Answers a question from a fresh look, the history and the audit. */
export async function askQuestion(text: string, ports: AskingPorts, options: AskOptions): Promise<Answered> {
  const { store, host, now } = ports
  const { snapshot, report } = await ports.look()
  const sources: AnswerSources = {
    snapshot,
    report,
    async history(metric, rangeSeconds) {
      const to = timestamp(new Date(Date.parse(now()) + 1))
      const from = timestamp(new Date(Date.parse(to) - rangeSeconds * 1000))
      const all = await store.series({ host, metric })
      return Promise.all(
        all.map(async ({ id, labels }) => ({
          labels,
          trend: await store.trend({ series: id, from, to, points: POINTS }),
        })),
      )
    },
    audit: (limit) => store.audit(limit),
    plan: (id) => store.plan(id),
    executionOf: (planId) => store.executionOf(planId),
    catalogue: [...ports.catalogue.values()].map(({ id, title, target, parameters }) => ({
      id,
      title,
      target,
      parameters: Object.entries(parameters).map(([name, { description }]) => ({ name, description })),
    })),
    async explain(database, statement) {
      const url = ports.postgresUrl(database)
      if (url === null) return { kind: 'not-possible', reason: `config names no PostgreSQL ${database}` }
      return explainStatement(url, statement)
    },
    propose: ports.plan,
  }
  const answered = await ask(text, sources, options)
  // Only what the answer shows waits for an approval.
  for (const plan of answered.plans) await ports.keep(plan)
  return answered
}
