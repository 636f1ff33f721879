import type { Evidence } from '../model/evidence.ts'
import type { Parameters } from '../model/finding.ts'
import { type FixPlan, planDigest } from '../model/fix-plan.ts'
import { timestamp } from '../model/units.ts'
import type { Catalogue } from './catalogue.ts'
import { firstObjection, measured } from './conditions.ts'
import { NotPossible } from './not-possible.ts'
import { readingsOf } from './observe.ts'
import { planContent } from './plan.ts'
import { type ApplyPorts, reasonOf } from './ports.ts'
import type { Observation } from './readings/reading.ts'
import { remember } from './steps.ts'

export type Ready = { kind: 'ready'; before: Observation; remembered: Parameters[] }
export type Refused = { kind: 'refused'; reason: string; before: Evidence[] }

/** Whether a plan still stands at the click: unaltered, in time, and with everything as it was shown. */
export async function checkAgain(plan: FixPlan, ports: ApplyPorts): Promise<Ready | Refused> {
  const refused = (reason: string): Refused => ({ kind: 'refused', reason, before: [] })
  if (planDigest(plan) !== plan.digest) {
    return refused('the stored plan is not the one that was shown: its digest differs. Ask for a new report')
  }
  if (timestamp(ports.clock()) >= plan.expiresAt) {
    return refused(`this plan expired at ${plan.expiresAt}. Ask for a new report`)
  }
  let before: Observation
  try {
    before = await ports.observe(plan, namedBy(plan, ports.catalogue))
  } catch (error) {
    return refused(`the present state could not be read (${reasonOf(error)}). Try again`)
  }
  try {
    return await comparedWith(before, plan, ports)
  } catch (error) {
    // A plan that a former version stored may name a reading or an operation that is no more.
    return refused(`this plan could not be checked again (${reasonOf(error)}). Ask for a new report`)
  }
}

async function comparedWith(before: Observation, plan: FixPlan, ports: ApplyPorts): Promise<Ready | Refused> {
  const evidence = measured(plan, before)
  const refused = (reason: string): Refused => ({ kind: 'refused', reason, before: evidence })
  const changed = firstObjection(plan, before)
  if (changed !== null) return refused(`${changed}. Ask for a new report`)
  const different = differsToday(plan, ports.catalogue, before)
  if (different !== null) return refused(`${different}. Ask for a new report`)
  try {
    return { kind: 'ready', before, remembered: await remember(plan.undo, ports.engines) }
  } catch (error) {
    return refused(`what to put back could not be read: ${reasonOf(error)}`)
  }
}

/** What the plan names, and what the command names today. */
function namedBy(plan: FixPlan, catalogue: Catalogue): string[] {
  const definition = catalogue.get(plan.command)
  return [
    ...new Set([
      ...plan.preconditions.map(({ reading }) => reading),
      plan.expectation.reading,
      ...plan.measures,
      ...(definition ? readingsOf(definition) : []),
    ]),
  ]
}

/** The command file may have been edited, or its program updated, since the plan was shown. */
function differsToday(plan: FixPlan, catalogue: Catalogue, observation: Observation): string | null {
  try {
    if (planDigest(planContent(plan, catalogue, observation)) === plan.digest) return null
    return `the command ${plan.command} would do something else today than what was shown`
  } catch (error) {
    if (error instanceof NotPossible) return error.message
    throw error
  }
}
