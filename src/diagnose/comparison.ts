import { adjustForMany, ascending, dependence, median, twoSidedTail } from './statistics.ts'

/** Two stretches of one series, the same hours of different days. */
export type Comparison = {
  readonly before: number
  readonly after: number
  /** Cliff's delta: how much more often a value after is above one before than below it, from −1 to 1. */
  readonly delta: number
  /** The chance of such a difference if nothing had changed (Mann–Whitney, two-sided). */
  readonly chance: number
}

/** Fewer values prove nothing. */
export const LEAST_VALUES = 12

/**
 * Whether values after are other than before, by their ranks alone: no distribution is assumed, and outliers count
 * once. Values in order of time; those near each other in time count for less than as many independent ones.
 */
export function compareStretches(before: readonly number[], after: readonly number[]): Comparison | null {
  if (before.length < LEAST_VALUES || after.length < LEAST_VALUES) return null
  const [earlier, later] = [before.toSorted(ascending), after.toSorted(ascending)]
  const medians = { before: median(earlier), after: median(later) }
  const pairs = before.length * after.length
  const above = wins(later, earlier)
  const delta = (2 * above) / pairs - 1

  const variance = (pairs / 12) * tieCorrection([...before, ...after])
  const scatter = [before.map((value) => value - medians.before), after.map((value) => value - medians.after)]
  const spread = Math.sqrt(variance * Math.max(...scatter.map(dependence)))
  const distance = Math.max(0, Math.abs(above - pairs / 2) - 0.5)
  return { ...medians, delta, chance: spread === 0 ? 1 : twoSidedTail(distance / spread) }
}

/** Mann and Whitney's U: in how many pairs the first is above the second; a tie counts half. Both ascending. */
function wins(first: readonly number[], second: readonly number[]): number {
  let below = 0
  let upTo = 0
  let sum = 0
  for (const value of first) {
    while (below < second.length && (second[below] as number) < value) below += 1
    while (upTo < second.length && (second[upTo] as number) <= value) upTo += 1
    sum += (below + upTo) / 2
  }
  return sum
}

/** N + 1, less for values that occur more than once. */
function tieCorrection(values: readonly number[]): number {
  const count = values.length
  const ties = [...Map.groupBy(values, (value) => value).values()]
    .map(({ length }) => length ** 3 - length)
    .reduce((sum, each) => sum + each, 0)
  return count + 1 - ties / (count * (count - 1))
}

/** At most this share of what is called a change is one by chance. */
const FALSE_SHARE = 0.01
/** Romano's bound of a large effect. */
const LARGE_EFFECT = 0.474
/** A change that is certain and small is no news either. */
const LEAST_CHANGE = 0.1

/** Which of many comparisons are news: beyond chance, though many were asked, and large enough to matter. */
export function news<Compared extends { readonly comparison: Comparison }>(
  compared: readonly Compared[],
): Compared[] {
  const chances = adjustForMany(compared.map(({ comparison }) => comparison.chance))
  return compared
    .filter(({ comparison: { before, after, delta } }, index) => {
      const change = Math.abs(after - before) / Math.max(Math.abs(before), Math.abs(after), Number.MIN_VALUE)
      return (
        (chances[index] as number) < FALSE_SHARE && Math.abs(delta) >= LARGE_EFFECT && change >= LEAST_CHANGE
      )
    })
    .toSorted((left, right) => Math.abs(right.comparison.delta) - Math.abs(left.comparison.delta))
}
