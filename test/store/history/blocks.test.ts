import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBatch, encodeBatch } from '../../../src/store/history/batch.ts'
import {
  decodeMinutes,
  decodePoints,
  encodeMinutes,
  encodePoints,
} from '../../../src/store/history/blocks.ts'
import {
  addSketch,
  addValue,
  decodeSketch,
  emptySketch,
  encodeSketch,
  quantileOf,
} from '../../../src/store/history/sketch.ts'
import { minutesOf } from '../../../src/store/history/summaries.ts'

const value = fc.double({ noNaN: true, noDefaultInfinity: true })
const at = fc.integer({ min: 0, max: 4e12 })
const points = fc.array(fc.record({ at, value }), { maxLength: 300 })

describe('what is packed comes back to the bit', () => {
  it('a batch of any series', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.nat(1e9), value), { selector: ([id]) => id }), (pairs) => {
        const sorted = pairs.toSorted(([left], [right]) => left - right)
        expect([...decodeBatch(encodeBatch(new Map(pairs)))]).toEqual(sorted)
        for (const pair of pairs)
          expect([...decodeBatch(encodeBatch(new Map(pairs)), pair[0])]).toEqual([pair])
      }),
      { numRuns: 50 },
    )
  })

  it('an hour of points, whatever the clock did', () => {
    fc.assert(
      fc.property(points, (wild) => {
        expect(decodePoints(encodePoints(wild))).toEqual(wild)
      }),
    )
  })

  it('an hour of minutes', () => {
    fc.assert(
      fc.property(points, (wild) => {
        const minutes = minutesOf(wild.toSorted((left, right) => left.at - right.at))
        expect(decodeMinutes(encodeMinutes(minutes))).toEqual(minutes)
      }),
    )
  })

  it('a sketch', () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const sketch = emptySketch()
        for (const each of values) addValue(sketch, each)
        expect(decodeSketch(encodeSketch(sketch))).toEqual(sketch)
      }),
    )
  })

  it('a block that was cut off is an error, not another number', () => {
    const block = encodeBatch(new Map([[7, 1.5]]))
    expect(() => [...decodeBatch(block.subarray(0, -1))]).toThrow('ends before its content')
  })
})

describe('a percentile from sketches', () => {
  const measured = fc.double({ min: 1e-6, max: 1e15, noNaN: true })
  const signed = fc.oneof(
    measured,
    measured.map((size) => -size),
    fc.constant(0),
  )

  it('is within 1 % of the one that sorting gives, also of several sketches together', () => {
    fc.assert(
      fc.property(
        fc.array(signed, { minLength: 1 }),
        fc.array(signed),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (some, more, q) => {
          const [sketch, other] = [some, more].map((values) => {
            const made = emptySketch()
            for (const each of values) addValue(made, each)
            return made
          }) as [ReturnType<typeof emptySketch>, ReturnType<typeof emptySketch>]
          addSketch(sketch, other)
          const sorted = [...some, ...more].toSorted((left, right) => left - right)
          const exact = sorted[Math.floor(q * (sorted.length - 1))] as number
          expect(Math.abs((quantileOf(sketch, q) as number) - exact)).toBeLessThanOrEqual(
            Math.abs(exact) * 0.010001,
          )
        },
      ),
    )
  })

  it('of nothing is nothing', () => expect(quantileOf(emptySketch(), 0.5)).toBeNull())
})
