import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ratesOf, shownAs } from '../../src/model/rates.ts'

const trendOf = (values: readonly number[], step = 60) => ({
  resolution: 'raw' as const,
  stepSeconds: step,
  points: values.map((value, index) => ({
    at: index * step * 1000,
    count: 1,
    minimum: value,
    maximum: value,
    mean: value,
    p50: null,
    p95: null,
    p99: null,
  })),
})

it('a counter is shown by how fast it grows, over a gap and over a beginning anew', () => {
  const means = (values: number[]) => ratesOf(trendOf(values)).points.map(({ mean }) => mean)
  expect(means([0, 60, 180])).toEqual([1, 2])
  expect(means([600, 30])).toEqual([0.5])
  expect(means([5])).toEqual([])
  const gap = trendOf([0, 60, 180])
  expect(ratesOf({ ...gap, points: gap.points.filter((_, index) => index !== 1) }).points[0]?.mean).toBe(1.5)
})

it('rates are never negative, and add up to what a counter grew by', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1e6 }), { minLength: 2, maxLength: 40 }), (growths) => {
      let value = 0
      const values = growths.map((growth) => (value += growth))
      const rates = ratesOf(trendOf(values)).points
      expect(rates.every(({ mean }) => mean >= 0)).toBe(true)
      const sum = rates.reduce((total, { mean }) => total + mean * 60, 0)
      expect(sum).toBeCloseTo((values.at(-1) ?? 0) - (values[0] ?? 0), 3)
    }),
  )
})

it('its unit goes with it', () => {
  const shown = (unit: 'bytes' | 'count' | 'seconds') => shownAs({ type: 'counter', unit, help: '' }).unit
  expect([shown('bytes'), shown('count'), shown('seconds')]).toEqual([
    'bytes_per_second',
    'per_second',
    'ratio',
  ])
  expect(shownAs({ type: 'gauge', unit: 'bytes', help: '' }).unit).toBe('bytes')
})
