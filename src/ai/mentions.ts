import { type FigureUnit, type UnitReading, unitNamed } from './figure-units.ts'
import { nameAt } from './names.ts'
import { isFraction, isProportion, wordValue } from './number-words.ts'

/** A number as a text states it, in base units; `tolerance` is half of its last digit. */
export type Mention = {
  text: string
  unit: FigureUnit
  /** Several where the unit is ambiguous. */
  readings: readonly { value: number; tolerance: number }[]
  decimals: number
  /** The words after it, lower case, up to the next stop: what it counts is among them. */
  counted: readonly string[]
  /** Said as the whole of something: "4 of the 5 containers". */
  isWhole: boolean
}

/** What a text states: its numbers, and the words that name something: `shared_buffers`, "redis", `/etc/hosts`. */
export type Statements = { mentions: Mention[]; names: string[] }

type Chunk = { raw: string; word: string; endsPhrase: boolean }
type Read = { mention: Omit<Mention, 'isWhole'>; used: number; unit: UnitReading }

const NUMBER = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?`
const AMOUNT = new RegExp(`^([-−]?)(${NUMBER})(.*)$`)
const RANGE = new RegExp(`^(${NUMBER})(?:[–—/-]|\\.\\.)(?=\\d)`)

export function statementsOf(text: string): Statements {
  const chunks = chunksOf(text)
  const statements: Statements = { mentions: [], names: [] }
  for (let index = 0; index < chunks.length; ) {
    const ahead = chunks.slice(index)
    const reads = readDuration(ahead) ?? readAmounts(ahead) ?? readWord(ahead) ?? []
    const isWhole = saysOf(chunks.slice(Math.max(0, index - 3), index))
    statements.mentions.push(...reads.map(({ mention }) => ({ ...mention, isWhole })))
    const name = reads.length === 0 ? nameAt(chunks, index) : null
    if (name !== null) statements.names.push(name)
    index += Math.max(1, ...reads.map(({ used }) => used))
  }
  return statements
}

const saysOf = (before: readonly Chunk[]): boolean =>
  /(?:^| )of(?: all)?(?: the)?$/i.test(before.map(({ word }) => word).join(' '))

function chunksOf(text: string): Chunk[] {
  return text
    .split(/[\s\u2000-\u200a\u00a0\u202f]+/)
    .filter((raw) => raw !== '')
    .map((raw) => ({
      raw,
      word: raw
        .replace(/^[("'“‘`[{<>=~≈≤≥±+*]+/, '')
        .replace(/[.,;:!?)"'”’`\]}*…]+$/, '')
        .replace(/['’]s$/, ''),
      endsPhrase: /[.,;:!?)]["'”’`]*$/.test(raw),
    }))
}

/** "128 MiB", "16.3%", "30-second", "-1"; "10–20 %" and "4/5" are two. Null when it is no number alone. */
function readAmounts(chunks: readonly Chunk[]): Read[] | null {
  const [chunk] = chunks as [Chunk]
  const range = RANGE.exec(chunk.word)
  if (range) {
    const upper = readAmounts([{ ...chunk, word: chunk.word.slice(range[0].length) }, ...chunks.slice(1)])
    if (upper?.length !== 1) return null
    return [read(range[1] as string, (upper[0] as Read).unit, chunks, 1), ...upper]
  }
  const match = AMOUNT.exec(chunk.word)
  if (!match) return null
  const [, sign = '', digits = '', attached = ''] = match
  const found = unitAfter(attached.replace(/^-/, ''), chunks)
  if (attached !== '' && found.unit === PLAIN) return null
  return [read(`${sign === '' ? '' : '-'}${digits}`, found.unit, chunks, found.used)]
}

const PLAIN: UnitReading = { unit: 'plain', factors: [1] }
const UNTRACEABLE: UnitReading = { unit: 'untraceable', factors: [] }

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
    if (unit) return { unit: isRate(chunks, length + 1, 0) ? UNTRACEABLE : unit, used: length + 1 }
  }
  return { unit: isRate(chunks, 1, 3) ? UNTRACEABLE : PLAIN, used: 1 }
}

/** "14 restarts per hour", "2 % a day": a rate that nobody measured as such, up to `within` words further on. */
function isRate(chunks: readonly Chunk[], from: number, within: number): boolean {
  const words = chunks.slice(from, from + within + 2).map(({ word }) => word)
  const rate = /(?:\b(?:per|each|every|an?) |\/)(?:second|min|minute|h|hour|day|week|month)\b/.exec(
    words.join(' '),
  )
  return rate !== null && rate.index <= (within === 0 ? 0 : Number.POSITIVE_INFINITY)
}

function read(digits: string, unit: UnitReading, chunks: readonly Chunk[], used: number): Read {
  const [mantissa = '', exponent = '0'] = digits.replaceAll(',', '').split('e')
  const decimals = (mantissa.split('.')[1] ?? '').length - Number(exponent)
  const value = Number(digits.replaceAll(',', ''))
  const readings = unit.factors.map((factor) => ({
    value: value * factor,
    tolerance: 0.5 * 10 ** -decimals * factor,
  }))
  const counted = countedAfter(chunks, used)
  return { mention: { text: textOf(chunks, used), unit: unit.unit, readings, decimals, counted }, unit, used }
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
  const unit: UnitReading = { unit: 'seconds', factors: [1] }
  const tolerance = 0.5 * (parts.at(-1)?.size ?? 0)
  const text = textOf(chunks, used)
  const mention = { text, unit: unit.unit, readings: [{ value, tolerance }], decimals: 0, counted: [] }
  return [{ mention, unit, used }]
}

/** "five minutes", "half of", "an hour", "twice". */
function readWord(chunks: readonly Chunk[]): Read[] | null {
  const [chunk, next] = chunks as [Chunk, Chunk | undefined]
  const word = chunk.word.toLowerCase()
  if (word === 'half') return [readHalf(chunks)]
  if (isProportion(word)) return [read('0', UNTRACEABLE, chunks, 1)]
  if (/^(?:an?|one)$/.test(word) && next && isFraction(next.word)) {
    if (next.endsPhrase || OF_OR_THAN.test(chunks[2]?.word ?? '')) return [read('0', UNTRACEABLE, chunks, 2)]
  }
  if (word === 'a' || word === 'an') {
    const single = singleUnit(next)
    return single ? [read('1', single, chunks, 2)] : null
  }
  const [, number = '', joined = ''] = /^([a-z]+)-([a-z]+)$/.exec(word) ?? []
  const joinedUnit = unitNamed(joined)
  const joinedValue = wordValue(number)
  if (joinedUnit && joinedValue !== undefined) return [read(String(joinedValue), joinedUnit, chunks, 1)]
  const value = wordValue(word)
  if (value === undefined || (word === 'one' && isPronoun(next))) return null
  const { unit, used } = unitAfter('', chunks)
  return [read(String(value), unit, chunks, used)]
}

/** After "a third", what makes it a part and no ordinal. */
const OF_OR_THAN = /^(?:of|less|more|fewer|smaller|larger|bigger|faster|slower|lower|higher|full|empty)$/i

/** "half an hour", "half of the memory". */
function readHalf(chunks: readonly Chunk[]): Read {
  const article = /^an?$/.test(chunks[1]?.word ?? '') ? 1 : 0
  const { unit, used } = unitAfter('', chunks.slice(article))
  if (unit.unit === 'seconds') return read('0.5', unit, chunks, used + article)
  return read('50', { unit: 'ratio', factors: [0.01] }, chunks, 1)
}

/** The hour of "an hour"; "a second container" is no second. */
function singleUnit(next: Chunk | undefined): UnitReading | null {
  if (!next || next.word.length < 3 || (next.word === 'second' && !next.endsPhrase)) return null
  const unit = unitNamed(next.word)
  return unit?.unit === 'seconds' ? unit : null
}

/** "one of them", "one by one": no count. */
const isPronoun = (next: Chunk | undefined): boolean => /^(?:of|another|by)$/i.test(next?.word ?? '')

const textOf = (chunks: readonly Chunk[], used: number): string =>
  chunks
    .slice(0, used)
    .map(({ word }) => word)
    .join(' ')

function countedAfter(chunks: readonly Chunk[], used: number): string[] {
  const words: string[] = []
  if (chunks[used - 1]?.endsPhrase) return words
  for (const { word, endsPhrase } of chunks.slice(used, used + 5)) {
    words.push(word.toLowerCase())
    if (endsPhrase) break
  }
  return words
}
