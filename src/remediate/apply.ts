import type { Execution, Run } from '../model/execution.ts'
import type { FixPlan } from '../model/fix-plan.ts'
import { describeTarget } from '../model/target.ts'
import { timestamp } from '../model/units.ts'
import { measured } from './conditions.ts'
import { type Advance, saved } from './journal.ts'
import type { ApplyPorts } from './ports.ts'
import { checkAgain } from './recheck.ts'
import { applying } from './stages/applying.ts'
import { byHand, ended, rememberedDetail, tell } from './stages/ending.ts'
import { settling } from './stages/settling.ts'
import { undoing, undoSettling } from './stages/undoing.ts'
import { exactText } from './steps.ts'
import { judged } from './verdict.ts'

export type { ApplyPorts }

/** A run at its very beginning: nothing has been looked at. */
export const newRun = (plan: FixPlan, person: string, id: string, now: Date): Run => ({
  id,
  planId: plan.id,
  digest: plan.digest,
  person,
  startedAt: timestamp(now),
  stage: 'checking',
  resumptions: 0,
  before: [],
  judgedBefore: null,
  judgedAfter: null,
  remembered: [],
  records: [],
  settleUntil: null,
  why: null,
  verdict: null,
})

/**
 * Brings a run that the caller has authorised and claimed to its end, from wherever it is: check everything again,
 * change, measure, and take it back when it did not do what was promised. What it is about to do is in the journal
 * before it does it, so that after a kill another process goes on here with what the journal holds.
 *
 * Rejects only when the journal cannot be written: no fix without a record.
 */
export async function runToEnd(start: Run, plan: FixPlan, ports: ApplyPorts): Promise<Execution> {
  let run = start
  for (;;) {
    const next = await advance(run, plan, ports)
    if (next.kind === 'ended') return next.execution
    run = next.run
  }
}

/** One stage, to the state that the journal holds after it. */
function advance(run: Run, plan: FixPlan, ports: ApplyPorts): Promise<Advance> {
  switch (run.stage) {
    case 'checking':
      return checking(run, plan, ports)
    case 'applying':
      return applying(run, plan, ports)
    case 'settling':
      return settling(run, plan, ports)
    case 'undoing':
      return undoing(run, plan, ports)
    case 'undo-settling':
      return undoSettling(run, plan, ports)
    case 'ended':
      throw new Error(`execution ${run.id} has ended already`)
  }
}

async function checking(run: Run, plan: FixPlan, ports: ApplyPorts): Promise<Advance> {
  tell(ports, 'Checking that everything is still as it was shown')
  const checked = await checkAgain(plan, ports)
  if (checked.kind === 'refused') {
    const message = `Not applied: ${checked.reason}.`
    return ended({ ...run, before: checked.before }, plan, ports, { outcome: 'refused', message, after: [] })
  }
  const { before, remembered } = checked
  tell(ports, `Applying: ${plan.title}`)
  const ready: Run = {
    ...run,
    stage: 'applying',
    before: measured(plan, before),
    judgedBefore: judged(plan, before).value,
    remembered,
  }
  const detail = { title: plan.title, steps: exactText(plan.steps), ...rememberedDetail(remembered) }
  return saved(ready, plan, ports, [{ action: 'started', detail }])
}

/** The end of a run that others have tried too often to bring to its end. */
export async function giveUp(run: Run, plan: FixPlan, ports: ApplyPorts): Promise<Execution> {
  const undo = plan.undo.length > 0 ? ` ${byHand(plan, run)}` : ''
  const message = `Failed: perfbot was ended ${run.resumptions} times in the middle of it, at the stage "${run.stage}". Look at ${describeTarget(plan.target)}: what was changed is not known.${undo}`
  const end = await ended(run, plan, ports, { outcome: 'failed', message, after: [] })
  if (end.kind !== 'ended') throw new Error('an end is an end')
  return end.execution
}
