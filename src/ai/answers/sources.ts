import type { Evidence } from '../../model/evidence.ts'
import type { AuditEntry, Execution } from '../../model/execution.ts'
import type { Parameters } from '../../model/finding.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import type { Statement } from '../../model/postgres/statements.ts'
import type { Question } from '../../model/question.ts'
import type { Report } from '../../model/report.ts'
import type { SeriesKey, Trend } from '../../model/series.ts'
import type { Snapshot } from '../../model/snapshot.ts'

export type PastSeries = { readonly labels: SeriesKey['labels']; readonly trend: Trend }

/** A command of the catalogue, as far as who chooses one has to know it. */
export type CommandSummary = {
  readonly id: string
  readonly title: string
  /** The kind of thing it acts on. */
  readonly target: string
  readonly parameters: readonly { readonly name: string; readonly description: string }[]
}

export type ExplainedPlan =
  | { readonly kind: 'explained'; readonly lines: readonly string[] }
  | { readonly kind: 'not-possible'; readonly reason: string }

export type ProposedFix = {
  readonly command: string
  readonly targetName: string
  readonly parameters: Parameters
}
export type LaidPlan =
  | { readonly kind: 'proposed'; readonly plan: FixPlan }
  | { readonly kind: 'not-possible'; readonly reason: string }

/** All that an answer may look at. Nothing of it changes anything. */
export type AnswerSources = {
  readonly snapshot: Snapshot
  /** What the rules say of that snapshot, compared with the last report of the day before. */
  readonly report: Omit<Report, 'narrative'>
  history(metric: string, rangeSeconds: number): Promise<readonly PastSeries[]>
  /** Newest first. */
  audit(limit: number): Promise<readonly AuditEntry[]>
  plan(id: string): Promise<FixPlan | null>
  executionOf(planId: string): Promise<Execution | null>
  readonly catalogue: readonly CommandSummary[]
  /** EXPLAIN without ANALYZE. */
  explain(database: string, statement: Statement): Promise<ExplainedPlan>
  /** Makes a plan for a person to review, and keeps none; null where nobody is there to review it. */
  readonly propose: ((wish: ProposedFix) => Promise<LaidPlan>) | null
}

/** What was found, before anybody put it into other words. */
export type Found = {
  /** Whether it answers the question, or says why nothing does. */
  readonly kind: 'answered' | 'unknown'
  /** Unknown because nobody here understands what is asked: a model may. */
  readonly isNotUnderstood?: true
  readonly sentences: readonly string[]
  readonly evidence: readonly Evidence[]
}

/** One way of answering; null where the question is none of its. */
export type Topic = (question: Question, sources: AnswerSources) => Promise<Found | null> | Found | null
