import type { NumericUnit } from '../../../src/model/units.ts'
import type { Random } from './random.ts'

/** One way of putting a reading into words, and by what it differs from the digits of the report. */
export type Wording = { readonly text: string; readonly how: string }

const SMALL =
  'no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  )

export const inWords = (value: number): string => SMALL[value] ?? String(value)

const BINARY: [string, number][] = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
]
const DECIMAL: [string, number][] = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
]

const trimmed = (value: number, digits: number): string =>
  value >= 10 ** digits ? String(Math.round(value)) : String(Number(value.toPrecision(digits)))

/** Whole numbers where that changes little, else three digits, or two. */
function digitsFor(random: Random, value: number): { text: string; how: string } {
  if (value >= 20 && random.chance(0.4)) return { text: String(Math.round(value)), how: 'rounded' }
  if (value >= 1 && random.chance(0.3) && Math.abs(Number(value.toFixed(1)) - value) / value < 0.03)
    return { text: value.toFixed(1), how: 'rounded' }
  return { text: trimmed(value, 3), how: 'exact' }
}

function bytesIn(random: Random, value: number, suffix = ''): Wording {
  const scales = random.chance(0.6) ? BINARY : DECIMAL
  const fitting = scales.findIndex(([, size]) => value >= size * 0.9)
  const chosen = Math.max(0, fitting)
  const other =
    chosen > 0 && value / (scales[chosen - 1]?.[1] ?? 1) > 0.05 && random.chance(0.25) ? chosen - 1 : chosen
  const [name, size] = scales[other] as [string, number]
  const { text, how } = digitsFor(random, value / size)
  return {
    text: `${text}${random.chance(0.8) ? ' ' : ''}${name}${suffix}`,
    how: scales === DECIMAL || other !== chosen ? 'converted' : how,
  }
}

const SHARES: [number, string][] = [
  [1 / 2, 'half'],
  [1 / 3, 'a third'],
  [1 / 4, 'a quarter'],
  [2 / 3, 'two thirds'],
  [3 / 4, 'three quarters'],
  [1 / 5, 'a fifth'],
  [1 / 10, 'a tenth'],
]

/** A share as people say it, where one is near. */
export function shareInWords(random: Random, value: number): Wording | null {
  const near = SHARES.find(([share]) => Math.abs(value - share) <= share * 0.05)
  if (!near) return null
  const [share, words] = near
  const about = random.pick(['about ', 'roughly ', 'around ', value < share ? 'nearly ' : 'a little over '])
  return { text: `${about}${words}`, how: 'share in words' }
}

function ratioIn(random: Random, value: number): Wording {
  const percent = value * 100
  const { text, how } = digitsFor(random, percent)
  return { text: `${text}${random.pick(['%', ' %', ' %', ' percent', ' per cent'])}`, how }
}

function secondsIn(random: Random, value: number): Wording {
  const scales: [string[], number][] = [
    [['s', 'seconds'], 1],
    [['ms', 'milliseconds'], 1e-3],
    [['µs', 'microseconds'], 1e-6],
  ]
  const [names, size] = scales.find(([, each]) => value >= each) ?? (scales[2] as [string[], number])
  const { text, how } = digitsFor(random, value / size)
  const name = random.pick(names)
  return { text: `${text} ${text === '1' ? name.replace(/seconds$/, 'second') : name}`, how }
}

export function wordingOf(random: Random, value: number, unit: NumericUnit): Wording {
  switch (unit) {
    case 'bytes':
      return bytesIn(random, value)
    case 'bytes_per_second':
      return bytesIn(random, value, random.pick(['/s', ' per second']))
    case 'ratio':
      return ratioIn(random, value)
    case 'seconds':
      return secondsIn(random, value)
    case 'cores':
      if (random.chance(0.25)) return { text: `${trimmed(value * 100, 3)} % of a core`, how: 'converted' }
      return {
        text: `${trimmed(value, 2)} ${Number(trimmed(value, 2)) === 1 ? 'core' : 'cores'}`,
        how: 'rounded',
      }
    case 'celsius':
      return { text: `${value} ${random.pick(['°C', 'degrees', 'degrees Celsius'])}`, how: 'exact' }
    case 'watts':
      return random.chance(0.5)
        ? { text: `${trimmed(value, 2)} W`, how: 'rounded' }
        : { text: `${value} watts`, how: 'exact' }
    default:
      return value <= 20 && random.chance(0.5)
        ? { text: inWords(value), how: 'number in words' }
        : {
            text: value >= 1000 && random.chance(0.5) ? value.toLocaleString('en') : String(value),
            how: 'exact',
          }
  }
}

/** "about 500 MiB": rounded to one or two digits, and said to be. */
export function roughly(random: Random, value: number, unit: 'bytes' | 'ratio'): Wording | null {
  const sizes: [string, number][] = unit === 'bytes' ? BINARY : [['%', 0.01]]
  const [name, size] = sizes.find(([, each]) => value >= each) ?? ['', 0]
  if (size === 0) return null
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value / size)) - 0)
  const rounded =
    Math.round(value / size / (step / (random.chance(0.5) ? 1 : 2))) * (step / (random.chance(0.5) ? 1 : 1))
  if (!Number.isInteger(rounded) || rounded === 0 || Math.abs(rounded * size - value) > value * 0.04)
    return null
  return {
    text: `${random.pick(['about', 'around', 'roughly', 'some'])} ${rounded} ${name}`,
    how: 'rounded, and said so',
  }
}
