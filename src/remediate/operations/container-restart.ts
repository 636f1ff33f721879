import { z } from 'zod'
import { containerArguments, containerAt, shellName, stopSeconds } from './docker-container.ts'
import { operation } from './operation.ts'

/**
 * The engine stops it as its own stop signal and timeout say, then starts it; a stopped one is started. Run twice it
 * would interrupt twice, so the start that is there before is remembered: another start means that it was done.
 */
export const containerRestart = operation({
  name: 'container.restart',
  argumentsSchema: z.strictObject(containerArguments),
  exact: ({ name }) => `docker restart ${shellName(name)}`,
  async witness(args, engines, signal) {
    const inspected = await containerAt(args, engines).inspect({ abortSignal: signal })
    return { startedAt: inspected.State.StartedAt, stopSeconds: stopSeconds(inspected) }
  },
  run: async (args, engines, signal) => {
    await containerAt(args, engines).restart({ abortSignal: signal })
  },
  async wasDone(args, engines, signal, { witness }) {
    const { State } = await containerAt(args, engines).inspect({ abortSignal: signal })
    return State.StartedAt !== witness.startedAt
  },
  lingerSeconds: (witness) => Number(witness.stopSeconds),
})
