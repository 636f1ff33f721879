import { z } from 'zod'
import { Evidence } from './evidence.ts'
import { Parameters } from './finding.ts'
import { RecordedValue } from './fix-plan.ts'
import { Timestamp } from './units.ts'

/** `kept`: without the effect that was expected, and left as it is. `failed`: a person has to look. */
export const Outcome = z.enum(['verified', 'kept', 'undone', 'refused', 'failed'])
export type Outcome = z.infer<typeof Outcome>

/** What the readings after a fix say of it, beside the ones before it. */
export const Verdict = z.enum(['helped', 'no effect', 'worse'])
export type Verdict = z.infer<typeof Verdict>

/** One application of a plan. A plan is executed at most once. */
export const Execution = z.object({
  id: z.string(),
  planId: z.string(),
  digest: z.string(),
  person: z.string(),
  startedAt: Timestamp,
  finishedAt: Timestamp,
  outcome: Outcome,
  /** Null when nothing was changed, or nothing could be measured. */
  verdict: Verdict.nullable().default(null),
  /** What happened, for the person who approved: the reason of a refusal, the error of a failure. */
  message: z.string(),
  before: z.array(Evidence),
  after: z.array(Evidence),
})
export type Execution = z.infer<typeof Execution>

/** What became of one step. Written before the step is begun and again after it. */
export const StepRecord = z.object({
  part: z.enum(['steps', 'undo']),
  index: z.number(),
  state: z.enum(['begun', 'done', 'failed']),
  begunAt: Timestamp,
  /** What was there right before, by which it can be told later whether the step was done. */
  witness: Parameters,
  /** The error of a failed one. */
  message: z.string().nullable(),
})
export type StepRecord = z.infer<typeof StepRecord>

/** An execution on its way, as far as it has come: enough for another process to take it up at any point. */
export const Run = z.object({
  id: z.string(),
  planId: z.string(),
  digest: z.string(),
  person: z.string(),
  startedAt: Timestamp,
  stage: z.enum(['checking', 'applying', 'settling', 'undoing', 'undo-settling', 'ended']),
  /** How often another process had to take it up. */
  resumptions: z.number(),
  before: z.array(Evidence),
  /** The reading that the expectation is about, right before the first step. */
  judgedBefore: RecordedValue,
  /** The same as the fix left it. */
  judgedAfter: RecordedValue,
  /** What the undo will put back. */
  remembered: z.array(Parameters),
  records: z.array(StepRecord),
  /** When the readings after it are due. */
  settleUntil: Timestamp.nullable(),
  /** Why it is being taken back. */
  why: z.string().nullable(),
  verdict: Verdict.nullable(),
})
export type Run = z.infer<typeof Run>

/** One line of the audit log. `hash` covers the line and `previousHash`, so that no line can be changed alone. */
export const AuditEntry = z.object({
  sequence: z.number(),
  at: Timestamp,
  actor: z.string(),
  action: z.enum([
    'proposed',
    'approved',
    'rejected',
    'refused',
    'started',
    'resumed',
    'step',
    'verdict',
    'undo',
    'finished',
    'silenced',
    'heard-again',
    'set',
  ]),
  subject: z.string(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  previousHash: z.string(),
  hash: z.string(),
})
export type AuditEntry = z.infer<typeof AuditEntry>
export type NewAuditEntry = Pick<AuditEntry, 'at' | 'actor' | 'action' | 'subject' | 'detail'>
