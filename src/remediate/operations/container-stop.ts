import { z } from 'zod'
import { containerArguments, containerAt, shellName, stopSeconds } from './docker-container.ts'
import { operation } from './operation.ts'

const argumentsSchema = z.strictObject(containerArguments)

/** Stays stopped, also under the restart policies always and unless-stopped, until somebody starts it. */
export const containerStop = operation({
  name: 'container.stop',
  argumentsSchema,
  exact: ({ name }) => `docker stop ${shellName(name)}`,
  async witness(args, engines, signal) {
    return { stopSeconds: stopSeconds(await containerAt(args, engines).inspect({ abortSignal: signal })) }
  },
  run: async (args, engines, signal) => {
    await containerAt(args, engines).stop({ abortSignal: signal }).catch(unlessAlready)
  },
  async wasDone(args, engines, signal) {
    const { State } = await containerAt(args, engines).inspect({ abortSignal: signal })
    return !State.Running && !State.Restarting
  },
  lingerSeconds: (witness) => Number(witness.stopSeconds),
})

export const containerStart = operation({
  name: 'container.start',
  argumentsSchema,
  exact: ({ name }) => `docker start ${shellName(name)}`,
  run: async (args, engines, signal) => {
    await containerAt(args, engines).start({ abortSignal: signal }).catch(unlessAlready)
  },
  async wasDone(args, engines, signal) {
    const { State } = await containerAt(args, engines).inspect({ abortSignal: signal })
    return State.Running || State.Restarting
  },
})

/** Docker answers 304 for what is so already. */
export function unlessAlready(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 304) throw error
}
