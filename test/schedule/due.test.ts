import { expect, test } from 'vitest'
import { lastDue } from '../../src/schedule/due.ts'

/** node-cron looks ahead from the real time, so that the tests do, too. */
const now = new Date()
const HOUR = 3_600_000
const partsIn = (time: Date, timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(
    time,
  )

test('what is due every day was due within the last one, at that time by the clocks of the zone', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kolkata']) {
    const last = lastDue('30 9 * * *', zone, now)
    expect(partsIn(last as Date, zone)).toMatch(/ 09:30$/)
    const ago = now.getTime() - (last as Date).getTime()
    expect(ago).toBeGreaterThanOrEqual(0)
    // A day, and the hour that a change of clocks may add.
    expect(ago).toBeLessThan(25 * HOUR)
  }
})

test('on working days it was not due at the weekend', () => {
  const last = lastDue('0 9 * * 1-5', 'UTC', now) as Date
  expect(partsIn(last, 'UTC')).toMatch(/^(Mon|Tue|Wed|Thu|Fri)/)
  expect(now.getTime() - last.getTime()).toBeLessThan(73 * HOUR)
})

test('once a week it was due within the last week', () => {
  const last = lastDue('15 7 * * 1', 'UTC', now) as Date
  expect(partsIn(last, 'UTC')).toBe('Mon 07:15')
  expect(now.getTime() - last.getTime()).toBeLessThan(7 * 24 * HOUR)
})

test('every few minutes it was due a few minutes ago', () => {
  const last = lastDue('*/5 * * * *', undefined, now) as Date
  expect(now.getTime() - last.getTime()).toBeLessThanOrEqual(5 * 60_000)
})

test('of what does not come round every week it is not known', () => {
  expect(lastDue('0 9 1 * *', undefined, now)).toBeNull()
})
