import type { StepRecord } from '../model/execution.ts'
import type { Parameters } from '../model/finding.ts'
import type { Step } from '../model/fix-plan.ts'
import { seconds } from '../model/units.ts'
import type { Engines } from './engines.ts'
import type { Operation } from './operations/operation.ts'
import { OPERATIONS } from './operations.ts'
import { type ApplyPorts, reasonOf } from './ports.ts'

function operationOf(step: Step): Operation {
  const operation = OPERATIONS.get(step.operation)
  if (!operation) throw new Error(`there is no operation ${step.operation}`)
  return operation
}

const deadline = ({ deadlineSeconds }: Operation): AbortSignal => AbortSignal.timeout(deadlineSeconds * 1000)

/** What each undo step would put back, read before anything is changed. */
export async function remember(undo: readonly Step[], engines: Engines): Promise<Parameters[]> {
  const remembered: Parameters[] = []
  for (const step of undo) {
    const operation = operationOf(step)
    remembered.push(await operation.remember(step.arguments, engines, deadline(operation)))
  }
  return remembered
}

/** What is there right before a step. */
export async function witnessOf(step: Step, engines: Engines): Promise<Parameters> {
  const operation = operationOf(step)
  return operation.witness(step.arguments, engines, deadline(operation))
}

/** The error, in words, with which a step ends; null when it was done. */
export async function failureOf(
  step: Step,
  engines: Engines,
  remembered: Parameters | undefined,
): Promise<string | null> {
  const operation = operationOf(step)
  const signal = deadline(operation)
  try {
    await operation.run(step.arguments, engines, signal, remembered)
    return null
  } catch (error) {
    const late = `no answer within ${operation.deadlineSeconds} s; the engine may still complete it`
    return `\`${step.exact}\` failed: ${signal.aborted ? late : reasonOf(error)}`
  }
}

const POLL = seconds(0.5)

/**
 * Whether a step that was cut off was done. The engine may be at it still: a container takes its time to stop, long
 * after whoever asked for its restart was killed. So a no counts only when that time is over.
 */
export async function wasDone(
  step: Step,
  record: StepRecord,
  remembered: Parameters | undefined,
  { engines, clock, wait }: Pick<ApplyPorts, 'engines' | 'clock' | 'wait'>,
): Promise<boolean | null> {
  const operation = operationOf(step)
  const { witness } = record
  const settled = Date.parse(record.begunAt) + operation.lingerSeconds(witness) * 1000
  for (;;) {
    const isOver = clock().getTime() >= settled
    const done = await operation.wasDone(step.arguments, engines, deadline(operation), {
      witness,
      remembered,
    })
    if (done === true || isOver) return done
    await wait(POLL)
  }
}

export const exactText = (steps: readonly Step[]): string => steps.map(({ exact }) => exact).join('\n')
