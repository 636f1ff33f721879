import { cursorOn, readSigned, readVarint, writeSigned, writeVarint } from './bytes.ts'

/**
 * How often which value came, in buckets that grow with the value, so that any percentile is right to 1 % of itself,
 * and sketches of several hours add up to that of all (DDSketch: Masson, Rim, Lee, PVLDB 12(12), 2019).
 * The key 0 of `positive` is the value 1.
 */
export type Sketch = {
  zeros: number
  readonly positive: Map<number, number>
  readonly negative: Map<number, number>
}

const RELATIVE_ERROR = 0.01
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)

/** Smaller is nothing: no unit we measure in has a meaning there, and its buckets would be many. */
const SMALLEST = 1e-9

export const emptySketch = (): Sketch => ({ zeros: 0, positive: new Map(), negative: new Map() })

export function addValue(sketch: Sketch, value: number): void {
  const size = Math.abs(value)
  if (size < SMALLEST) sketch.zeros += 1
  else count(value > 0 ? sketch.positive : sketch.negative, Math.ceil(Math.log(size) / LOG_GAMMA), 1)
}

export function addSketch(sketch: Sketch, other: Sketch): void {
  sketch.zeros += other.zeros
  for (const [key, times] of other.positive) count(sketch.positive, key, times)
  for (const [key, times] of other.negative) count(sketch.negative, key, times)
}

const count = (buckets: Map<number, number>, key: number, times: number): void => {
  buckets.set(key, (buckets.get(key) ?? 0) + times)
}

/** The value below which the share `q` of all values lies, to 1 % of itself; null of an empty sketch. */
export function quantileOf(sketch: Sketch, q: number): number | null {
  const ordered: [value: number, times: number][] = [
    ...[...sketch.negative].toSorted(([left], [right]) => right - left).map(bucketAs(-1)),
    [0, sketch.zeros],
    ...[...sketch.positive].toSorted(([left], [right]) => left - right).map(bucketAs(1)),
  ]
  const total = ordered.reduce((sum, [, times]) => sum + times, 0)
  if (total === 0) return null
  const rank = q * (total - 1)
  let passed = 0
  for (const [value, times] of ordered) {
    passed += times
    if (passed > rank) return value
  }
  return null
}

/** The value of a bucket that is at most 1 % from any other value in it. */
const bucketAs =
  (sign: number) =>
  ([key, times]: [number, number]): [number, number] => [(sign * 2 * GAMMA ** key) / (GAMMA + 1), times]

export function encodeSketch(sketch: Sketch): Uint8Array {
  const bytes: number[] = []
  writeVarint(bytes, sketch.zeros)
  for (const buckets of [sketch.positive, sketch.negative]) {
    writeVarint(bytes, buckets.size)
    let previous = 0
    for (const [key, times] of [...buckets].toSorted(([left], [right]) => left - right)) {
      writeSigned(bytes, key - previous)
      writeVarint(bytes, times)
      previous = key
    }
  }
  return Uint8Array.from(bytes)
}

export function decodeSketch(block: Uint8Array): Sketch {
  const cursor = cursorOn(block)
  const sketch = { ...emptySketch(), zeros: readVarint(cursor) }
  for (const buckets of [sketch.positive, sketch.negative]) {
    const size = readVarint(cursor)
    let key = 0
    for (let index = 0; index < size; index += 1) {
      key += readSigned(cursor)
      buckets.set(key, readVarint(cursor))
    }
  }
  return sketch
}
