import { type Logger as CronLogger, createTask, schedule, validate } from 'node-cron'
import type { Logger } from 'pino'
import { type Seconds, seconds, secondsBetween, timestamp } from '../model/units.ts'

export type Job = {
  readonly name: string
  /** Five or six fields, as cron reads them. */
  readonly expression: string
  readonly timezone?: string | undefined
  readonly run: () => Promise<unknown>
}

export type Schedule = { stop(): Promise<void> }

/** node-cron writes to stdout otherwise, which is for what was asked for. */
const cronLogger = (logger: Logger): CronLogger => ({
  debug: (message) => logger.trace(String(message)),
  info: (message) => logger.debug(message),
  warn: (message) => logger.warn(message),
  error: (message) => logger.error(String(message)),
})

/** The reason why an expression is none; null for a good one. */
const mistakeIn = ({ name, expression }: Job): string | null =>
  validate(expression)
    ? null
    : `The schedule of ${name}, "${expression}", is not a cron expression such as "0 9 * * *".`

/** Enough runs to see past a night or a weekend. */
const LOOKED_AHEAD = 8

/** The least time between two runs of an expression: every five minutes in working hours is 300 at night, too. */
export function intervalOf(expression: string): Seconds {
  const runs = createTask(expression, () => {})
    .getNextRuns(LOOKED_AHEAD)
    .map((run) => timestamp(run))
  const gaps = runs.flatMap((run, index) => {
    const before = runs[index - 1]
    return before ? [secondsBetween(before, run)] : []
  })
  return seconds(Math.min(Infinity, ...gaps))
}

/**
 * Runs each job by its schedule until stopped. A job that is still running when its time comes again is not started
 * a second time, and one that fails is logged and runs again the next time. Throws on an expression that is none.
 */
export function startSchedule(jobs: readonly Job[], logger: Logger): Schedule {
  const mistake = jobs.map(mistakeIn).find((reason) => reason !== null)
  if (mistake) throw new Error(mistake)
  const tasks = jobs.map((job) =>
    schedule(
      job.expression,
      async () => {
        try {
          await job.run()
        } catch (error) {
          logger.error(
            { job: job.name, err: error },
            'a scheduled job failed; it runs again at its next time',
          )
        }
      },
      {
        name: job.name,
        noOverlap: true,
        logger: cronLogger(logger.child({ job: job.name })),
        ...(job.timezone ? { timezone: job.timezone } : {}),
      },
    ),
  )
  return {
    async stop() {
      await Promise.all(tasks.map((task) => task.destroy()))
    },
  }
}
