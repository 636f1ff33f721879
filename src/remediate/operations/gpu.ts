import { z } from 'zod'
import { operation, sameEachTime } from './operation.ts'
import { runProgram } from './program.ts'

/** By its UUID: an index can be another card after a start. */
const gpuArguments = { gpu: z.string().regex(/^GPU-[0-9a-f-]{36}$/, 'the UUID of an NVIDIA GPU') }

const nvidiaSmi = (name: string, shape: z.ZodRawShape, words: (args: Record<string, unknown>) => string[]) =>
  operation({
    name,
    argumentsSchema: z.strictObject({ ...gpuArguments, ...shape }),
    exact: (args) => ['nvidia-smi', ...words(args)].join(' '),
    run: async (args, engines, signal) => {
      await runProgram('nvidia-smi', words(args), engines, signal)
    },
    wasDone: sameEachTime,
  })

/** Keeps the driver loaded while nobody uses the card; forgotten at the next start of the machine. */
export const gpuSetPersistence = nvidiaSmi(
  'gpu.set-persistence-mode',
  { enabled: z.enum(['on', 'off']) },
  ({ gpu, enabled }) => ['--id', String(gpu), '--persistence-mode', enabled === 'on' ? '1' : '0'],
)

/** The driver refuses what the card's own bounds do not allow; forgotten at the next start of the machine. */
export const gpuSetPowerLimit = nvidiaSmi(
  'gpu.set-power-limit',
  { watts: z.number().min(1).max(2000) },
  ({ gpu, watts }) => ['--id', String(gpu), '--power-limit', String(watts)],
)
