import { expect, test } from 'vitest'
import { isQuiet } from '../../src/slack/quiet-hours.ts'

const at = (time: string) => new Date(`2026-03-14T${time}:00Z`)
const NIGHT = { from: 22 * 60, to: 7 * 60, timezone: 'Europe/Berlin' }

test.each([
  ['20:59', false],
  ['21:00', true],
  ['23:30', true],
  ['05:59', true],
  ['06:00', false],
])('a night in Berlin at %s UTC is quiet: %s', (time, quiet) => {
  expect(isQuiet(NIGHT, at(time))).toBe(quiet)
})

test('without quiet hours none is, and a lunch break does not go over midnight', () => {
  expect(isQuiet(undefined, at('03:00'))).toBe(false)
  const lunch = { from: 12 * 60, to: 13 * 60, timezone: 'UTC' }
  expect([isQuiet(lunch, at('12:30')), isQuiet(lunch, at('13:00'))]).toEqual([true, false])
})
