import type { z } from 'zod'
import type { Parameters } from '../../model/finding.ts'
import type { Engines } from '../engines.ts'

/** One kind of change, with typed arguments. There is no operation that takes a command line, by design. */
export type Operation = {
  readonly name: string
  readonly argumentsSchema: z.ZodObject
  /** Steps get two minutes, but where the work itself is long. */
  readonly deadlineSeconds: number
  /** The change as an expert would type it. Throws a ZodError when the arguments are none. */
  exact(args: Parameters): string
  /**
   * For undo steps that put back what only the engine knows: read before anything is changed, recorded in
   * the audit log, and handed to `run`. What it throws keeps the fix from being applied.
   */
  remember(args: Parameters, engines: Engines, signal: AbortSignal): Promise<Parameters>
  /** What is there right before the step, by which `wasDone` tells later whether it was done. */
  witness(args: Parameters, engines: Engines, signal: AbortSignal): Promise<Parameters>
  run(args: Parameters, engines: Engines, signal: AbortSignal, remembered?: Parameters): Promise<void>
  /**
   * For a step in the middle of which perfbot was ended: whether it was done; null when that cannot be told.
   * A step that comes to the same however often it is run may say false without looking.
   */
  wasDone(args: Parameters, engines: Engines, signal: AbortSignal, cutOff: CutOff): Promise<boolean | null>
  /** How long an engine may go on with a step after whoever asked for it is gone. */
  lingerSeconds(witness: Parameters): number
}

export type CutOff = { readonly witness: Parameters; readonly remembered: Parameters | undefined }

type Definition<Schema extends z.ZodObject> = {
  name: string
  argumentsSchema: Schema
  deadlineSeconds?: number
  exact(args: z.infer<Schema>): string
  remember?(args: z.infer<Schema>, engines: Engines, signal: AbortSignal): Promise<Parameters>
  witness?(args: z.infer<Schema>, engines: Engines, signal: AbortSignal): Promise<Parameters>
  run(
    args: z.infer<Schema>,
    engines: Engines,
    signal: AbortSignal,
    remembered: Parameters | undefined,
  ): Promise<void>
  /** Required: whoever writes an operation has to say what a second run of it would do. */
  wasDone(
    args: z.infer<Schema>,
    engines: Engines,
    signal: AbortSignal,
    cutOff: CutOff,
  ): Promise<boolean | null>
  lingerSeconds?(witness: Parameters): number
}

/** A container gets its own time to stop (ten seconds unless it says otherwise); an engine that hangs does not. */
const STEP_SECONDS = 120

/** For operations that come to the same however often they are run. */
export const sameEachTime = async (): Promise<false> => false

/** Arguments are parsed on every way in, so that an operation's own code sees only what its schema allows. */
export function operation<Schema extends z.ZodObject>(definition: Definition<Schema>): Operation {
  const { name, argumentsSchema } = definition
  return {
    name,
    argumentsSchema,
    deadlineSeconds: definition.deadlineSeconds ?? STEP_SECONDS,
    exact: (args) => definition.exact(argumentsSchema.parse(args)),
    remember: async (args, engines, signal) =>
      definition.remember?.(argumentsSchema.parse(args), engines, signal) ?? {},
    witness: async (args, engines, signal) =>
      definition.witness?.(argumentsSchema.parse(args), engines, signal) ?? {},
    run: (args, engines, signal, remembered) =>
      definition.run(argumentsSchema.parse(args), engines, signal, remembered),
    wasDone: (args, engines, signal, cutOff) =>
      definition.wasDone(argumentsSchema.parse(args), engines, signal, cutOff),
    lingerSeconds: (witness) => definition.lingerSeconds?.(witness) ?? 2,
  }
}
