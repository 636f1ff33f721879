import type { Evidence } from '../model/evidence.ts'
import { type Check, type Finding, findingId } from '../model/finding.ts'
import type { LogSummary } from '../model/log-summary.ts'
import type { History, Snapshot } from '../model/snapshot.ts'
import type { Target, TargetKind } from '../model/target.ts'
import type { NumericUnit } from '../model/units.ts'
import { blindSpots } from './blind-spots.ts'
import { type ThresholdException, type Thresholds, thresholdsFor } from './thresholds.ts'

/** All that a rule may know. */
export type Context = {
  readonly snapshot: Snapshot
  readonly history: History
  /** What the log of each container says, by its id; of none that nobody follows. */
  readonly logs: ReadonlyMap<string, LogSummary>
  readonly thresholds: Thresholds
  /** What holds for single targets instead; none where nobody wants any. */
  readonly exceptions?: readonly ThresholdException[]
}

/** What a rule says of a target when something is wrong; `rule()` adds who says it and of what. */
export type Diagnosis = Omit<Finding, 'id' | 'rule' | 'target' | 'symptoms'> & {
  readonly symptoms?: string[]
}

/** A reading the verdict depends on is missing: neither passed nor found. */
export type CouldNotLook = { readonly couldNotLook: string }

export type Verdict = 'passed' | CouldNotLook | Diagnosis

/** One thing a rule looks at. `part` tells apart several on one target: a mount point, a process id. */
export type Subject<Value> = { readonly target: Target; readonly value: Value; readonly part?: string }

export type RuleDefinition<Value> = {
  readonly id: string
  /** The kind of thing it looks at: where that could not be read, the rule says so. */
  readonly about: TargetKind
  /** What is compared with what, in words: it is shown also when the rule passes. */
  readonly looksAt: string
  readonly subjects: (context: Context) => readonly Subject<Value>[]
  readonly check: (value: Value, context: Context) => Verdict
}

export type Verdicts = { readonly checks: readonly Check[]; readonly findings: readonly Finding[] }

export type Rule = { readonly id: string; readonly evaluate: (context: Context) => Verdicts }

/** With the thresholds that hold for one target. */
export const contextOf = (target: Target, context: Context): Context =>
  context.exceptions === undefined || context.exceptions.length === 0
    ? context
    : { ...context, thresholds: thresholdsFor(target, context.thresholds, context.exceptions) }

/** Makes a rule of its definition: every look becomes a Check, and what was wrong a Finding as well. */
export function rule<Value>(definition: RuleDefinition<Value>): Rule {
  return {
    id: definition.id,
    evaluate(context) {
      const checks: Check[] = blindSpots(context.snapshot, definition.about).map(({ target, reason }) => ({
        rule: definition.id,
        target,
        verdict: 'could-not-look',
        lookedAt: `${definition.looksAt} (${reason})`,
      }))
      const findings: Finding[] = []
      for (const { target, value, part } of definition.subjects(context)) {
        const verdict = definition.check(value, contextOf(target, context))
        const lookedAt = part === undefined ? definition.looksAt : `${definition.looksAt}: ${part}`
        const check = { rule: definition.id, target, lookedAt }
        if (verdict === 'passed') {
          checks.push({ ...check, verdict: 'passed' })
        } else if ('couldNotLook' in verdict) {
          checks.push({
            ...check,
            verdict: 'could-not-look',
            lookedAt: `${lookedAt} (${verdict.couldNotLook})`,
          })
        } else {
          checks.push({ ...check, verdict: 'found' })
          findings.push({
            id: findingId(definition.id, target, part),
            rule: definition.id,
            target,
            symptoms: [],
            ...verdict,
          })
        }
      }
      return { checks, findings }
    },
  }
}

/** Evidence that was read with the snapshot. */
export const measured =
  ({ snapshot }: Context) =>
  (label: string, value: number, unit: NumericUnit, source: string): Evidence => ({
    label,
    value,
    unit,
    source,
    at: snapshot.takenAt,
  })

/** A fact, not a figure, that was read with the snapshot: a log line, a state. */
export const observed =
  ({ snapshot }: Context) =>
  (label: string, value: string, source: string): Evidence => ({
    label,
    value,
    unit: 'text',
    source,
    at: snapshot.takenAt,
  })
