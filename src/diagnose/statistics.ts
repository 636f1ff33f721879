export const ascending = (left: number, right: number): number => left - right

/** Of numbers in ascending order. */
export function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}

/** However alike neighbours are, some of them count. */
const MOST_ALIKE = 0.9

/**
 * How many points of a series stand for one that is independent of the others, by how its neighbours go together:
 * (1 + r) / (1 − r) for a first-order process (von Storch). What was read a minute later is hardly a second opinion.
 * `scatter` are distances from what was expected, in order of time.
 */
export function dependence(scatter: readonly number[]): number {
  const power = scatter.reduce((sum, each) => sum + each ** 2, 0)
  if (power === 0) return 1
  const neighbours = scatter.slice(1).reduce((sum, each, index) => sum + each * (scatter[index] as number), 0)
  const correlation = Math.max(0, Math.min(MOST_ALIKE, neighbours / power))
  return (1 + correlation) / (1 - correlation)
}

/** The chance of a standard normal beyond |z| on either side, to about 1e-7 (Abramowitz and Stegun 7.1.26). */
export function twoSidedTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.min(1, series * Math.exp(-x * x))
}

/**
 * Benjamini and Hochberg: of all that is called different at some level of the answer, no larger share is so by chance.
 * Asking hundreds of series at 1 % would make news of several that are none.
 */
export function adjustForMany(chances: readonly number[]): number[] {
  const order = chances
    .map((_, index) => index)
    .toSorted((a, b) => (chances[b] as number) - (chances[a] as number))
  const adjusted = new Array<number>(chances.length).fill(1)
  let least = 1
  for (const [position, index] of order.entries()) {
    const rank = chances.length - position
    least = Math.min(least, ((chances[index] as number) * chances.length) / rank)
    adjusted[index] = least
  }
  return adjusted
}
