import type { ContainerReading } from '../model/container-reading.ts'
import type { Finding } from '../model/finding.ts'
import type { LogTrouble } from './log-trouble.ts'
import type { Thing } from './whereabouts.ts'

/** That one finding may come from another. */
export type Explanation = {
  readonly symptom: Finding
  readonly cause: Finding
  readonly because: string
  /** What is known outweighs what is likely. */
  readonly strength: number
}

/** What is known of a finding's target beside the finding. */
export type Known = {
  readonly finding: Finding
  readonly thing: Thing
  readonly container: ContainerReading | null
  /** What its log tells, and what its end names as the cause. */
  readonly troubles: readonly LogTrouble[]
  readonly ownCause: string | null
}
