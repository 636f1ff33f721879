import { conceptsIn, overlap } from './concepts.ts'
import type { Figure } from './figures.ts'
import type { Mention } from './mentions.ts'

/** A figure that a sentence has named, by its value, by its words, or as the same reading of two subjects. */
export type Cited = {
  readonly figure: Figure
  /** Where in the sentence it is spoken of; null where only its words are. */
  readonly at: number | null
  /** Its value stands in the sentence, up to here. */
  readonly statedUntil?: number
}

/** A limit is compared only where limits are spoken of. */
const BOUNDS = /\b(?:limit|maximum|total|quota)\b/i

const STOP = new Set('the of a an in on to for and its it is at by or from with per'.split(' '))

const tokensOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((token) => token.length > 1 && !STOP.has(token))
    .map(stem)

const stem = (token: string): string => (token.length > 3 ? token.replace(/(?:ies|es|s)$/, '') : token)

/** Every word of its label stands in the sentence: nothing else can be meant. */
const isNamed = (figure: Figure, tokens: ReadonlySet<string>): boolean => {
  const label = tokensOf(figure.label)
  return label.length > 0 && label.length <= 6 && label.every((token) => tokens.has(token))
}

/** "A quarter of the memory" is of all that the machine has. */
const isMachineMemory = ({ label, topic, unit }: Figure, text: string): boolean =>
  unit === 'bytes' &&
  /\bmemory\b/i.test(`${topic} ${label}`) &&
  /\b(?:total|of the (?:host|machine))\b/i.test(`${topic} ${label}`) &&
  /\bof (?:the |its )?(?:(?:host|machine)(?:'s)? )?memory\b|\bof (?:the )?(?:host|machine)\b/i.test(text)

/**
 * The figures that a sentence cites. `stated` are those whose value stands in it; `subjects` where each subject is
 * named, by its name.
 */
export function citedIn(
  text: string,
  figures: readonly Figure[],
  stated: readonly Cited[],
  subjects: ReadonlyMap<string, number>,
): Cited[] {
  const tokens = new Set(tokensOf(text))
  const concepts = conceptsIn(text)
  const byWords = figures.flatMap((figure): Cited[] => {
    const at = figure.about === null ? null : (subjects.get(figure.about) ?? null)
    if (figure.about !== null && at === null) return []
    if (figure.row !== null && !text.includes(figure.row)) return []
    if (isNamed(figure, tokens) || isMachineMemory(figure, text)) return [{ figure, at }]
    // The same reading of several subjects: "webui uses twice as much memory as api".
    const isCompared =
      at !== null &&
      subjects.size > 1 &&
      overlap(conceptsIn(figure.label), concepts) &&
      (!BOUNDS.test(figure.label) || BOUNDS.test(text))
    return isCompared ? [{ figure, at }] : []
  })
  return [...stated, ...byWords]
}

const SUM =
  /\b(?:together|total(?:s|ling)?|in all|sum|combined|altogether|overall|add(?:s|ed)? up|all containers|between them|both)\b/i
const ADDS_UP =
  /\b(?:add(?:s|ed)? up|in total|in all|together|altogether|combined|total(?:s|ling)|the sum)\b/i
const DIFFERENCE =
  /\b(?:more|less|fewer|left|remain\w*|headroom|short|gap|difference|differs?|apart|above|below|under|over|free|spare|exceeds?|room|higher|lower|larger|smaller|hotter|cooler|warmer|colder|beyond|available|away|missing|unused|rise|rose|fell|drop\w*|grew|increase\w*|decrease\w*|raise[sd]?)\b/i
const RELATIVE =
  /\b(?:more|less|fewer|higher|lower|above|below|over|under|larger|smaller|greater|faster|slower|exceeds?|beyond|increase\w*|decrease\w*|rise|rose|fell|drop\w*|grew)\b/i
const SHARE =
  /%|percent|\b(?:of|share|part|portion|fraction|proportion|times|twice|thrice|double\w*|triple\w*|halve\w*|half|as (?:much|many|large|high|big|long)|third|quarter|fold|factor|ratio|x)\b|×/i

/** "20 % more than", "fell by 20 %". */
const isRelative = (before: string, after: string): boolean =>
  (/^\s*[\w-]/.test(after) && RELATIVE.test(after.slice(0, 14))) ||
  (/\bby (?:\w+ )?$/i.test(before) && RELATIVE.test(before))

type Derived = { value: number; unit: Mention['unit'] }

/** Whether a number is a ratio, a sum or a difference of figures that its sentence cites, and says which. */
export function isDerived(mention: Mention, text: string, cited: readonly Cited[]): boolean {
  const fits = (derived: Derived) => derived.unit === mention.unit && agreesWith(mention, derived.value)
  const before = text.slice(0, mention.start)
  const after = text.slice(mention.end)
  if (SUM.test(text) && sums(cited).some(fits)) return true
  const isSum = ADDS_UP.test(text)
  for (const left of cited) {
    for (const right of cited) {
      if (left.figure === right.figure) continue
      if (left.figure.unit !== right.figure.unit) {
        if (
          mention.start > (right.at ?? 0) &&
          isPartTimesWhole(left, right, text) &&
          fits(product(left, right))
        )
          return true
        continue
      }
      // Of two that are only spoken of, both have to be the same reading.
      const isSilent = left.statedUntil === undefined && right.statedUntil === undefined
      const isSameOfTwo =
        left.figure.label === right.figure.label &&
        left.figure.about !== null &&
        right.figure.about !== null &&
        left.figure.about !== right.figure.about
      if (isSilent && !isSameOfTwo) continue
      const [p, q] = [left.figure.value, right.figure.value]
      const unit = left.figure.unit
      if (
        !isSum &&
        DIFFERENCE.test(text) &&
        (fits({ value: p - q, unit }) || fits({ value: p - q, unit: unit === 'ratio' ? 'points' : unit }))
      ) {
        if (unit !== 'ratio' || mention.unit === 'points') return true
      }
      if (q === 0) continue
      if (isRelative(before, after) && fits({ value: Math.abs(p - q) / Math.abs(q), unit: 'ratio' }))
        return true
      if (!SHARE.test(text) || !isInOrder(left, right, mention, before, after)) continue
      if (fits({ value: p / q, unit: 'times' })) return true
      // A share of two shares is nothing that a reader could follow.
      if (unit !== 'ratio' && p <= q && fits({ value: p / q, unit: 'ratio' }) && sameKind(left, right))
        return true
      if (
        mention.unit === 'times' &&
        /\b(?:less|smaller|lower|fewer|faster)\b/i.test(after) &&
        fits({ value: q / p, unit: 'times' })
      )
        return true
    }
  }
  return false
}

/** A share is one of the same measure: memory of memory. */
function sameKind(one: Cited, other: Cited): boolean {
  const { figure: left } = one
  const { figure: right } = other
  const [measured, whole] = [
    conceptsIn(`${left.topic} ${left.label}`),
    conceptsIn(`${right.topic} ${right.label}`),
  ]
  // Of readings that no word tells apart, only what the sentence states itself.
  if (measured.size === 0 || whole.size === 0)
    return one.statedUntil !== undefined && other.statedUntil !== undefined
  return overlap(measured, whole)
}

/** "16.3 % of the 31.2 GiB". */
const isPartTimesWhole = (left: Cited, right: Cited, text: string): boolean =>
  left.figure.unit === 'ratio' &&
  right.figure.unit !== 'ratio' &&
  left.statedUntil !== undefined &&
  right.statedUntil !== undefined &&
  /^\W*of\b[^,;]{0,25}$/i.test(text.slice(left.statedUntil, right.at ?? 0))

const product = (left: Cited, right: Cited): Derived => ({
  value: left.figure.value * right.figure.value,
  unit: right.figure.unit,
})

/** "A is 3 times B": the first of the two is the greater. Where one is spoken of nowhere, nothing can be told. */
function isInOrder(left: Cited, right: Cited, mention: Mention, before: string, after: string): boolean {
  if (mention.unit !== 'times' || left.at === null || right.at === null) return true
  if (left.at === right.at) return true
  const than = after.search(/\b(?:as|than|that of|those of)\b(?!\s+(?:much|many|large|high|big|long))/i)
  const comparedFirst = /^\W*(?:compared (?:with|to)|against|relative to|next to)\b/i.test(before)
  const inOrder = left.at < right.at
  if (comparedFirst) return !inOrder
  return than < 0 || right.at > mention.end || left.at > mention.end ? inOrder : true
}

/** All of what the sentence states, each two of that, and all readings with the same words of what it names. */
function sums(cited: readonly Cited[]): Derived[] {
  // The machine's own readings are parts of one another, and add up to nothing.
  const parts = cited.filter(({ figure, statedUntil }) => figure.about !== null || statedUntil !== undefined)
  const stated = new Set(parts.flatMap((each) => (each.statedUntil === undefined ? [] : each.figure)))
  return [...new Set(parts.map(({ figure }) => figure.unit))].flatMap((unit) => {
    const all = [...new Set(parts.map(({ figure }) => figure))].filter((figure) => figure.unit === unit)
    const said = all.filter((figure) => stated.has(figure))
    const labels = new Set(all.map(({ label }) => label))
    const bySame = [...labels]
      .map((label) => all.filter((figure) => figure.label === label))
      .filter((group) => new Set(group.map(({ about }) => about)).size === group.length)
    const pairs = said.flatMap((left, index) => said.slice(index + 1).map((right) => [left, right]))
    return [said, ...bySame, ...pairs]
      .filter((group) => group.length > 1)
      .map((group) => ({ value: group.reduce((sum, { value }) => sum + value, 0), unit }))
  })
}

/** What is computed has to agree to the digit that is stated, and one digit alone may not say too little. */
const DERIVED_WITHIN = 0.1

export function agreesWith(mention: Mention, value: number): boolean {
  return mention.readings.some((reading) => {
    const difference = Math.abs(Math.abs(value) - Math.abs(reading.value))
    if (mention.isShare) return difference <= reading.tolerance * (mention.bound === null ? 1 : 1.2)
    const slack = Math.abs(value) * 1e-9
    // Both operands may have been rounded before, by a person or in the report.
    const fromParts = Math.abs(value) * (mention.bound === null ? 0.006 : 0.03)
    if (difference <= fromParts + slack) return true
    const within = mention.bound === null ? reading.tolerance : reading.loose
    return difference <= within + slack && difference <= DERIVED_WITHIN * Math.abs(value) + slack
  })
}
