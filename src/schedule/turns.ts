import { intervalOf, type Job } from './jobs.ts'

/** True for exactly one of all that ask for the same key. */
export type Take = (key: string) => Promise<boolean>

/**
 * A job that several bots on one store have, and that one of them does each time it is due. Which turn it is follows
 * from the clock alone: the nearest multiple of the time between two runs, so that some being late makes no other turn.
 */
export function byTurns(job: Job, take: Take, clock = () => Date.now()): Job {
  const interval = intervalOf(job.expression)
  if (!Number.isFinite(interval)) return job
  return {
    ...job,
    async run() {
      const turn = Math.round(clock() / 1000 / interval)
      // A store that cannot be asked is no reason to do nothing.
      if (await take(`${job.name} ${turn}`).catch(() => true)) await job.run()
    },
  }
}
