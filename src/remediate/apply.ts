import type { Evidence } from '../model/evidence.ts'
import type { Parameters } from '../model/finding.ts'
import type { AuditEntry, Execution, FixPlan } from '../model/fix-plan.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { timestamp } from '../model/units.ts'
import { isMet, measured, present, sameValue } from './conditions.ts'
import { type ApplyPorts, freshSnapshot, reasonOf } from './ports.ts'
import { readingLabel } from './readings.ts'
import { checkAgain, type Ready } from './recheck.ts'
import { exactText, failureOf } from './steps.ts'

export type { ApplyPorts }

type Run = { plan: FixPlan; person: string; ports: ApplyPorts; id: string; startedAt: Execution['startedAt'] }
type Ending = Pick<Execution, 'outcome' | 'message' | 'before' | 'after'>

/**
 * Apply a plan that the caller has authorised and claimed: check everything again, change, measure, and
 * take it back when it did not do what was promised.
 *
 * Rejects only when the audit log cannot be written before anything was changed: no fix without a record.
 */
export async function applyFix(plan: FixPlan, person: string, ports: ApplyPorts): Promise<Execution> {
  const run: Run = { plan, person, ports, id: ports.newId(), startedAt: timestamp(ports.clock()) }
  tell(ports, 'Checking that everything is still as it was shown')
  const checked = await checkAgain(plan, ports)
  if (checked.kind === 'refused') {
    const ending: Ending = {
      outcome: 'refused',
      message: `Not applied: ${checked.reason}.`,
      before: checked.before,
      after: [],
    }
    await record(run, 'refused', { reason: ending.message })
    return executionOf(run, ending)
  }
  await record(run, 'started', {
    title: plan.title,
    steps: exactText(plan.steps),
    ...rememberedDetail(checked.remembered),
  })
  return finished(run, await applied(run, checked))
}

async function applied(run: Run, { before, remembered }: Ready): Promise<Ending> {
  const { plan, ports } = run
  tell(ports, `Applying: ${plan.title}`)
  const failure = await failureOf(plan.steps, ports.engines)
  if (failure !== null) return takenBack(run, before, remembered, failure)
  const after = await settled(run)
  if ('reason' in after) return takenBack(run, before, remembered, after.reason)
  const now = judged(plan, after.snapshot)
  if (!isMet(plan, plan.expectation, after.snapshot)) {
    return takenBack(run, before, remembered, unmet(plan, now))
  }
  return {
    outcome: 'verified',
    message: `Applied and verified: ${now.name} is ${now.words}; it was ${judged(plan, before).words}.`,
    before: measured(plan, before),
    after: measured(plan, after.snapshot),
  }
}

/** Whoever watches must not be able to stop a fix half way. */
function tell({ progress }: ApplyPorts, message: string): void {
  try {
    progress?.(message)
  } catch {
    // The outcome is told by the execution, whatever became of this message.
  }
}

const judged = (plan: FixPlan, snapshot: Snapshot) => {
  const { reading } = plan.expectation
  return present(plan, reading, readingLabel(reading, plan.parameters), snapshot)
}

function unmet({ expectation }: FixPlan, now: ReturnType<typeof judged>): string {
  const { becomes, withinSeconds } = expectation
  const wanted =
    typeof becomes === 'object' ? `other than ${now.inWords(becomes.differentFrom)}` : now.inWords(becomes)
  return `${withinSeconds} s after the change ${now.name} was ${now.words} and not ${wanted}`
}

/** What is there once the change has had the time that it was promised to need. */
async function settled({ plan, ports }: Run): Promise<{ snapshot: Snapshot } | { reason: string }> {
  tell(ports, `Measuring again in ${plan.expectation.withinSeconds} s`)
  try {
    await ports.wait(plan.expectation.withinSeconds)
    return { snapshot: await freshSnapshot(ports) }
  } catch (error) {
    return { reason: `the state after it could not be read: ${reasonOf(error)}` }
  }
}

async function takenBack(run: Run, before: Snapshot, remembered: Parameters[], why: string): Promise<Ending> {
  const { plan, ports } = run
  const evidence = measured(plan, before)
  if (plan.undo.length === 0) {
    const after = await settled(run)
    const message = `Failed: ${why}. This command has no undo: look at ${plan.target.name} now.`
    return { outcome: 'failed', message, before: evidence, after: evidenceAfter(plan, after) }
  }
  tell(ports, `Taking it back: ${why}`)
  const failure = await failureOf(plan.undo, ports.engines, remembered)
  const after = await settled(run)
  const result = { before: evidence, after: evidenceAfter(plan, after) }
  const byHand = `Put it back by hand: ${exactText(plan.undo)}${rememberedText(remembered)}`
  if (failure !== null) {
    return { ...result, outcome: 'failed', message: `Failed: ${why}. Undo: ${failure}. ${byHand}` }
  }
  if ('reason' in after) {
    return { ...result, outcome: 'failed', message: `Failed: ${why}. Undone, but ${after.reason}. ${byHand}` }
  }
  const was = judged(plan, before)
  const now = judged(plan, after.snapshot)
  // Without a value before there may be none to come back to: Docker cannot take a memory limit away.
  if (was.value !== null && !sameValue(was.value, now.value)) {
    return {
      ...result,
      outcome: 'failed',
      message: `Failed: ${why}. After the undo ${now.name} is ${now.words}, not ${was.words}. ${byHand}`,
    }
  }
  return {
    ...result,
    outcome: 'undone',
    message: `Undone: ${why}. Now ${now.name} is ${now.words}; before the fix it was ${was.words}.`,
  }
}

const evidenceAfter = (plan: FixPlan, after: { snapshot: Snapshot } | { reason: string }): Evidence[] =>
  'snapshot' in after ? measured(plan, after.snapshot) : []

/** Something was changed by now, so a log that cannot be written is told to the person, and stops nothing. */
async function finished(run: Run, ending: Ending): Promise<Execution> {
  try {
    await record(run, 'finished', { outcome: ending.outcome, message: ending.message })
    return executionOf(run, ending)
  } catch (error) {
    const message = `${ending.message} The end of it is missing from the audit log: ${reasonOf(error)}.`
    return executionOf(run, { ...ending, message })
  }
}

function executionOf({ plan, person, ports, id, startedAt }: Run, ending: Ending): Execution {
  const finishedAt = timestamp(ports.clock())
  return { id, planId: plan.id, digest: plan.digest, person, startedAt, finishedAt, ...ending }
}

async function record(run: Run, action: AuditEntry['action'], detail: AuditEntry['detail']): Promise<void> {
  const { plan, person, ports, id } = run
  await ports.audit({
    at: timestamp(ports.clock()),
    actor: person,
    action,
    subject: plan.id,
    detail: {
      execution: id,
      command: plan.command,
      target: plan.target.name,
      digest: plan.digest,
      ...detail,
    },
  })
}

/** What the undo will put back, so that a person can do it should the program end half way. */
const rememberedDetail = (remembered: readonly Parameters[]): Record<string, string | number> =>
  Object.fromEntries(
    remembered.flatMap((each, index) =>
      Object.entries(each).map(([key, value]) => [`undo.${index + 1}.${key}`, value]),
    ),
  )

function rememberedText(remembered: readonly Parameters[]): string {
  const parts = remembered.flatMap((each) => Object.entries(each).map(([key, value]) => `${key}: ${value}`))
  return parts.length > 0 ? ` (${parts.join(', ')})` : ''
}
