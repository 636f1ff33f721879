import type { Run } from '../../model/execution.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import { seconds, timestamp } from '../../model/units.ts'
import { measured } from '../conditions.ts'
import { type Advance, saved } from '../journal.ts'
import { type ApplyPorts, reasonOf } from '../ports.ts'
import type { Observation } from '../readings/reading.ts'
import { type Judgement, judge, judged } from '../verdict.ts'
import { ended, tell } from './ending.ts'

/** Measures when the change has had its time, and judges by that. */
export async function settling(run: Run, plan: FixPlan, ports: ApplyPorts): Promise<Advance> {
  const after = await settled(run, plan, ports)
  if ('reason' in after) return saved({ ...run, stage: 'undoing', why: after.reason }, plan, ports)
  const judgement = judge(plan, run.judgedBefore, after.observation)
  const { verdict, value, why } = judgement
  const now: Run = { ...run, verdict, judgedAfter: value }
  const stays = verdict === 'helped' || (verdict === 'no effect' && plan.whenNoEffect === 'keep')
  if (!stays) {
    const detail = { verdict, why }
    return saved({ ...now, stage: 'undoing', why }, plan, ports, [{ action: 'verdict', detail }])
  }
  return ended(now, plan, ports, {
    outcome: verdict === 'helped' ? 'verified' : 'kept',
    message: inWords(run, plan, after.observation, judgement),
    after: measured(plan, after.observation),
  })
}

function inWords(run: Run, plan: FixPlan, after: Observation, { verdict, why }: Judgement): string {
  const now = judged(plan, after)
  const was = now.inWords(run.judgedBefore)
  return verdict === 'helped'
    ? `Applied and verified: ${now.name} is ${now.words}; it was ${was}.`
    : `Applied without effect, and kept: ${why}. It was ${was} before.`
}

/** What is there once the change has had the time that it was promised to need, or what is left of that. */
export async function settled(
  run: Run,
  plan: FixPlan,
  ports: ApplyPorts,
): Promise<{ observation: Observation } | { reason: string }> {
  const due = run.settleUntil === null ? ports.clock().getTime() : Date.parse(run.settleUntil)
  const left = Math.min(plan.expectation.withinSeconds, Math.max(0, (due - ports.clock().getTime()) / 1000))
  tell(ports, `Measuring again in ${Math.round(left)} s`)
  try {
    await ports.wait(seconds(left))
    const readings = [
      plan.expectation.reading,
      ...plan.measures,
      ...plan.safeguards.map((each) => each.reading),
    ]
    return { observation: await ports.observe(plan, [...new Set(readings)]) }
  } catch (error) {
    return { reason: `the state after it could not be read: ${reasonOf(error)}` }
  }
}

/** When readings after an undo are due. */
export const dueAfter = (plan: FixPlan, { clock }: Pick<ApplyPorts, 'clock'>) =>
  timestamp(new Date(clock().getTime() + plan.expectation.withinSeconds * 1000))
