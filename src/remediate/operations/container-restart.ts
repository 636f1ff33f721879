import { z } from 'zod'
import { containerArguments, containerAt, shellName } from './docker-container.ts'
import { operation } from './operation.ts'

/** The engine stops it as its own stop signal and timeout say, then starts it; a stopped one is started. */
export const containerRestart = operation({
  name: 'container.restart',
  argumentsSchema: z.strictObject(containerArguments),
  exact: ({ name }) => `docker restart ${shellName(name)}`,
  run: async (args, engines, signal) => {
    await containerAt(args, engines).restart({ abortSignal: signal })
  },
})
