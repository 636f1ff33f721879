import type { Run } from '../../model/execution.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import { measured, sameValue } from '../conditions.ts'
import { type Advance, saved } from '../journal.ts'
import type { ApplyPorts } from '../ports.ts'
import { judged } from '../verdict.ts'
import { byHand, ended, tell } from './ending.ts'
import { dueAfter, settled } from './settling.ts'
import { takeSteps } from './stepping.ts'

/** Takes back what was done, for the reason that the run holds. */
export async function undoing(run: Run, plan: FixPlan, ports: ApplyPorts): Promise<Advance> {
  const { why } = run
  if (plan.undo.length === 0) {
    const after = await settled(run, plan, ports)
    return ended(run, plan, ports, {
      outcome: 'failed',
      message: `Failed: ${why}. This command has no undo: look at ${plan.target.name} now.`,
      after: 'observation' in after ? measured(plan, after.observation) : [],
    })
  }
  tell(ports, `Taking it back: ${why}`)
  const stepping = await takeSteps(run, plan, 'undo', ports)
  if (stepping.kind === 'done') {
    const settleUntil = dueAfter(plan, ports)
    return saved({ ...stepping.run, stage: 'undo-settling', settleUntil }, plan, ports)
  }
  const after = await settled(stepping.run, plan, ports)
  return ended(stepping.run, plan, ports, {
    outcome: 'failed',
    message: `Failed: ${why}. Undo: ${stepping.why}. ${byHand(plan, run)}`,
    after: 'observation' in after ? measured(plan, after.observation) : [],
  })
}

/** An undo is verified like a fix: only what is back where it was is called undone. */
export async function undoSettling(run: Run, plan: FixPlan, ports: ApplyPorts): Promise<Advance> {
  const { why, judgedBefore } = run
  const after = await settled(run, plan, ports)
  if ('reason' in after) {
    const message = `Failed: ${why}. Undone, but ${after.reason}. ${byHand(plan, run)}`
    return ended(run, plan, ports, { outcome: 'failed', message, after: [] })
  }
  const now = judged(plan, after.observation)
  const was = now.inWords(judgedBefore)
  const evidence = measured(plan, after.observation)
  if (!isBack(plan, judgedBefore, now.value)) {
    const message = `Failed: ${why}. After the undo ${now.name} is ${now.words}, not ${was}. ${byHand(plan, run)}`
    return ended(run, plan, ports, { outcome: 'failed', message, after: evidence })
  }
  const message = `Undone: ${why}. Now ${now.name} is ${now.words}; before the fix it was ${was}.`
  return ended(run, plan, ports, { outcome: 'undone', message, after: evidence })
}

/**
 * Without a value before there may be none to come back to: Docker cannot take a memory limit away. And what is only
 * expected to move never stands still.
 */
const isBack = ({ expectation }: FixPlan, before: Run['judgedBefore'], now: Run['judgedBefore']): boolean =>
  before === null ||
  sameValue(before, now) ||
  (typeof expectation.becomes === 'object' && 'moves' in expectation.becomes && now !== null)
