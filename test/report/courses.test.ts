import { expect, it } from 'vitest'
import type { FindingEvent } from '../../src/model/event.ts'
import type { Severity } from '../../src/model/finding.ts'
import { coursesOf, describeCourse } from '../../src/report/courses.ts'
import { minutesBefore, NOW } from '../support/snapshot.ts'

const event = (kind: FindingEvent['kind'], minutes: number, severity: Severity = 'medium'): FindingEvent => ({
  host: 'web-1',
  at: minutesBefore(minutes),
  kind,
  subject: 'oom-killed-1',
  title: 'api was killed',
  severity,
})

const courseOf = (events: readonly FindingEvent[], severity: Severity = 'medium') =>
  describeCourse(coursesOf([{ id: 'oom-killed-1', severity }], events, NOW), 'oom-killed-1')

it('a finding is told by its own past, in the same words everywhere', () => {
  expect(courseOf([])).toBe('new')
  expect(courseOf([event('appeared', 90)])).toMatch(/^ongoing since .* UTC$/)
  expect(courseOf([event('appeared', 90)], 'high')).toMatch(/^worse than before, ongoing since/)
  expect(courseOf([event('appeared', 90, 'critical')])).toMatch(/^better than before/)
  // What it turned to since is what it is held against.
  expect(courseOf([event('appeared', 90, 'low'), event('worse', 30)])).toMatch(/^ongoing since/)
})

it('one that was resolved is new when it is back, and one that comes and goes is flapping', () => {
  const once = [event('appeared', 300), event('resolved', 200)]
  expect(courseOf(once)).toBe('new')
  const often = [...once, event('returned', 100), event('resolved', 50)]
  expect(courseOf(often)).toMatch(/^flapping: came 3 times in a day/)
  const longAgo = often.map((each, index) => ({ ...each, at: minutesBefore(9000 - index) }))
  expect(courseOf(longAgo)).toBe('new')
})

it('what belongs to another finding is not its own', () => {
  expect(courseOf([{ ...event('appeared', 90), subject: 'other-1' }])).toBe('new')
})
