import type { Evidence } from '../../model/evidence.ts'
import type { Execution, NewAuditEntry, Run } from '../../model/execution.ts'
import type { Parameters } from '../../model/finding.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import { timestamp } from '../../model/units.ts'
import { type Advance, linesAbout } from '../journal.ts'
import type { ApplyPorts } from '../ports.ts'
import { exactText } from '../steps.ts'

type Ending = Pick<Execution, 'outcome' | 'message'> & { readonly after: readonly Evidence[] }

/** The end of a run: said, and kept with its last line in the audit. */
export async function ended(run: Run, plan: FixPlan, ports: ApplyPorts, ending: Ending): Promise<Advance> {
  const { outcome, message } = ending
  const execution: Execution = {
    id: run.id,
    planId: plan.id,
    digest: plan.digest,
    person: run.person,
    startedAt: run.startedAt,
    finishedAt: timestamp(ports.clock()),
    outcome,
    verdict: run.verdict,
    message,
    before: run.before,
    after: [...ending.after],
  }
  const isUntouched = outcome === 'refused'
  const detail: NewAuditEntry['detail'] = isUntouched
    ? { reason: message }
    : { outcome, verdict: run.verdict, message, ...readingsDetail(run.before, ending.after) }
  const lines = linesAbout(run, plan, ports, [{ action: isUntouched ? 'refused' : 'finished', detail }])
  await ports.journal({ ...run, stage: 'ended' }, lines, execution)
  return { kind: 'ended', execution }
}

const readingsDetail = (before: readonly Evidence[], after: readonly Evidence[]) =>
  Object.fromEntries([
    ...before.map(({ label, value }) => [`before.${label}`, value]),
    ...after.map(({ label, value }) => [`after.${label}`, value]),
  ]) as NewAuditEntry['detail']

/** What the undo will put back, so that a person can do it should the program end half way. */
export const rememberedDetail = (remembered: readonly Parameters[]): Record<string, string | number> =>
  Object.fromEntries(
    remembered.flatMap((each, index) =>
      Object.entries(each).map(([key, value]) => [`undo.${index + 1}.${key}`, value]),
    ),
  )

/** What a person has to type where perfbot could not take it back. */
export function byHand(plan: FixPlan, { remembered }: Run): string {
  const parts = remembered.flatMap((each) => Object.entries(each).map(([key, value]) => `${key}: ${value}`))
  return `Put it back by hand: ${exactText(plan.undo)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`
}

/** Whoever watches must not be able to stop a fix half way. */
export function tell({ progress }: ApplyPorts, message: string): void {
  try {
    progress?.(message)
  } catch {
    // The outcome is told by the execution, whatever became of this message.
  }
}
