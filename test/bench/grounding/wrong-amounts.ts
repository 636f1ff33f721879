import { choose, type Fault, isCount, isDate, isNumber, mayBeTrue, replaced } from './planting.ts'

export const changedDigits: Fault = ({ pieces }, situation, random) => {
  const piece = choose(pieces, isNumber, random)
  const digits = piece && /\d+(?:[.,]\d+)*/.exec(piece.number)
  if (!piece || !digits) return null
  const [text] = digits
  const places = [...text].flatMap((character, index) => (/\d/.test(character) ? [index] : []))
  const at = random.pick(places)
  const digit = String((Number(text[at]) + random.integer(1, 9)) % 10)
  const changed = text.slice(0, at) + digit + text.slice(at + 1)
  if (/^0\d/.test(changed)) return null
  const [before, after] = [Number(text.replaceAll(',', '')), Number(changed.replaceAll(',', ''))]
  if (before === 0 || after === 0 || Math.abs(after - before) / before < 0.08) return null
  if (piece.unit !== 'times' && mayBeTrue((piece.value * after) / before, situation)) return null
  return replaced(pieces, piece, piece.number.replace(text, changed))
}

const SWAPS: readonly [RegExp, string[]][] = [
  [/ ?[KMG]iB$/, [' TiB', ' %', ' ms', ' cores']],
  [/MiB/, ['GiB', 'KiB']],
  [/GiB/, ['MiB', 'TiB']],
  [/MB/, ['GB', 'kB']],
  [/GB/, ['MB', 'TB']],
  [/ ?%$| ?per ?cent$/, [' MiB', ' °C', ' seconds', ' GiB']],
  [/ms$|milliseconds?$/, ['s', 'minutes', 'µs']],
  [/µs$|microseconds?$/, ['ms', 'seconds']],
  [/cores?$/, ['GiB', '%']],
  [/°C$|degrees(?: Celsius)?$/, ['W', '%']],
  [/W$|watts$/, ['°C', 'kW']],
]

export const swappedUnit: Fault = ({ pieces }, situation, random) => {
  const piece = choose(pieces, isNumber, random)
  if (!piece) return null
  const fitting = SWAPS.filter(([pattern]) => pattern.test(piece.number))
  if (fitting.length === 0) return null
  const [pattern, others] = random.pick(fitting)
  const text = piece.number.replace(pattern, random.pick(others))
  const digits = Number(/[\d.]+/.exec(text.replaceAll(',', ''))?.[0])
  const scale = /TiB|TB/.test(text)
    ? 2 ** 40
    : /GiB|GB/.test(text)
      ? 2 ** 30
      : /MiB|MB/.test(text)
        ? 2 ** 20
        : /KiB|kB/.test(text)
          ? 1024
          : /%/.test(text)
            ? 0.01
            : /ms/.test(text)
              ? 1e-3
              : /µs/.test(text)
                ? 1e-6
                : /minutes/.test(text)
                  ? 60
                  : /kW/.test(text)
                    ? 1000
                    : 1
  return text === piece.number || mayBeTrue(digits * scale, situation) ? null : replaced(pieces, piece, text)
}

export const wrongDate: Fault = ({ pieces }, _, random) => {
  const piece = choose(pieces, isDate, random)
  if (!piece) return null
  const other = new Date(piece.instant.getTime() + random.pick([-40, -9, -3, 2, 5, 33, 400]) * 86_400_000)
  const month = other.toLocaleString('en-GB', { month: 'long', timeZone: 'UTC' })
  const text = random.pick([
    `${other.getUTCDate()} ${month} ${other.getUTCFullYear()}`,
    `${month} ${other.getUTCDate()}, ${other.getUTCFullYear()}`,
    other.toISOString().slice(0, 10),
    `the ${other.getUTCDate()}th of ${month}`,
  ])
  return replaced(pieces, piece, text)
}

const WORDS = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ')

export const wrongCount: Fault = ({ pieces, how }, situation, random) => {
  const piece = choose(pieces, isCount, random)
  if (!piece || !Number.isInteger(piece.value)) return null
  const other = piece.value + random.pick([-2, -1, 1, 2, 3, 7])
  if (other < 1) return null
  // Of a reading that is a number like others, the wrong one may be another's.
  if (how !== 'counts' && (mayBeTrue(other, situation) || Math.abs(other - piece.value) < piece.value * 0.08))
    return null
  if (how === 'counts' && pieces.filter(isCount).some(({ value }) => value === other)) return null
  return replaced(
    pieces,
    piece,
    /^[a-z]/i.test(piece.count) ? (WORDS[other] ?? String(other)) : String(other),
  )
}

/** The point one place further left or right. */
export const movedPoint: Fault = ({ pieces }, situation, random) => {
  const piece = choose(pieces, isNumber, random)
  const digits = piece && /\d+(?:\.\d+)?/.exec(piece.number)
  if (!piece || !digits || piece.number.includes(',')) return null
  const factor = random.pick([10, 0.1, 100])
  const changed = String(Number((Number(digits[0]) * factor).toPrecision(6)))
  if (mayBeTrue(piece.value * factor, situation)) return null
  return replaced(pieces, piece, piece.number.replace(digits[0], changed))
}

const SHARES: readonly (readonly [string, number])[] = [
  ['half', 0.5],
  ['a third', 1 / 3],
  ['a quarter', 0.25],
  ['two thirds', 2 / 3],
  ['three quarters', 0.75],
  ['a tenth', 0.1],
  ['nearly all', 0.97],
]

/** A share in words that is not near. */
export const wrongShare: Fault = ({ pieces }, situation, random) => {
  const piece = choose(pieces, isNumber, random)
  if (piece?.unit !== 'ratio') return null
  const others = SHARES.filter(
    ([, share]) => Math.abs(share - piece.value) > 0.25 * piece.value && !mayBeTrue(share, situation),
  )
  if (others.length === 0) return null
  const [words] = random.pick(others)
  return replaced(pieces, piece, random.pick([`about ${words}`, words, `roughly ${words}`]))
}

/** Rounded so far that it says another thing. */
export const tooRound: Fault = ({ pieces }, situation, random) => {
  const piece = choose(pieces, isNumber, random)
  const digits = piece && /\d+(?:\.\d+)?/.exec(piece.number)
  if (!piece || !digits || piece.unit === 'times' || piece.number.includes(',')) return null
  const value = Number(digits[0])
  const step = 10 ** Math.floor(Math.log10(value))
  const rounded = Math.round(value / step + random.pick([-0.45, 0.45])) * step
  if (rounded === 0 || Math.abs(rounded - value) < 0.15 * value) return null
  if (mayBeTrue((piece.value * rounded) / value, situation)) return null
  const text = String(Number(rounded.toPrecision(3)))
  return replaced(
    pieces,
    piece,
    `${random.pick(['about ', 'around ', ''])}${piece.number.replace(digits[0], text)}`,
  )
}

/** How often, said to be how often in a time. */
export const madeRate: Fault = (_, { snapshot }, random) => {
  const restarted = snapshot.containers.filter(({ restartCount }) => restartCount > 2)
  if (restarted.length === 0) return null
  const { name, restartCount } = random.pick(restarted)
  const period = random.pick(['an hour', 'per hour', 'a day', 'every minute', 'per week', 'each day'])
  return [
    random.pick([
      `${name} is restarted ${restartCount} times ${period}.`,
      `${name} has ${restartCount} restarts ${period}.`,
      `With ${restartCount} restarts ${period}, ${name} is never up for long.`,
    ]),
  ]
}
