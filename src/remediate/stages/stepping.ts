import type { NewAuditEntry, Run, StepRecord } from '../../model/execution.ts'
import type { FixPlan, Step } from '../../model/fix-plan.ts'
import { timestamp } from '../../model/units.ts'
import { saved } from '../journal.ts'
import { type ApplyPorts, reasonOf } from '../ports.ts'
import { failureOf, wasDone, witnessOf } from '../steps.ts'

type Part = StepRecord['part']

/** `unknown`: perfbot was ended in the middle of a step, and what came of it cannot be told. */
export type Stepping =
  | { readonly kind: 'done'; readonly run: Run }
  | { readonly kind: 'failed' | 'unknown'; readonly run: Run; readonly why: string }

const recordOf = ({ records }: Run, part: Part, index: number): StepRecord | undefined =>
  records.find((record) => record.part === part && record.index === index)

const withRecord = (run: Run, record: StepRecord): Run => ({
  ...run,
  records: [
    ...run.records.filter(({ part, index }) => part !== record.part || index !== record.index),
    record,
  ],
})

/**
 * Takes the steps of one part in order, from the first that is not done. Before each it is written that it begins,
 * with what is there then; after each, what came of it. A step that was cut off between the two is looked at first.
 */
export async function takeSteps(start: Run, plan: FixPlan, part: Part, ports: ApplyPorts): Promise<Stepping> {
  let run = start
  for (const [index, step] of plan[part].entries()) {
    const record = recordOf(run, part, index)
    if (record?.state === 'done') continue
    if (record?.state === 'failed') return { kind: 'failed', run, why: record.message ?? 'it failed' }
    const taken = await takeStep(run, plan, { part, index, step, record }, ports)
    if (taken.kind !== 'done') return taken
    run = taken.run
  }
  return { kind: 'done', run }
}

type Place = { part: Part; index: number; step: Step; record: StepRecord | undefined }

async function takeStep(run: Run, plan: FixPlan, place: Place, ports: ApplyPorts): Promise<Stepping> {
  const { part, index, step } = place
  const remembered = part === 'undo' ? run.remembered[index] : undefined
  let record = place.record
  let note = 'done'

  if (record) {
    const done = await wasDone(step, record, remembered, ports)
    if (done === null) {
      const why = `perfbot was ended in the middle of \`${step.exact}\`, and whether it was done cannot be told`
      return { kind: 'unknown', run, why }
    }
    if (done) return finish('done', null, 'was done when perfbot was ended')
    note = 'was not done when perfbot was ended; done now'
  } else {
    try {
      const witness = await witnessOf(step, ports.engines)
      record = { part, index, state: 'begun', begunAt: timestamp(ports.clock()), witness, message: null }
    } catch (error) {
      const why = `\`${step.exact}\` was not begun: ${reasonOf(error)}`
      return { kind: 'failed', run, why }
    }
    run = withRecord(run, record)
    await saved(run, plan, ports)
  }

  const failure = await failureOf(step, ports.engines, remembered)
  return failure === null ? finish('done', null, note) : finish('failed', failure, failure)

  async function finish(state: 'done' | 'failed', message: string | null, result: string): Promise<Stepping> {
    const now = withRecord(run, { ...(record as StepRecord), state, message })
    const detail: NewAuditEntry['detail'] = { part, step: index + 1, exact: step.exact, result }
    await saved(now, plan, ports, [{ action: 'step', detail }])
    return state === 'done'
      ? { kind: 'done', run: now }
      : { kind: 'failed', run: now, why: message as string }
  }
}
