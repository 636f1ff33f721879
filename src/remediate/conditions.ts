import type { Evidence } from '../model/evidence.ts'
import type { Expectation, FixPlan, Precondition, RecordedValue } from '../model/fix-plan.ts'
import type { Subject } from './observe.ts'
import type { Observation } from './readings/reading.ts'
import { absenceOf, readingOf, recordedInWords } from './readings.ts'

/** Figures that went through a conversion of units can differ in the last bit. */
export function sameValue(left: RecordedValue, right: RecordedValue): boolean {
  if (typeof left !== 'number' || typeof right !== 'number') return left === right
  return Math.abs(left - right) <= 1e-9 * Math.max(Math.abs(left), Math.abs(right))
}

const evidenceFor = (subject: Subject, reading: string, observation: Observation): Evidence | null =>
  readingOf(reading, { ...subject, observation })

/** Twelve digits of an identifier are what Docker shows, and all that a person compares. */
const shown = (reading: string, value: RecordedValue, evidence: Evidence | null): string => {
  const words = recordedInWords(reading, value, evidence?.unit)
  return /^[0-9a-f]{64}$/.test(words) ? words.slice(0, 12) : words
}

/** "the memory limit of api" with what it is now. */
export function present(subject: Subject, reading: string, label: string, observation: Observation) {
  const evidence = evidenceFor(subject, reading, observation)
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
  observation: Observation,
): string | null {
  const now = present(subject, reading, label, observation)
  if (expected !== null && typeof expected === 'object') {
    const isMost = 'atMost' in expected
    const limit = isMost ? expected.atMost : expected.atLeast
    const isWithin = typeof now.value === 'number' && (isMost ? now.value <= limit : now.value >= limit)
    if (isWithin) return null
    return `${now.name} is now ${now.words}; this fix is for at ${isMost ? 'most' : 'least'} ${now.inWords(limit)}`
  }
  if (sameValue(now.value, expected)) return null
  return `${now.name} is now ${now.words}; when this plan was made it was ${now.inWords(expected)}`
}

/** The first precondition that no longer holds: it says what changed, the others often only follow. */
export function firstObjection(plan: FixPlan, observation: Observation): string | null {
  const absence = absenceOf(plan.target, observation)
  if (absence !== null) return absence
  for (const precondition of plan.preconditions) {
    const found = objection(plan, precondition, observation)
    if (found !== null) return found
  }
  return null
}

/** Whether the reading is where the fix should have brought it, from where it was right before. */
export function isMet(
  subject: Subject,
  { reading, becomes }: Expectation,
  observation: Observation,
  before: RecordedValue,
): boolean {
  const value = evidenceFor(subject, reading, observation)?.value ?? null
  if (typeof becomes !== 'object') return sameValue(value, becomes)
  if ('differentFrom' in becomes) return value !== null && !sameValue(value, becomes.differentFrom)
  if (typeof value !== 'number' || typeof before !== 'number') return false
  return becomes.moves === 'up' ? value - before >= becomes.by : before - value >= becomes.by
}

/** The first safeguard that does not hold, as a clause. */
export function harmDone(plan: FixPlan, observation: Observation): string | null {
  for (const safeguard of plan.safeguards) {
    const found = objection(plan, safeguard, observation)
    if (found !== null) return found.replace('when this plan was made it was', 'it has to be')
  }
  return null
}

/** The readings to show before and after: what was asked for, and always what is judged. */
export function measured(plan: FixPlan, observation: Observation): Evidence[] {
  const readings = new Set([plan.expectation.reading, ...plan.measures])
  return [...readings].flatMap((reading) => evidenceFor(plan, reading, observation) ?? [])
}
