import type { Figure } from './figures.ts'

/** What a figure may measure, by the words that say so. A word may stand for two. */
const CONCEPTS: Readonly<Record<string, RegExp>> = {
  cpu: /\b(?:cpus?|processors?|processor time|compute)\b|\bcpu[_-]/i,
  memory:
    /\b(?:memory|ram|vram|working[ _-]set|resident|rss|shared_buffers|shared buffers|work_mem|page cache)\b|_mem\b|memory_/i,
  disk: /\b(?:disks?|file ?systems?|storage|inodes?|mount(?: point|ed)?s?|partitions?|volumes?)\b/i,
  swap: /\bswap(?:ped|ping)?\b/i,
  network: /\b(?:network|interface|received|transmitted|bandwidth|packets?)\b/i,
  temperature:
    /\b(?:temperature|degrees|hot(?:ter|test)?|warm(?:er|est)?|cool(?:er|est)?|cold(?:er|est)?|heat)\b/i,
  power: /\b(?:power|watts?|draws?)\b/i,
  connections: /\b(?:connections?|clients?|sessions?|backends?)\b/i,
  hits: /\b(?:cache hits?|hit (?:rate|ratio)|hits)\b/i,
  restarts: /\brestart(?:s|ed|ing)?\b/i,
  latency: /\b(?:latency|round[ -]trips?|response times?|SELECT 1|answers? (?:in|within|after)|p9\d)\b/i,
  exit: /\bexit(?:ed|s)?(?: code| status)?\b/i,
  load: /\bload(?: average)?\b/i,
  throttling: /\bthrottl\w+|held back\b/i,
  pressure: /\b(?:pressure|stall\w*)\b/i,
  utilisation: /\butili[sz]ation\b/i,
  availability: /\b(?:up and healthy|up or healthy)\b/i,
  swapped: /\bswapped\b/i,
  deadlocks: /\bdeadlocks?\b/i,
  iowait: /\bi\/?o wait\b|\biowait\b/i,
  speed:
    /\b(?:faster|slower|quicker|speed(?:s|ed|up)?|speed-up|performance|throughput|efficien\w+|gains?|improve\w*|boost\w*|savings?|saves?)\b/i,
}

/** Clauses of these say something that a figure without the same word cannot bear out: "16 % faster". */
const STRICT = new Set(['speed'])

export const conceptsIn = (text: string): Set<string> =>
  new Set(Object.entries(CONCEPTS).flatMap(([name, words]) => (words.test(text) ? [name] : [])))

export const overlap = (left: ReadonlySet<string>, right: ReadonlySet<string>): boolean =>
  [...left].some((each) => right.has(each))

/** Words that say which end of a measure is meant. */
const FREE = /\b(?:not (?:in )?used?|free|available|unused|spare|left|remain(?:s|ing)?|idle|headroom|room)\b/i
const USED = /\b(?:us(?:ed|es|e|ing)|busy|taken|takes|occup\w+|consum\w+|full|working[ _]set|in use)\b/i
const LIMIT =
  /\b(?:limits?|limited|maximum|max|max_\w+|quota|allow(?:s|ed|ance)?|capped|cap|ceiling|total|capacity|at most|size)\b/i
const TARGET = /\b(?:targets?|goals?|should|threshold|aims?|at most|at least|expected|objective)\b/i

const wordsOf = ({ label, topic }: Figure): string => `${topic} ${label}`

/** A figure whose words are a whole sentence says too much for its words to speak against it. */
const isSentence = ({ label }: Figure): boolean => label.split(' ').length > 6

/** The part of a sentence that a number belongs to. `limits` are where others begin. */
export function clauseAround(text: string, start: number, end: number): { before: string; after: string } {
  const SEPARATOR =
    /[;()—–]|: |, |\b(?:and|but|while|whereas|although|though|yet|or|against|versus|vs|compared)\b/gi
  const before = text.slice(0, start)
  const last = [...before.matchAll(SEPARATOR)].at(-1)
  const after = text.slice(end)
  const next = after.search(new RegExp(SEPARATOR, 'i'))
  return {
    before: last ? before.slice(last.index + last[0].length) : before,
    after: next < 0 ? after : after.slice(0, next),
  }
}

/** Why a figure cannot be what a clause states, by its words alone; null where nothing speaks against it. */
export function mismatch(figure: Figure, text: string, place: { start: number; end: number }): string | null {
  if (/\brespectively\b/i.test(text)) return null
  const { before, after } = clauseAround(text, place.start, place.end)
  const clause = `${before} ${after}`
  const said = conceptsIn(clause)
  const known = conceptsIn(wordsOf(figure))
  for (const strict of STRICT) if (said.has(strict) && !known.has(strict)) return strict
  if (isSentence(figure)) {
    const isWhole = figure.label.includes(`of ${text.slice(place.start, place.end).toLowerCase()}`)
    // "780 MiB of 16 GiB are available" says it of the first.
    const isWholeHere = /\bof\s+$/i.test(before)
    if (isWhole && !isWholeHere && /^[^,]*\b(?:free|available|left)\b/i.test(after)) return 'available'
    if (said.size > 0 && known.size > 0 && !overlap(said, known)) return [...said].join(', ')
    return isLimitOfSentence(figure, before) ? 'limit' : null
  }
  if (said.size > 0 && known.size > 0 && !overlap(said, known)) return [...said].join(', ')
  return roleMismatch(figure, before, after)
}

/** A size that a sentence of the report sets as a limit is not what is used. */
const isLimitOfSentence = ({ unit, label }: Figure, before: string): boolean =>
  unit === 'bytes' && /\blimit\b/i.test(label) && /\b(?:uses|takes|using|consumes)\s*$/i.test(before)

const OF_TARGET = /\b(?:above|below|over|under|of|than|within|against)\s*$/i

/** "uses 512 MiB" is not said of a limit, nor "a limit of 27 MiB" of what is used. */
function roleMismatch(figure: Figure, before: string, after: string): string | null {
  const words = wordsOf(figure)
  const near = before.split(/\s+/).slice(-5).join(' ')
  const isTarget = TARGET.test(words)
  if (/^target /.test(figure.label) && !TARGET.test(`${before} ${after}`) && !OF_TARGET.test(near))
    return 'target'
  const isLimit = LIMIT.test(words) && !/^of\b/.test(figure.label)
  const isUse = USED.test(words) || /\bworking set\b/i.test(words)
  if (
    /\b(?:target|goal)s?\b/i.test(near) &&
    /\b(?:target|goal)s?(?: is| was| of|:)?(?: at (?:most|least))?\s*$/i.test(near) &&
    !isTarget
  )
    return 'target'
  if (
    /\b(?:limit|maximum|quota) of [^,;]{1,40} (?:is|was|stands at)\s*$/i.test(before) &&
    !isLimit &&
    !isTarget
  )
    return 'limit'
  if (
    /\b(?:working set|memory(?: use| usage)?|use|usage) of [^,;]{1,40} (?:is|was|stands at)\s*$/i.test(
      before,
    ) &&
    !/\blimit of\b/i.test(before) &&
    (isLimit || isTarget) &&
    !isUse
  )
    return 'limit'
  if (/\b(?:up to|allowed|at most|no more than)\s*$/i.test(near) && !isLimit && !isTarget) return 'limit'
  if (
    /^\s*(?:of )?(?:\w+ ){0,8}(?:free|available|left)\b/i.test(after) &&
    figure.unit !== 'ratio' &&
    figure.unit !== 'count' &&
    !FREE.test(words)
  )
    return 'available'
  if (/\b(?:limit|maximum|quota)(?: is| of|:| at)?(?: up to)?\s*$/i.test(near) && !isLimit && !isTarget)
    return 'limit'
  if (
    /\b(?:us(?:es|ed|ing|e)|consum\w+|occup\w+|takes)(?: (?:about|around|only|just|roughly|some|up|nearly|almost|over|an?|its|already))*\s*$/i.test(
      near,
    ) &&
    (isLimit || isTarget) &&
    !isUse
  )
    return 'limit'
  if (
    /^\s*(?!of\b)(?:\S+\s+){0,2}(?:limit|quota)\b/i.test(after) &&
    !isLimit &&
    !isTarget &&
    figure.unit !== 'ratio'
  )
    return 'limit'
  return null
}

/** Whether a clause speaks of the other end of what a figure measures: "83.7 % is free" of 16.3 % used. */
export function isOpposite(figure: Figure, text: string, place: { start: number; end: number }): boolean {
  const { before, after } = clauseAround(text, place.start, place.end)
  const clause = `${before} ${after}`
  const words = wordsOf(figure)
  const saidFree = FREE.test(clause)
  const saidUsed = USED.test(clause.replace(/\bnot (?:in )?used?\b/gi, ' '))
  const isFree = FREE.test(words)
  const isUsed = !isFree && USED.test(words)
  if (saidFree === saidUsed) return /\bmiss(?:es|ed)?\b|\bnot\b/i.test(clause) && /\bhits?\b/i.test(words)
  return (saidFree && isUsed) || (saidUsed && isFree)
}
