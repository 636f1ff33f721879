import { z } from 'zod'
import { Parameters } from './finding.ts'
import { digestOf } from './identity.ts'
import { Target } from './target.ts'
import { Seconds, Timestamp } from './units.ts'

export const Risk = z.enum(['low', 'medium', 'high'])
export type Risk = z.infer<typeof Risk>

/** What interrupts service when the fix is applied. */
export const Interruption = z.enum(['none', 'container-restart', 'server-restart-to-take-effect'])
export type Interruption = z.infer<typeof Interruption>

/** One typed operation with its arguments bound; `remediate/operations` knows how to run each. */
export const Step = z.object({
  operation: z.string(),
  arguments: Parameters,
  /** The change as an expert would type it: `docker update --memory 256m api`. */
  exact: z.string(),
})
export type Step = z.infer<typeof Step>

/** What a reading was; null is "none": no limit is set, it does not run. */
export const RecordedValue = z.union([z.string(), z.number()]).nullable()
export type RecordedValue = z.infer<typeof RecordedValue>

/** A reading that must still be as it was when the plan was shown, or within a bound. */
export const Precondition = z.object({
  reading: z.string(),
  label: z.string(),
  expected: z.union([RecordedValue, z.object({ atMost: z.number() }), z.object({ atLeast: z.number() })]),
})
export type Precondition = z.infer<typeof Precondition>

/** The reading that the fix should change, what it should become, and when that is judged. */
export const Expectation = z.object({
  reading: z.string(),
  /**
   * A restart cannot name its next start: it is met by any value but the former one, and not by none. A figure that
   * never stands still is met by having moved far enough from where it was right before the first step.
   */
  becomes: z.union([
    z.string(),
    z.number(),
    z.object({ differentFrom: RecordedValue }),
    z.object({ moves: z.enum(['up', 'down']), by: z.number() }),
  ]),
  withinSeconds: Seconds,
  /** In words, with how it was derived, or that the gain is unknown. */
  statement: z.string(),
})
export type Expectation = z.infer<typeof Expectation>

/** A command bound to a target: the exact change, what is expected of it, and how it is taken back. */
export const FixPlan = z.object({
  id: z.string(),
  /** A person who chose the command by hand; perfbot for what a rule found. */
  proposedBy: z.string().default('perfbot'),
  /** The report that offers it. */
  reportId: z.string(),
  host: z.string(),
  findingId: z.string(),
  command: z.string(),
  title: z.string(),
  target: Target,
  parameters: Parameters,
  risk: Risk,
  riskReason: z.string(),
  interruption: Interruption,
  steps: z.array(Step),
  undo: z.array(Step),
  preconditions: z.array(Precondition),
  expectation: Expectation,
  /** What has to be so afterwards too: else the fix made something worse, whatever else it did. */
  safeguards: z.array(Precondition).default([]),
  /** A change that helped nothing and harms nothing may stay where a command says so. */
  whenNoEffect: z.enum(['undo', 'keep']).default('undo'),
  /** What else to know before a yes: how it is taken back, or that it cannot be; what is left to do by hand. */
  notes: z.array(z.string()),
  /** Readings to show before and after. */
  measures: z.array(z.string()),
  createdAt: Timestamp,
  expiresAt: Timestamp,
  /** Over everything that acts: people approve this. */
  digest: z.string(),
})
export type FixPlan = z.infer<typeof FixPlan>

/** The digest over what a plan would do and what it relies on; not over when it was made. */
export const planDigest = (
  plan: Omit<
    FixPlan,
    'id' | 'reportId' | 'digest' | 'createdAt' | 'expiresAt' | 'title' | 'findingId' | 'proposedBy'
  >,
): string =>
  digestOf({
    host: plan.host,
    command: plan.command,
    target: plan.target,
    parameters: plan.parameters,
    risk: plan.risk,
    interruption: plan.interruption,
    steps: plan.steps,
    undo: plan.undo,
    preconditions: plan.preconditions,
    expectation: plan.expectation,
    safeguards: plan.safeguards,
    whenNoEffect: plan.whenNoEffect,
    notes: plan.notes,
  })

/** Somebody's yes to exactly one digest, or their no. */
export const Vote = z.object({
  planId: z.string(),
  digest: z.string(),
  person: z.string(),
  at: Timestamp,
  decision: z.enum(['approved', 'rejected']),
  reason: z.string(),
})
export type Vote = z.infer<typeof Vote>

/** The yes that was the last one needed: with it the plan is taken, and can be taken only once. */
export const Approval = z.object({
  planId: z.string(),
  digest: z.string(),
  person: z.string(),
  at: Timestamp,
})
export type Approval = z.infer<typeof Approval>
