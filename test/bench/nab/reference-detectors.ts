/**
 * Detectors whose scores NAB publishes (results/final_results.json), written from their descriptions in
 * numenta/NAB's nab/detectors: what the scorer says of them shows whether the scorer is right.
 */

/** A detector of one stream: fed value by value, answers with a score from 0 to 1. */
export type StreamDetector = (value: number, at: number) => number

export const nullDetector = (): StreamDetector => () => 0.5

/** nab/detectors/random: Python's random.uniform(0, 1), seeded with 42 for every file. */
export const randomDetector = (): StreamDetector => mersenneTwister(42)

const WINDOW = 6400
const STEP = 100

/**
 * nab/detectors/gaussian: 1 − Q((x − mean)/deviation) over the last 6400 values, moved on by 100 at a time. Scores went
 * through a file with 12 digits before they were counted: what is 1 to that precision, is 1.
 */
export function windowedGaussianDetector(): StreamDetector {
  let window: number[] = []
  let waiting: number[] = []
  let mean = 0
  let deviation = 1
  const measure = () => {
    mean = window.reduce((sum, value) => sum + value, 0) / window.length
    const variance = window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window.length
    deviation = Math.sqrt(variance) || 0.000001
  }
  return (value) => {
    const tail = 0.5 * erfc(Math.abs(value - mean) / deviation / Math.SQRT2)
    const score = window.length === 0 ? 0 : Number((1 - tail).toFixed(12))
    if (window.length < WINDOW) {
      window.push(value)
      measure()
    } else if (waiting.push(value) === STEP) {
      window = [...window.slice(STEP), ...waiting]
      waiting = []
      measure()
    }
    return score
  }
}

/** The complementary error function for x ≥ 0 to about 1e-16: series near 0, Lentz's continued fraction beyond. */
function erfc(x: number): number {
  const square = x * x
  if (x < 2) {
    let term = x
    let sum = x
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (2 * square) / (2 * n + 1)
      sum += term
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum
  }
  let fraction = 0
  for (let n = 120; n >= 1; n--) fraction = n / 2 / (x + fraction)
  return Math.exp(-square) / Math.sqrt(Math.PI) / (x + fraction)
}

const SIZE = 624
const SHIFT = 397

/** MT19937 as CPython's random.seed(int) and random.random() use it (init_by_array, 53 bits). */
function mersenneTwister(seed: number): () => number {
  const state = seededByArray(seed)
  let next = SIZE
  const word = (): number => {
    if (next === SIZE) {
      twist(state)
      next = 0
    }
    let y = state[next++] as number
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
  return () => {
    const high = word() >>> 5
    const low = word() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }
}

function seededByArray(key: number): Uint32Array {
  const state = new Uint32Array(SIZE)
  state[0] = 19650218
  const mixed = (i: number) => {
    const before = state[i - 1] as number
    return before ^ (before >>> 30)
  }
  for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, mixed(i)) + i
  let i = 1
  const advance = () => {
    i += 1
    if (i >= SIZE) {
      state[0] = state[SIZE - 1] as number
      i = 1
    }
  }
  for (let k = SIZE; k > 0; k--) {
    state[i] = ((state[i] as number) ^ Math.imul(mixed(i), 1664525)) + key
    advance()
  }
  for (let k = SIZE - 1; k > 0; k--) {
    state[i] = ((state[i] as number) ^ Math.imul(mixed(i), 1566083941)) - i
    advance()
  }
  state[0] = 0x80000000
  return state
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % SIZE] as number) & 0x7fffffff)
    state[i] = (state[(i + SHIFT) % SIZE] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
  }
}
