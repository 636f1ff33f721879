import type { Execution } from '../model/execution.ts'
import type { FixPlan } from '../model/fix-plan.ts'
import { type Seconds, secondsBetween, type Timestamp } from '../model/units.ts'
import { AUTOMATIC } from './policy.ts'

/** What perfbot may apply without asking: nothing but what is named, and never what has high risk. */
export type AutomaticPolicy = {
  readonly commands: readonly { readonly command: string; readonly targets?: readonly string[] | undefined }[]
  /** So many failures in a row, and it stops by itself. */
  readonly failures: number
  /** For how long it then applies nothing. */
  readonly pause: Seconds
}

/** Whether config names this command for this target. */
export const isAutomatic = (plan: FixPlan, { commands }: AutomaticPolicy): boolean =>
  plan.risk !== 'high' &&
  plan.proposedBy === AUTOMATIC &&
  commands.some(
    ({ command, targets }) =>
      command === plan.command && (targets === undefined || targets.includes(plan.target.name)),
  )

/**
 * The circuit breaker: why perfbot applies nothing by itself now; null while it may. What was refused because the
 * machine had changed is no failure. A person's approval is not held up by it.
 */
export function tripped(
  executions: readonly Execution[],
  now: Timestamp,
  { failures, pause }: AutomaticPolicy,
): string | null {
  const own = executions
    .filter(({ person, outcome }) => person === AUTOMATIC && outcome !== 'refused')
    .toSorted((left, right) => (left.finishedAt < right.finishedAt ? 1 : -1))
  const latest = own.slice(0, failures)
  const [last] = latest
  const allFailed = latest.every(({ outcome }) => outcome === 'undone' || outcome === 'failed')
  if (!last || latest.length < failures || !allFailed) return null
  if (secondsBetween(last.finishedAt, now) >= pause) return null
  return `the last ${failures} fixes that perfbot applied by itself did not work; it applies none until ${pause / 3600} h after the last`
}
