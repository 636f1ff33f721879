/**
 * The most extreme values that a signal has had, on both sides, and how far a new one lies beyond them. No shape of
 * the distribution is assumed, and a level that was reached before, however rarely, is news less and less often.
 */
export type Extremes = {
  seen: number
  /** The highest values, the highest first. */
  readonly highest: number[]
  readonly lowest: number[]
}

export const noExtremes = (): Extremes => ({ seen: 0, highest: [], lowest: [] })

/** The first values of a signal are those of its start-up: averages that have yet to settle. */
const SETTLING = 30
const LEARNING = 100
const KEPT = 8
/** One earlier spike must not hide the next: a value is compared with several of the highest, not the highest alone. */
const RANKS = [1, 2, 3, 5, 8] as const
/** The range that distances are measured by goes from this lowest to this highest, without the outermost. */
const RANGE_RANK = 5
/** However far out, one rank adds no more than this share of the range. */
const MOST_PER_RANK = 0.5
/** In so many values the range shrinks to a third, so that old storms are forgotten. */
const MEMORY = 40_000

/** How far `value` lies beyond what was seen before, in ranges, summed over the ranks; 0 for one that was usual. */
export function beyond(extremes: Extremes, value: number): number {
  extremes.seen += 1
  if (extremes.seen <= SETTLING) return 0
  const { highest, lowest } = extremes
  const distance = extremes.seen > LEARNING ? distanceBeyond(extremes, value) : 0
  for (let index = 0; index < highest.length; index += 1) {
    highest[index] = shrunk(highest[index] as number, value)
    lowest[index] = shrunk(lowest[index] as number, value)
  }
  keep(highest, value, 1)
  keep(lowest, value, -1)
  return distance
}

const shrunk = (extreme: number, value: number): number => extreme - (extreme - value) / MEMORY

function distanceBeyond({ highest, lowest }: Extremes, value: number): number {
  const range = Math.max((highest[RANGE_RANK - 1] as number) - (lowest[RANGE_RANK - 1] as number), 1e-12)
  let sum = 0
  for (const rank of RANKS) {
    const above = value - (highest[rank - 1] as number)
    const below = (lowest[rank - 1] as number) - value
    const out = Math.max(above, below)
    if (out > 0) sum += Math.min(MOST_PER_RANK, out / range)
  }
  return sum
}

/** Puts `value` among the outermost, if it is one of them. `side` is 1 for the highest, −1 for the lowest. */
function keep(outermost: number[], value: number, side: 1 | -1): void {
  if (outermost.length < KEPT) outermost.push(value)
  else if (side * value > side * (outermost[KEPT - 1] as number)) outermost[KEPT - 1] = value
  else return
  for (let index = outermost.length - 1; index > 0; index -= 1) {
    const inner = outermost[index - 1] as number
    if (side * value <= side * inner) return
    outermost[index] = inner
    outermost[index - 1] = value
  }
}
