import { describe, expect, it } from 'vitest'
import { compareStretches, news } from '../../src/diagnose/comparison.ts'
import { adjustForMany, twoSidedTail } from '../../src/diagnose/statistics.ts'

function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648 - 0.5
  }
}
const values = (count: number, value: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => value(index))

describe('two stretches of a series', () => {
  it('are compared as SciPy compares them', () => {
    const before = [5, 1, 6, 2, 7, 1, 8, 3, 5, 2, 9, 4]
    const after = [9, 4, 8, 3, 10, 5, 12, 4, 9, 6, 11, 2]
    // scipy.stats.mannwhitneyu(after, before, method='asymptotic'): U, p. Neighbours here are no friends.
    const found = compareStretches(before, after)
    expect(found?.delta).toBeCloseTo((2 * 103.5) / 144 - 1, 10)
    expect(found?.chance).toBeCloseTo(0.0722374636, 6)
  })

  it('of one level differ by chance only, though neighbours are alike', () => {
    let alarms = 0
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = noise(seed * 7919)
      let level = 0
      const walk = () => {
        level = 0.7 * level + random()
        return 10 + level
      }
      const found = compareStretches(values(48, walk), values(48, walk))
      if (found && found.chance < 0.05) alarms += 1
    }
    expect(alarms).toBeLessThan(200 * 0.1)
  })

  it('that are too short prove nothing', () => {
    expect(
      compareStretches(
        [1, 2, 3],
        values(48, () => 1),
      ),
    ).toBeNull()
  })

  it('that never change are the same', () => {
    expect(
      compareStretches(
        values(48, () => 1),
        values(48, () => 1),
      ),
    ).toMatchObject({ delta: 0, chance: 1 })
  })
})

describe('of hundreds of series', () => {
  const random = noise(3)
  const compare = (before: number, after: number, scatter: number) => ({
    comparison: compareStretches(
      values(48, () => before + scatter * random()),
      values(48, () => after + scatter * random()),
    ) as NonNullable<ReturnType<typeof compareStretches>>,
  })

  it('noise is no news', () => {
    expect(news(values(500, () => 0).map(() => compare(10, 10, 8)))).toEqual([])
  })

  it('what changed is found among the others, the clearest first', () => {
    const small = compare(10, 13, 6)
    const large = compare(10, 20, 6)
    const others = values(300, () => 0).map(() => compare(10, 10, 6))
    expect(news([small, ...others, large])).toEqual([large, small])
  })

  it('a certain but tiny change is none', () => {
    expect(news([compare(1000, 1010, 2)])).toEqual([])
  })
})

it('chances are those of the normal distribution, and are adjusted as Benjamini and Hochberg have it', () => {
  expect([0, 1, 1.96, 3.5].map((z) => Number(twoSidedTail(z).toFixed(6)))).toEqual([
    1, 0.317311, 0.049996, 0.000465,
  ])
  expect(adjustForMany([0.01, 0.04, 0.03, 0.5]).map((each) => Number(each.toFixed(4)))).toEqual([
    0.04, 0.0533, 0.0533, 0.5,
  ])
})
