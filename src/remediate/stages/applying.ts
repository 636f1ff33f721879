import type { Run } from '../../model/execution.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import { timestamp } from '../../model/units.ts'
import { type Advance, saved } from '../journal.ts'
import type { ApplyPorts } from '../ports.ts'
import { ended } from './ending.ts'
import { takeSteps } from './stepping.ts'

/** The steps. What fails, or cannot be told, leads back; so long as no step was begun there is nothing to take back. */
export async function applying(run: Run, plan: FixPlan, ports: ApplyPorts): Promise<Advance> {
  const stepping = await takeSteps(run, plan, 'steps', ports)
  if (stepping.kind === 'done') {
    const due = ports.clock().getTime() + plan.expectation.withinSeconds * 1000
    return saved({ ...stepping.run, stage: 'settling', settleUntil: timestamp(new Date(due)) }, plan, ports)
  }
  if (stepping.run.records.length === 0) {
    const message = `Not applied: ${stepping.why}.`
    return ended(stepping.run, plan, ports, { outcome: 'refused', message, after: [] })
  }
  return saved({ ...stepping.run, stage: 'undoing', why: stepping.why }, plan, ports)
}
