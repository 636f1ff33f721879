import { z } from 'zod'
import type { Engines } from '../engines.ts'
import { engineAt } from './docker-container.ts'
import { operation, sameEachTime } from './operation.ts'

const argumentsSchema = z.strictObject({ engine: z.string(), olderThanHours: z.int().min(0).max(87_600) })

/** Docker's filter `until` takes a span back from now. */
const until = (hours: number) => [`${hours}h`]

/** Only images that no container uses, also none that is stopped; Docker refuses the others by itself. */
export const dockerPruneImages = operation({
  name: 'docker.prune-images',
  argumentsSchema,
  deadlineSeconds: 600,
  exact: ({ olderThanHours }) => `docker image prune --all --force --filter until=${olderThanHours}h`,
  run: async (args, engines, signal) => {
    await engineAt(args, engines).pruneImages({
      filters: { dangling: ['false'], until: until(args.olderThanHours) },
      abortSignal: signal,
    })
  },
  // What is gone cannot be removed again, and what became old meanwhile is meant too.
  wasDone: sameEachTime,
})

export const dockerPruneBuildCache = operation({
  name: 'docker.prune-build-cache',
  argumentsSchema,
  deadlineSeconds: 600,
  exact: ({ olderThanHours }) => `docker builder prune --all --force --filter until=${olderThanHours}h`,
  run: async (args, engines) => {
    await pruneBuildCache(args, engines)
  },
  wasDone: sameEachTime,
})

/** dockerode has no call for it. */
function pruneBuildCache(
  args: { engine: string; olderThanHours: number },
  engines: Engines,
): Promise<unknown> {
  const { modem } = engineAt(args, engines)
  return new Promise((resolve, reject) =>
    modem.dial(
      {
        path: '/build/prune?',
        method: 'POST',
        options: { all: true, filters: { until: until(args.olderThanHours) } },
        statusCodes: { 200: true, 500: 'server error' },
      },
      (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer)),
    ),
  )
}
