import type { Execution, NewAuditEntry, Run } from '../model/execution.ts'
import type { FixPlan } from '../model/fix-plan.ts'
import { timestamp } from '../model/units.ts'
import type { ApplyPorts } from './ports.ts'

/** Where a stage leads: further on, or to the end. */
export type Advance =
  | { readonly kind: 'on'; readonly run: Run }
  | { readonly kind: 'ended'; readonly execution: Execution }

type Line = Pick<NewAuditEntry, 'action' | 'detail'>

/** Audit lines about a run: who, what, on what. */
export const linesAbout = (
  run: Run,
  plan: FixPlan,
  { clock }: Pick<ApplyPorts, 'clock'>,
  lines: readonly Line[],
): NewAuditEntry[] =>
  lines.map(({ action, detail }) => ({
    at: timestamp(clock()),
    actor: run.person,
    action,
    subject: plan.id,
    detail: {
      execution: run.id,
      command: plan.command,
      target: `${plan.target.kind} ${plan.target.name}`,
      digest: plan.digest,
      ...detail,
    },
  }))

/** The run as it is now, kept. */
export async function saved(
  run: Run,
  plan: FixPlan,
  ports: ApplyPorts,
  lines: readonly Line[] = [],
): Promise<Advance> {
  await ports.journal(run, linesAbout(run, plan, ports, lines))
  return { kind: 'on', run }
}
