import type Dockerode from 'dockerode'
import type { z } from 'zod'
import type { Parameters } from '../../model/finding.ts'

/** What operations act on, by the names that config gives. */
export type Engines = {
  docker(name: string): Dockerode | null
  /** A connection URL. */
  postgres(name: string): string | null
}

/** One kind of change, with typed arguments. There is no operation that takes a command line, by design. */
export type Operation = {
  readonly name: string
  readonly argumentsSchema: z.ZodObject
  /** The change as an expert would type it. Throws a ZodError when the arguments are none. */
  exact(args: Parameters): string
  /**
   * For undo steps that put back what only the engine knows: read before anything is changed, recorded in
   * the audit log, and handed to `run`. What it throws keeps the fix from being applied.
   */
  remember(args: Parameters, engines: Engines, signal: AbortSignal): Promise<Parameters>
  run(args: Parameters, engines: Engines, signal: AbortSignal, remembered?: Parameters): Promise<void>
}

type Definition<Schema extends z.ZodObject> = {
  name: string
  argumentsSchema: Schema
  exact(args: z.infer<Schema>): string
  remember?(args: z.infer<Schema>, engines: Engines, signal: AbortSignal): Promise<Parameters>
  run(
    args: z.infer<Schema>,
    engines: Engines,
    signal: AbortSignal,
    remembered: Parameters | undefined,
  ): Promise<void>
}

/** Arguments are parsed on every way in, so that an operation's own code sees only what its schema allows. */
export function operation<Schema extends z.ZodObject>(definition: Definition<Schema>): Operation {
  const { name, argumentsSchema } = definition
  return {
    name,
    argumentsSchema,
    exact: (args) => definition.exact(argumentsSchema.parse(args)),
    remember: async (args, engines, signal) =>
      definition.remember?.(argumentsSchema.parse(args), engines, signal) ?? {},
    run: (args, engines, signal, remembered) =>
      definition.run(argumentsSchema.parse(args), engines, signal, remembered),
  }
}
