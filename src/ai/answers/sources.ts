import type { Evidence } from '../../model/evidence.ts'
import type { AuditEntry, Execution } from '../../model/execution.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import type { Question } from '../../model/question.ts'
import type { Report } from '../../model/report.ts'
import type { SeriesKey, Trend } from '../../model/series.ts'
import type { Snapshot } from '../../model/snapshot.ts'

export type PastSeries = { readonly labels: SeriesKey['labels']; readonly trend: Trend }

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
}

/** What was found, before anybody put it into other words. */
export type Found = {
  /** Whether it answers the question, or says why nothing does. */
  readonly kind: 'answered' | 'unknown'
  readonly sentences: readonly string[]
  readonly evidence: readonly Evidence[]
}

/** One way of answering; null where the question is none of its. */
export type Topic = (question: Question, sources: AnswerSources) => Promise<Found | null> | Found | null
