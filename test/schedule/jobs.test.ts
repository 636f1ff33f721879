import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { startSchedule } from '../../src/schedule/jobs.ts'

it('a job that fails is logged and runs again, and one that takes long is not started twice', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'error' }, { write: (line) => void lines.push(line) })
  let failures = 0
  let running = 0
  let most = 0
  const schedule = startSchedule(
    [
      {
        name: 'failing',
        expression: '* * * * * *',
        run: async () => {
          failures += 1
          throw new Error('no disk')
        },
      },
      {
        name: 'slow',
        expression: '* * * * * *',
        run: async () => {
          running += 1
          most = Math.max(most, running)
          await delay(1500)
          running -= 1
        },
      },
    ],
    logger,
  )
  await delay(3200)
  await schedule.stop()
  const soFar = failures
  await delay(1200)
  expect(soFar).toBeGreaterThanOrEqual(2)
  expect(failures).toBe(soFar)
  expect(most).toBe(1)
  expect(lines.filter((line) => line.includes('no disk'))).toHaveLength(soFar)
})
