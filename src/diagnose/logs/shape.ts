/** The places of the words with digits of the line that was scanned last; reused, so that a line costs no memory. */
export const MOST_NUMBERS = 64
export const starts = new Int32Array(MOST_NUMBERS)
export const ends = new Int32Array(MOST_NUMBERS)

/** 0 separates words, 1 is part of a word, 2 is a digit. */
const KINDS = new Uint8Array(128)
for (let character = 0; character < 128; character += 1) {
  const text = String.fromCharCode(character)
  KINDS[character] = /\d/.test(text) ? 2 : /[A-Za-z_.-]/.test(text) ? 1 : 0
}

/** Statuses that mean different things; any other number of three digits is one sign. */
const STATUSES = new Set([
  400, 401, 403, 404, 408, 409, 413, 422, 429, 431, 499, 500, 501, 502, 503, 504, 507, 520, 521, 522, 523,
  524, 525, 526,
])

function statusSign(text: string, at: number): number {
  const value = Number.parseInt(text.slice(at, at + 3), 10)
  return STATUSES.has(value) ? value : 1
}

let numbers = 0
export const numberCount = (): number => numbers

/**
 * A number that lines of the same making share: words with a digit count as one sign, everything else as itself.
 * Most lines of a log have a shape that was seen before, and need nothing but this, their time and their numbers.
 * HTTP statuses of failure and the levels 10 to 60 of pino keep their meaning.
 */
export function shapeOf(text: string, from: number, seed: number): number {
  let high = seed | 0
  let low = 0x811c9dc5 ^ seed
  let index = from
  numbers = 0
  const { length } = text
  while (index < length) {
    const character = text.charCodeAt(index)
    const kind = character < 128 ? (KINDS[character] as number) : 1
    if (kind === 0) {
      low = Math.imul(low ^ character, 0x01000193)
      high = Math.imul(high + character, 0x85ebca6b)
      index += 1
      continue
    }
    const start = index
    const highBefore = high
    const lowBefore = low
    let digits = 0
    for (; index < length; index += 1) {
      const part = text.charCodeAt(index)
      const partKind = part < 128 ? (KINDS[part] as number) : 1
      if (partKind === 0) break
      if (partKind === 2) digits += 1
      low = Math.imul(low ^ part, 0x01000193)
      high = Math.imul(high + part, 0x85ebca6b)
    }
    if (digits === 0) continue
    let sign = 1
    if (digits === index - start) {
      const first = text.charCodeAt(start)
      if (digits === 3 && (first === 52 || first === 53)) sign = statusSign(text, start)
      else if (digits === 2 && text.charCodeAt(start + 1) === 48 && text.charCodeAt(start - 1) === 58)
        sign = first + 100
    }
    low = Math.imul(lowBefore ^ sign, 0x01000193)
    high = Math.imul(highBefore + sign, 0xc2b2ae35)
    if (numbers < MOST_NUMBERS) {
      starts[numbers] = start
      ends[numbers] = index
      numbers += 1
    }
  }
  high ^= high >>> 15
  return (high >>> 0) * 2_097_152 + ((low ^ (low >>> 13)) & 0x1fffff)
}
