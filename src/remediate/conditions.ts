import type { Evidence } from '../model/evidence.ts'
import type { Parameters } from '../model/finding.ts'
import type { Expectation, FixPlan, Precondition, RecordedValue } from '../model/fix-plan.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Target } from '../model/target.ts'
import { absenceOf, readingOf, recordedInWords } from './readings.ts'

export type Subject = { target: Target; parameters: Parameters }

/** Figures that went through a conversion of units can differ in the last bit. */
export function sameValue(left: RecordedValue, right: RecordedValue): boolean {
  if (typeof left !== 'number' || typeof right !== 'number') return left === right
  return Math.abs(left - right) <= 1e-9 * Math.max(Math.abs(left), Math.abs(right))
}

const evidenceFor = (subject: Subject, reading: string, snapshot: Snapshot): Evidence | null =>
  readingOf(reading, subject.target, snapshot, subject.parameters)

/** Twelve digits of an identifier are what Docker shows, and all that a person compares. */
const shown = (reading: string, value: RecordedValue, evidence: Evidence | null): string => {
  const words = recordedInWords(reading, value, evidence?.unit)
  return /^[0-9a-f]{64}$/.test(words) ? words.slice(0, 12) : words
}

/** "the memory limit of api" with what it is now. */
export function present(subject: Subject, reading: string, label: string, snapshot: Snapshot) {
  const evidence = evidenceFor(subject, reading, snapshot)
  const value: RecordedValue = evidence?.value ?? null
  return {
    value,
    name: `the ${label} of ${subject.target.name}`,
    words: shown(reading, value, evidence),
    inWords: (other: RecordedValue) => shown(reading, other, evidence),
  }
}

/** What keeps a precondition from holding, as a clause; null when it holds. */
export function objection(
  subject: Subject,
  { reading, label, expected }: Precondition,
  snapshot: Snapshot,
): string | null {
  const now = present(subject, reading, label, snapshot)
  if (expected !== null && typeof expected === 'object') {
    if (typeof now.value === 'number' && now.value <= expected.atMost) return null
    return `${now.name} is now ${now.words}; this fix is for at most ${now.inWords(expected.atMost)}`
  }
  if (sameValue(now.value, expected)) return null
  return `${now.name} is now ${now.words}; when this plan was made it was ${now.inWords(expected)}`
}

/** The first precondition that no longer holds: it says what changed, the others often only follow. */
export function firstObjection(plan: FixPlan, snapshot: Snapshot): string | null {
  const absence = absenceOf(plan.target, snapshot)
  if (absence !== null) return absence
  for (const precondition of plan.preconditions) {
    const found = objection(plan, precondition, snapshot)
    if (found !== null) return found
  }
  return null
}

export function isMet(subject: Subject, { reading, becomes }: Expectation, snapshot: Snapshot): boolean {
  const value = evidenceFor(subject, reading, snapshot)?.value ?? null
  if (typeof becomes !== 'object') return sameValue(value, becomes)
  return value !== null && !sameValue(value, becomes.differentFrom)
}

/** The readings to show before and after: what was asked for, and always what is judged. */
export function measured(plan: FixPlan, snapshot: Snapshot): Evidence[] {
  const readings = new Set([plan.expectation.reading, ...plan.measures])
  return [...readings].flatMap((reading) => evidenceFor(plan, reading, snapshot) ?? [])
}
