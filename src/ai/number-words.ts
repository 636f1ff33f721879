import type { Chunk } from './chunks.ts'

const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
  'seventeen eighteen nineteen'
).split(' ')
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const SCALES: Readonly<Record<string, number>> = {
  dozen: 12,
  dozens: 0,
  hundred: 100,
  hundreds: 0,
  thousand: 1e3,
  thousands: 0,
  million: 1e6,
  millions: 0,
  billion: 1e9,
  billions: 0,
}

/** "thousand" after a number makes it greater; "thousands" is no number. */
export const scaleOf = (word: string): number | undefined => SCALES[word.toLowerCase()]

/** The value of "seven" or "twenty-five", or undefined. */
export function wordValue(word: string): number | undefined {
  const [first = '', second] = word.toLowerCase().split('-')
  const ten = TENS.indexOf(first)
  if (ten >= 0) {
    const rest = second === undefined ? 0 : SMALL.indexOf(second)
    return rest >= 0 && rest < 10 ? (ten + 2) * 10 + rest : undefined
  }
  if (second !== undefined) return undefined
  const small = SMALL.indexOf(first)
  return small >= 0 ? small : undefined
}

const word = (chunk: Chunk | undefined): string => chunk?.word.toLowerCase() ?? ''

/** "two hundred and fifty", "a dozen", "one and a half"; null where the first word is no number. */
export function numberInWords(chunks: readonly Chunk[]): { value: number; used: number } | null {
  const article = /^an?$/.test(word(chunks[0])) ? 1 : 0
  if (article === 1 && !scaleOf(word(chunks[1])) && !/^(?:couple|pair)$/.test(word(chunks[1]))) return null
  if (article === 1 && /^(?:couple|pair)$/.test(word(chunks[1]))) return { value: 2, used: 2 }
  let [total, current, used] = [0, article, article]
  for (; used < chunks.length; used += 1) {
    if (used > 0 && chunks[used - 1]?.endsPhrase) break
    const text = word(chunks[used])
    const scale = scaleOf(text)
    const value = wordValue(text)
    const follows = wordValue(word(chunks[used + 1])) !== undefined
    if (scale === 0) return { value: Number.NaN, used: used + 1 }
    if (scale !== undefined && used > 0) {
      if (scale >= 1000) [total, current] = [total + current * scale, 0]
      else current *= scale
    } else if (value !== undefined && (used === 0 || current % 100 === 0)) current += value
    else if (text !== 'and' || !follows || (current < 100 && total === 0)) break
  }
  if (used === 0) return null
  if (word(chunks[used]) === 'and' && word(chunks[used + 1]) === 'a' && word(chunks[used + 2]) === 'half') {
    return { value: total + current + 0.5, used: used + 3 }
  }
  return { value: total + current, used }
}

const PARTS = 'half third quarter fifth sixth seventh eighth ninth tenth'.split(' ')
const PART_SIZES = [2, 3, 4, 5, 6, 7, 8, 9, 10]

/** The whole that "third", "quarters" is a part of: 3, 4. */
function partSize(text: string): number | undefined {
  if (text === 'halves') return 2
  if (text === 'fourth' || text === 'fourths') return 4
  if (/^hundredths?$/.test(text)) return 100
  if (/^thousandths?$/.test(text)) return 1000
  return PART_SIZES[PARTS.indexOf(text.replace(/s$/, ''))]
}

/** After "a third", what makes it an ordinal and no part. */
const MAKES_ORDINAL =
  /^(?:containers?|gpus?|databases?|services?|models?|disks?|findings?|problems?|issues?|time|ones?|things?|steps?|party|targets?|checks?|machine|host|server|instance|process|run|try|attempt|cause|reason|option|look|restart|query)$/i

/** "half of", "a third less", "two thirds", "three-quarters", "one in five": a share of a whole. */
export function shareInWords(chunks: readonly Chunk[]): { value: number; used: number } | null {
  const first = word(chunks[0])
  if (first === 'half') return { value: 0.5, used: 1 }
  const [, count = '', joined = ''] = /^([a-z]+)-([a-z]+)$/.exec(first) ?? []
  const hyphenated = partSize(joined)
  const times = wordValue(count)
  if (hyphenated !== undefined && times !== undefined) return { value: times / hyphenated, used: 1 }
  if (/^quarters?$/.test(first)) return { value: 0.25, used: 1 }
  const numerator = /^an?$/.test(first) ? 1 : wordValue(first)
  if (numerator === undefined) return null
  const next = word(chunks[1])
  const whole = partSize(next)
  if (chunks[0]?.endsPhrase || whole === undefined) return null
  const isPart = whole === 4 || whole === 2 || chunks[1]?.endsPhrase || !MAKES_ORDINAL.test(word(chunks[2]))
  return isPart || /s$/.test(next) ? { value: numerator / whole, used: 2 } : null
}

const FOLDS: Readonly<Record<string, number>> = {
  twice: 2,
  double: 2,
  doubles: 2,
  doubled: 2,
  doubling: 2,
  twofold: 2,
  thrice: 3,
  triple: 3,
  triples: 3,
  tripled: 3,
  tripling: 3,
  treble: 3,
  trebled: 3,
  threefold: 3,
  quadruple: 4,
  quadrupled: 4,
  fourfold: 4,
  fivefold: 5,
  tenfold: 10,
  halve: 0.5,
  halves: 0.5,
  halved: 0.5,
  halving: 0.5,
}

/** How many times as much a word says: "twice", "threefold", "halved". */
export const foldOf = (text: string): number | undefined => FOLDS[text.toLowerCase()]
