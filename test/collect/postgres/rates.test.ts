import { expect, it } from 'vitest'
import { counterWindow } from '../../../src/collect/postgres/rates.ts'
import { timestamp } from '../../../src/model/units.ts'

const started = timestamp(new Date('2026-03-14T12:00:00Z'))
const later = timestamp(new Date('2026-03-14T13:00:00Z'))

it('counters have rates from the second reading on', () => {
  const first = counterWindow(started, null)
  expect(first.ratesOf('database shop', null, { commits: 100, sessions: null })).toBeNull()
  const second = counterWindow(started, { ...first, readAt: first.readAt - 10_000 })
  const rates = second.ratesOf('database shop', null, { commits: 150, sessions: null })
  expect(rates?.commits).toBeCloseTo(5, 1)
  expect(rates?.sessions).toBeNull()
  expect(second.ratesOf('database new', null, { commits: 5 })).toBeNull()
})

it('a counter that shrank, a reset and a restart give no rate', () => {
  const first = counterWindow(started, null)
  first.ratesOf('a', later, { commits: 100, rollbacks: 5 })
  expect(counterWindow(started, first).ratesOf('a', later, { commits: 7, rollbacks: 6 })).toMatchObject({
    commits: null,
    rollbacks: expect.any(Number),
  })
  expect(counterWindow(started, first).ratesOf('a', started, { commits: 200, rollbacks: 6 })).toBeNull()
  expect(counterWindow(later, first).ratesOf('a', later, { commits: 200, rollbacks: 6 })).toBeNull()
})

it('an earlier reading that is too old measures nothing', () => {
  const first = counterWindow(started, null)
  first.ratesOf('a', null, { commits: 100 })
  const second = counterWindow(started, { ...first, readAt: first.readAt - 3_600_000 })
  expect(second.seconds).toBeNull()
  expect(second.ratesOf('a', null, { commits: 200 })).toBeNull()
})
