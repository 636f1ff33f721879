import type { Parameters } from '../model/finding.ts'
import type { Step } from '../model/fix-plan.ts'
import { seconds } from '../model/units.ts'
import type { Engines } from './operations/operation.ts'
import { OPERATIONS } from './operations.ts'
import { reasonOf } from './ports.ts'

/** A container gets its own time to stop (ten seconds unless it says otherwise); an engine that hangs does not. */
const STEP_SECONDS = seconds(120)

function operationOf(step: Step) {
  const operation = OPERATIONS.get(step.operation)
  if (!operation) throw new Error(`there is no operation ${step.operation}`)
  return operation
}

const deadline = (): AbortSignal => AbortSignal.timeout(STEP_SECONDS * 1000)

/** What each undo step would put back, read before anything is changed. */
export async function remember(undo: readonly Step[], engines: Engines): Promise<Parameters[]> {
  const remembered: Parameters[] = []
  for (const step of undo) {
    remembered.push(await operationOf(step).remember(step.arguments, engines, deadline()))
  }
  return remembered
}

/** The first error, in words, at which the steps stop; null when all ran. */
export async function failureOf(
  steps: readonly Step[],
  engines: Engines,
  remembered: readonly Parameters[] = [],
): Promise<string | null> {
  for (const [index, step] of steps.entries()) {
    const signal = deadline()
    try {
      await operationOf(step).run(step.arguments, engines, signal, remembered[index])
    } catch (error) {
      const late = `no answer within ${STEP_SECONDS} s; the engine may still complete it`
      return `\`${step.exact}\` failed: ${signal.aborted ? late : reasonOf(error)}`
    }
  }
  return null
}

export const exactText = (steps: readonly Step[]): string => steps.map(({ exact }) => exact).join('\n')
