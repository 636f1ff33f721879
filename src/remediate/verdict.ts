import type { Verdict } from '../model/execution.ts'
import type { FixPlan, RecordedValue } from '../model/fix-plan.ts'
import { harmDone, isMet, present, sameValue } from './conditions.ts'
import type { Observation } from './readings/reading.ts'
import { readingLabel } from './readings.ts'

export type Judgement = {
  readonly verdict: Verdict
  /** The judged reading now. */
  readonly value: RecordedValue
  /** Why it did not help; null when it did. */
  readonly why: string | null
}

/** The reading that the expectation is about: its name and value in words. */
export function judged(plan: FixPlan, observation: Observation) {
  const { reading } = plan.expectation
  return present(plan, reading, readingLabel(reading, plan.parameters), observation)
}

/** What the readings after a fix say of it: the measured change against the one that was promised. */
export function judge(plan: FixPlan, before: RecordedValue, after: Observation): Judgement {
  const now = judged(plan, after)
  const harm = harmDone(plan, after)
  if (harm !== null) return { verdict: 'worse', value: now.value, why: `it made something worse: ${harm}` }
  if (isMet(plan, plan.expectation, after, before)) return { verdict: 'helped', value: now.value, why: null }
  const verdict = isWorse(plan, before, now.value) ? 'worse' : 'no effect'
  return { verdict, value: now.value, why: unmet(plan, now, before) }
}

/** Lost what was there, or moved the wrong way. */
function isWorse({ expectation: { becomes } }: FixPlan, before: RecordedValue, now: RecordedValue): boolean {
  if (sameValue(now, before)) return false
  if (now === null) return before !== null
  if (typeof now !== 'number' || typeof before !== 'number') return false
  if (typeof becomes === 'number') return Math.abs(now - becomes) > Math.abs(before - becomes)
  if (typeof becomes !== 'object' || !('moves' in becomes)) return false
  return becomes.moves === 'up' ? before - now >= becomes.by : now - before >= becomes.by
}

function unmet({ expectation }: FixPlan, now: ReturnType<typeof judged>, before: RecordedValue): string {
  const { becomes, withinSeconds } = expectation
  const wanted = () => {
    if (typeof becomes !== 'object') return now.inWords(becomes)
    if ('differentFrom' in becomes) return `other than ${now.inWords(becomes.differentFrom)}`
    return `${becomes.moves} by ${now.inWords(becomes.by)} from ${now.inWords(before)}`
  }
  return `${withinSeconds} s after the change ${now.name} was ${now.words} and not ${wanted()}`
}
