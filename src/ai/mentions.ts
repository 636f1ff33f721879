import { type Bound, boundIn, saysOf } from './bounds.ts'
import { type Chunk, chunksOf, joinWords } from './chunks.ts'
import { type FigureUnit, type UnitReading, unitNamed } from './figure-units.ts'
import { nameAt } from './names.ts'
import { foldOf, numberInWords, scaleOf, shareInWords, wordValue } from './number-words.ts'

/** `tolerance` is half of the last digit; `loose` counts zeros at the end as not said: 30 GiB for 31.2. */
export type Reading = { readonly value: number; readonly tolerance: number; readonly loose: number }

/** A number as a text states it, in base units. */
export type Mention = {
  text: string
  unit: FigureUnit
  /** Several where the unit is ambiguous. */
  readings: readonly Reading[]
  decimals: number
  /** The words after it, lower case, up to the next stop: what it counts is among them. */
  counted: readonly string[]
  /** Said as the whole of something: "4 of the 5 containers". */
  isWhole: boolean
  /** A part in words, as exact as words are: "half", "two thirds". */
  isShare: boolean
  bound: Bound | null
  /** Where it stands in the text. */
  start: number
  end: number
}

/** What a text states: its numbers, and the words that name something: `shared_buffers`, "redis", `/etc/hosts`. */
export type Statements = { mentions: Mention[]; names: string[] }

type Read = Omit<Mention, 'isWhole' | 'bound' | 'start' | 'end'> & { used: number; reading: UnitReading }

const NUMBER = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?`
const AMOUNT = new RegExp(`^([-−]?)(${NUMBER})(.*)$`)
const RANGE = new RegExp(`^(${NUMBER})(?:[–—/-]|\\.\\.)(?=\\d)`)

export function statementsOf(text: string): Statements {
  const chunks = chunksOf(text)
  const statements: Statements = { mentions: [], names: [] }
  for (let index = 0; index < chunks.length; ) {
    const ahead = chunks.slice(index)
    // The day of "14 restarts a day" was read with the restarts.
    const isPeriod = /^(?:an?|one)$/i.test(chunks[index]?.word ?? '') && endsRate(statements.mentions.at(-1))
    const reads = isPeriod ? [] : (readDuration(ahead) ?? readAmounts(ahead) ?? readWords(ahead) ?? [])
    const before = chunks.slice(Math.max(0, index - 4), index)
    for (const { used, reading: _, ...said } of reads) {
      const last = chunks[index + used - 1] ?? (chunks[index] as Chunk)
      const place = { start: (chunks[index] as Chunk).start, end: last.end }
      statements.mentions.push({ ...said, ...place, isWhole: saysOf(before), bound: boundIn(before, ahead) })
    }
    const name = reads.length === 0 ? nameAt(chunks, index) : null
    if (name !== null) statements.names.push(name)
    index += Math.max(1, ...reads.map(({ used }) => used))
  }
  return statements
}

const endsRate = (mention: Mention | undefined): boolean =>
  mention !== undefined &&
  (mention.unit === 'untraceable' || mention.unit === 'per_second' || mention.unit === 'bytes_per_second')

/** "128 MiB", "16.3%", "30-second", "-1"; "10–20 %" and "4/5" are two. Null when it is no number alone. */
function readAmounts(chunks: readonly Chunk[]): Read[] | null {
  const [chunk] = chunks as [Chunk]
  const range = RANGE.exec(chunk.word)
  if (range) {
    const upper = readAmounts([{ ...chunk, word: chunk.word.slice(range[0].length) }, ...chunks.slice(1)])
    if (upper?.length !== 1) return null
    return [read(range[1] as string, (upper[0] as Read).reading, chunks, 1), ...upper]
  }
  const match = AMOUNT.exec(chunk.word)
  if (!match) return null
  const [, sign = '', digits = '', attached = ''] = match
  const value = `${sign === '' ? '' : '-'}${digits}`
  const outOf = attached === '' ? readOneIn(chunks, Number(digits.replaceAll(',', ''))) : null
  if (outOf) return [outOf]
  const scale = attached === '' && !chunk.endsPhrase ? scaleOf(chunks[1]?.word ?? '') : undefined
  if (scale) {
    const { unit, used } = unitAfter('', chunks.slice(1))
    return [read(value, { ...unit, factors: unit.factors.map((factor) => factor * scale) }, chunks, used + 1)]
  }
  const found = unitAfter(attached.replace(/^-/, ''), chunks)
  if (attached !== '' && found.unit === PLAIN) return null
  return [read(value, found.unit, chunks, found.used)]
}

const PLAIN: UnitReading = { unit: 'plain', factors: [1] }
const UNTRACEABLE: UnitReading = { unit: 'untraceable', factors: [] }
const TIMES: UnitReading = { unit: 'times', factors: [1] }

/** After "3 times", what makes it a comparison and no count. */
const COMPARES =
  /^(?:as|more|less|fewer|larger|bigger|greater|higher|longer|smaller|shorter|slower|faster|the|its|what|that|of|over)$/i

/**
 * The unit that follows the number in the first chunk, attached to it or in the next words: the longest that
 * there is ("MiB per second" is three words). `used` counts the number's own chunk.
 */
function unitAfter(attached: string, chunks: readonly Chunk[]): { unit: UnitReading; used: number } {
  const most = attached === '' ? 3 : 2
  for (let length = most; length >= 0; length -= 1) {
    const parts = chunks.slice(0, length + 1)
    if (parts.length <= length || parts.slice(0, -1).some(({ endsPhrase }) => endsPhrase)) continue
    const words = [attached, ...parts.slice(1).map(({ word }) => word)].filter((word) => word !== '')
    const unit = unitNamed(words.join(' '))
    if (!unit) continue
    const ofCore = unit.unit === 'ratio' ? coreAfter(chunks, length + 1) : 0
    if (ofCore > 0) return { unit: { unit: 'cores', factors: [0.01] }, used: length + 1 + ofCore }
    return { unit: perPeriod(unit, chunks, length + 1, 0), used: length + 1 }
  }
  const [, next, after] = chunks
  if (next?.word === 'times' && !next.endsPhrase && COMPARES.test(after?.word ?? ''))
    return { unit: TIMES, used: 2 }
  return { unit: perPeriod(PLAIN, chunks, 1, 3), used: 1 }
}

/** "of a core", "of one CPU core": how many words that are. */
function coreAfter(chunks: readonly Chunk[], from: number): number {
  if (chunks[from - 1]?.endsPhrase) return 0
  const match = /^of (?:an?|one)(?: single)?(?: cpu)? (?:core|cpu|processor)\b/i.exec(
    joinWords(chunks.slice(from, from + 5)),
  )
  return match ? match[0].split(' ').length : 0
}

const PERIODS: Readonly<Record<string, number>> = {
  second: 1,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  day: 86_400,
  week: 604_800,
}

/** "14 restarts per hour", "2 % a day": a rate, up to `within` words further on. */
function perPeriod(unit: UnitReading, chunks: readonly Chunk[], from: number, within: number): UnitReading {
  const words = joinWords(chunks.slice(from, from + within + 2))
  const rate = /(?:\b(?:per|each|every|an?) |\/)(second|min|minute|h|hour|day|week|month)\b/.exec(words)
  if (rate === null || rate.index > (within === 0 ? 0 : Number.POSITIVE_INFINITY)) return unit
  const period = PERIODS[rate[1] as string]
  const name = { plain: 'per_second', bytes: 'bytes_per_second' }[unit.unit as string] as
    | FigureUnit
    | undefined
  if (period === undefined || name === undefined) return UNTRACEABLE
  return { unit: name, factors: unit.factors.map((factor) => factor / period) }
}

function read(digits: string, unit: UnitReading, chunks: readonly Chunk[], used: number): Read {
  const [mantissa = '', exponent = '0'] = digits.replaceAll(',', '').split('e')
  const decimals = (mantissa.split('.')[1] ?? '').length - Number(exponent)
  const value = Number(digits.replaceAll(',', ''))
  const tolerance = 0.5 * 10 ** -decimals
  const zeros = decimals === 0 ? (/[1-9](0+)$/.exec(mantissa)?.[1]?.length ?? 0) : 0
  return {
    ...said(chunks, used, unit),
    readings: unit.factors.map((factor) => ({
      value: value * factor,
      tolerance: tolerance * factor,
      loose: tolerance * 10 ** zeros * factor,
    })),
    decimals,
  }
}

const said = (chunks: readonly Chunk[], used: number, reading: UnitReading) => ({
  text: joinWords(chunks.slice(0, used)),
  unit: reading.unit,
  counted: countedAfter(chunks, used),
  isShare: false,
  used,
  reading,
})

/** A part or a multiple in words is right to a tenth of itself. */
const WORDS_ARE_WITHIN = 0.1

function readShare(value: number, chunks: readonly Chunk[], used: number, reading: UnitReading): Read {
  const tolerance = value * WORDS_ARE_WITHIN
  return {
    ...said(chunks, used, reading),
    readings: [{ value, tolerance, loose: tolerance }],
    decimals: 0,
    isShare: true,
  }
}

const SHARE: UnitReading = { unit: 'ratio', factors: [1] }

/** "one in five" is a share; "3 in total" is none. */
function readOneIn(chunks: readonly Chunk[], value: number): Read | null {
  const [first, second, third] = chunks
  if (first?.endsPhrase || second?.word !== 'in' || second.endsPhrase) return null
  const whole = wordValue(third?.word ?? '') ?? Number(third?.word)
  return whole > 1 && value < whole ? readShare(value / whole, chunks, 3, SHARE) : null
}

/** "1 h 30 min" is one duration, as exact as its last part. */
function readDuration(chunks: readonly Chunk[]): Read[] | null {
  const parts: { value: number; size: number }[] = []
  let used = 0
  while (used + 1 < chunks.length) {
    const start = parts.length > 0 && chunks[used]?.word === 'and' ? used + 1 : used
    const [number, unit] = [chunks[start], chunks[start + 1]]
    const reading = unitNamed(unit?.word ?? '')
    const size = reading?.unit === 'seconds' ? (reading.factors[0] ?? 0) : 0
    if (!/^[-−]?\d+$/.test(number?.word ?? '') || size < 1) break
    if (parts.length > 0 && size >= (parts.at(-1)?.size ?? 0)) break
    parts.push({ value: Number(number?.word.replace('−', '-')), size })
    used = start + 2
    if (unit?.endsPhrase) break
  }
  if (parts.length < 2) return null
  const sign = (parts[0]?.value ?? 0) < 0 ? -1 : 1
  const value = parts.reduce((sum, part) => sum + Math.abs(part.value) * part.size, 0) * sign
  const tolerance = 0.5 * (parts.at(-1)?.size ?? 0)
  const reading: UnitReading = { unit: 'seconds', factors: [1] }
  return [
    {
      ...said(chunks, used, reading),
      readings: [{ value, tolerance: tolerance * 2, loose: tolerance * 2 }],
      decimals: 0,
      counted: [],
    },
  ]
}

/** "five minutes", "half of", "an hour", "twice", "two and a half". */
function readWords(chunks: readonly Chunk[]): Read[] | null {
  const [chunk, next] = chunks as [Chunk, Chunk | undefined]
  const word = chunk.word.toLowerCase()
  const fold = foldOf(word)
  if (fold !== undefined) return [readShare(fold, chunks, 1, TIMES)]
  if (word === 'half' && unitOfTime(chunks)) return [halfOfUnit(chunks)]
  const share = shareInWords(chunks)
  if (share) return [readShare(share.value, chunks, share.used, SHARE)]
  if (word === 'a' || word === 'an') {
    const single = singleUnit(next)
    if (single) return [read('1', single, chunks, 2)]
  }
  const [, number = '', joined = ''] = /^([a-z]+)-([a-z]+)$/.exec(word) ?? []
  const joinedUnit = unitNamed(joined)
  const joinedValue = wordValue(number)
  if (joinedUnit && joinedValue !== undefined) return [read(String(joinedValue), joinedUnit, chunks, 1)]
  const spelled = numberInWords(chunks)
  if (spelled === null || (word === 'one' && spelled.used === 1 && isPronoun(next) && !isOfNumber(chunks)))
    return null
  if (Number.isNaN(spelled.value)) return [read('0', UNTRACEABLE, chunks, spelled.used)]
  const outOf = spelled.used === 1 ? readOneIn(chunks, spelled.value) : null
  if (outOf) return [outOf]
  const { unit, used } = unitAfter('', chunks.slice(spelled.used - 1))
  return [read(String(spelled.value), unit, chunks, used + spelled.used - 1)]
}

/** "one of five", "one of the 5". */
const isOfNumber = (chunks: readonly Chunk[]): boolean =>
  /^of(?: the| all| its)* (?:\d|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)/i.test(
    joinWords(chunks.slice(1, 5)),
  )

const afterArticle = (chunks: readonly Chunk[]): number => (/^an?$/.test(chunks[1]?.word ?? '') ? 1 : 0)

/** "half an hour", "half a gibibyte": a unit, and not a part of something. */
const unitOfTime = (chunks: readonly Chunk[]): boolean => {
  const { unit } = unitAfter('', chunks.slice(afterArticle(chunks)))
  return unit.unit === 'seconds' || unit.unit === 'bytes' || unit.unit === 'cores'
}

function halfOfUnit(chunks: readonly Chunk[]): Read {
  const article = afterArticle(chunks)
  const { unit, used } = unitAfter('', chunks.slice(article))
  return read('0.5', unit, chunks, used + article)
}

/** The hour of "an hour"; "a second container" is no second. */
function singleUnit(next: Chunk | undefined): UnitReading | null {
  if (!next || next.word.length < 3 || (next.word === 'second' && !next.endsPhrase)) return null
  const unit = unitNamed(next.word)
  return unit?.unit === 'seconds' || unit?.unit === 'bytes' ? unit : null
}

/** "one of them", "one by one": no count. */
const isPronoun = (next: Chunk | undefined): boolean =>
  /^(?:of|another|by|that|which|who)$/i.test(next?.word ?? '')

function countedAfter(chunks: readonly Chunk[], used: number): string[] {
  const words: string[] = []
  if (chunks[used - 1]?.endsPhrase) return words
  for (const { word, endsPhrase } of chunks.slice(used, used + 8)) {
    words.push(word.toLowerCase())
    if (endsPhrase) break
  }
  return words
}
