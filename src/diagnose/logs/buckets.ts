/**
 * A quantity over time in a fixed number of buckets. They begin a second wide and double when time runs out of them;
 * at `widest` the oldest give way instead, so that what is watched for ever keeps its last hours.
 */
const BUCKETS = 256

export type Buckets = {
  origin: number
  width: number
  counts: Float64Array
  sums: Float64Array | null
  /** The only one so far: most kinds of lines come once, and need no room for more. */
  only: { readonly ms: number; readonly value: number } | null
}

const NOTHING = new Float64Array(0)

export const createBuckets = (withSums: boolean): Buckets => ({
  origin: Number.NaN,
  width: 1000,
  counts: NOTHING,
  sums: withSums ? NOTHING : null,
  only: null,
})

/** Makes room for what is there. */
function opened(buckets: Buckets): Buckets {
  const { only } = buckets
  if (only === null) return buckets
  buckets.only = null
  buckets.counts = new Float64Array(BUCKETS)
  if (buckets.sums) buckets.sums = new Float64Array(BUCKETS)
  put(buckets, only.ms, only.value, Number.POSITIVE_INFINITY)
  return buckets
}

function halve(values: Float64Array): void {
  for (let index = 0; index < BUCKETS / 2; index += 1) {
    values[index] = (values[2 * index] as number) + (values[2 * index + 1] as number)
  }
  values.fill(0, BUCKETS / 2)
}

function slide(buckets: Buckets, by: number): void {
  for (const values of [buckets.counts, buckets.sums]) {
    if (values === null) continue
    values.copyWithin(0, Math.min(by, BUCKETS))
    values.fill(0, Math.max(0, BUCKETS - by))
  }
  buckets.origin += by * buckets.width
}

export function addTo(buckets: Buckets, ms: number, value: number, widest: number): void {
  if (Number.isNaN(ms)) return
  if (buckets.counts === NOTHING && buckets.only === null) {
    buckets.only = { ms, value }
    return
  }
  put(opened(buckets), ms, value, widest)
}

function put(buckets: Buckets, ms: number, value: number, widest: number): void {
  if (Number.isNaN(buckets.origin)) buckets.origin = Math.floor(ms / 1000) * 1000
  let index = Math.floor((ms - buckets.origin) / buckets.width)
  while (index >= BUCKETS && buckets.width * 2 <= widest) {
    halve(buckets.counts)
    if (buckets.sums) halve(buckets.sums)
    buckets.width *= 2
    index = Math.floor((ms - buckets.origin) / buckets.width)
  }
  if (index >= BUCKETS) {
    slide(buckets, index - BUCKETS + 1)
    index = BUCKETS - 1
  }
  // A clock that went backwards counts as the beginning.
  if (index < 0) index = 0
  buckets.counts[index] = (buckets.counts[index] as number) + 1
  if (buckets.sums) buckets.sums[index] = (buckets.sums[index] as number) + value
}

export type Point = { readonly at: number; readonly mean: number; readonly count: number }

/** The buckets that hold something, oldest first. */
export function pointsOf(buckets: Buckets): Point[] {
  const { origin, width, counts, sums } = opened(buckets)
  const points: Point[] = []
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] as number
    if (count > 0) points.push({ at: origin + index * width, mean: (sums?.[index] ?? 0) / count, count })
  }
  return points
}

export function countSince(buckets: Buckets, ms: number): number {
  const { origin, width, counts } = opened(buckets)
  let total = 0
  for (let index = Math.max(0, Math.floor((ms - origin) / width)); index < counts.length; index += 1) {
    total += counts[index] as number
  }
  return total
}

/**
 * Where the mean changed most, by the least squared error of two means, when both sides are long enough and the
 * difference is large against the scatter within them.
 */
export function changeIn(
  points: readonly Point[],
): { at: number; before: number; after: number; explained: number } | null {
  if (points.length < 6) return null
  let total = 0
  let squares = 0
  for (const { mean } of points) {
    total += mean
    squares += mean * mean
  }
  let best = { at: 0, gain: 0, before: 0, after: 0 }
  let sum = 0
  for (let index = 1; index < points.length; index += 1) {
    sum += (points[index - 1] as Point).mean
    if (index < 3 || points.length - index < 3) continue
    const before = sum / index
    const after = (total - sum) / (points.length - index)
    const gain = ((index * (points.length - index)) / points.length) * (before - after) ** 2
    if (gain > best.gain) best = { at: index, gain, before, after }
  }
  const scatter = squares - (total * total) / points.length
  // Most of the scatter explained by one step, and a step worth a word.
  const explained = scatter > 0 ? best.gain / scatter : 0
  if (explained < 0.6) return null
  const [low, high] = [Math.min(best.before, best.after), Math.max(best.before, best.after)]
  return high > 1.5 * Math.max(low, 0) ? { ...best, explained } : null
}

/** Two rates of events instead of one: where the split is likeliest, and how much more often it is after. */
export function surgeIn(
  buckets: Buckets,
  from: number,
  to: number,
): { since: number; factor: number } | null {
  const { origin, width, counts } = opened(buckets)
  if (Number.isNaN(origin)) return null
  const first = Math.floor((from - origin) / width)
  const last = Math.min(BUCKETS - 1, Math.floor((to - origin) / width))
  const span = last - first + 1
  if (span < 6) return null
  let total = 0
  for (let index = 0; index <= last; index += 1) total += counts[index] as number
  let best = { gain: 0, since: 0, factor: 1 }
  let before = 0
  for (let index = Math.max(1, first + 3); index <= last - 1; index += 1) {
    if (index - 1 >= 0)
      before =
        index === Math.max(1, first + 3) ? sumTo(counts, index) : before + (counts[index - 1] as number)
    const after = total - before
    const left = index - first
    const right = last + 1 - index
    const likelihood = part(before, left) + part(after, right) - part(total, span)
    const factor = after / right / Math.max(before / left, 1 / left)
    if (likelihood > best.gain && factor > 1)
      best = { gain: likelihood, since: origin + index * width, factor }
  }
  return best.gain > 12 && best.factor >= 3 ? best : null
}

const part = (count: number, width: number): number => (count > 0 ? count * Math.log(count / width) : 0)

function sumTo(values: Float64Array, end: number): number {
  let sum = 0
  for (let index = 0; index < end; index += 1) sum += values[index] as number
  return sum
}
