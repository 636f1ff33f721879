import { formatValue } from '../model/format.ts'
import { causeObjection, contradiction } from './causes.ts'
import { clauseAround, conceptsIn, isOpposite, mismatch, overlap } from './concepts.ts'
import { countOf } from './counts.ts'
import { agreesWith, citedIn, isDerived } from './derive.ts'
import { directionObjection, type Traced } from './directions.ts'
import { type Facts, type Figure, LABEL, type Subject } from './facts.ts'
import { type Mention, statementsOf } from './mentions.ts'
import { momentsIn } from './moments.ts'
import { bareNamesIn } from './names.ts'
import { plainText, sentencesIn } from './sentences.ts'
import { stateObjection } from './states.ts'
import { strangerIn } from './vocabulary.ts'

/** A figure of a kept sentence, and the reading that bears it out. */
export type Citation = { text: string; label: string; source: string }

export type Grounded = {
  kept: string[]
  removed: { sentence: string; reason: string }[]
  citations: Citation[]
}

/**
 * Keeps the sentences whose every figure and name stands in the report. Figures agree when they are equal,
 * or as the sentence rounds or converts them; next to a name, they have to be about what it names.
 */
export function ground(text: string, facts: Facts): Grounded {
  const plain = plainText(text)
  const masked = maskQuotations(plain, facts)
  const grounded: Grounded = { kept: [], removed: [], citations: [] }
  let previousWasRemoved = false
  let said: Traced[] = []
  for (const { start, end } of sentencesIn(plain, masked)) {
    const sentence = plain.slice(start, end).replace(/\s+/g, ' ').trim()
    const traced: Traced[] = []
    const leansOnRemoved: boolean = previousWasRemoved && REFERS_BACK.test(sentence)
    const reason: string | null = leansOnRemoved
      ? 'it refers to a sentence that was removed'
      : objection(plain.slice(start, end), masked.slice(start, end), facts, grounded.kept, traced, said)
    if (reason === null) {
      grounded.kept.push(sentence)
      grounded.citations.push(...traced.flatMap(citationOf))
      said = traced
    } else grounded.removed.push({ sentence, reason })
    previousWasRemoved = reason !== null
  }
  return grounded
}

function citationOf({ mention, figures }: Traced): Citation[] {
  const figure = figures.find(({ source }) => source !== null)
  return figure?.source ? [{ text: mention.text, label: figure.label, source: figure.source }] : []
}

/** Without the sentence before it, such a sentence would be about something else. */
const REFERS_BACK =
  /^(?:it|its|this|that|these|those|they|their|them|he|she|such|so|thus|hence|therefore|consequently|accordingly|otherwise|both|neither|also|as a result|because of (?:this|that)|the (?:former|latter|same))\b/i

/** Links and mentions of Slack: a model has no business making either. */
const LINK = /<[!@#]|:\/\/|\bwww\.|\bmailto:|\]\(|@(?:channel|here|everyone)\b|(?:^|[\s("'])[@#]\p{L}/iu

const BLOT = '¤'
const ALL_BLOT = /^[¤\s]+$/

/** Why a sentence cannot stay; null when all of it is borne out. `figures` collects what it was traced to. */
function objection(
  sentence: string,
  masked: string,
  facts: Facts,
  kept: readonly string[],
  figures: Traced[],
  said: readonly Traced[],
): string | null {
  if (LINK.test(sentence)) return 'it contains a link or a mention'
  if (!/\p{L}/u.test(sentence)) return 'it says nothing'
  if (kept.includes(sentence.replace(/\s+/g, ' ').trim())) return 'it was said already'
  const strayMoment = momentsIn(masked, facts.now)[0]
  if (strayMoment) return `"${strayMoment.text}" is no time in the report`
  const spans = codeSpans(masked)
  const stranger = spans.find(
    ({ content }) => !isAmount(content) && !ALL_BLOT.test(content) && !occurs(content, facts.corpus),
  )
  if (stranger) return `"${stranger.content}" is not in the report`
  const prose = spans.reduce((left, span) => (isAmount(span.content) ? left : blot(left, span)), masked)
  const { mentions, names } = statementsOf(prose)
  const unknownName =
    names.find((name) => !isKnown(name, facts.corpus)) ??
    bareNamesIn(prose).find((name) => !isKnown(name, facts.corpus)) ??
    strangerIn(prose, facts.corpus)
  if (unknownName) return `"${unknownName}" is not in the report`
  const about = aboutOf(sentence, facts)
  const subjects = placesOf(sentence, facts)
  const direct = mentions.map((mention) => ({
    mention,
    figures: tracedFigures(mention, sentence, facts, about, subjects),
  }))
  const stated = direct.flatMap(({ mention, figures: found }) =>
    found.map((figure) => ({ figure, at: mention.start, statedUntil: mention.end })),
  )
  // "That is 0.4 % of …": of what was said just before.
  const before = REFERS_BACK.test(sentence)
    ? said.flatMap(({ figures: found }) => found.map((figure) => ({ figure, at: 0, statedUntil: 0 })))
    : []
  const cited = citedIn(sentence, facts.figures.filter(about.allows), [...before, ...stated], subjects)
  const untraced = direct.find(
    ({ mention, figures: found }) =>
      found.length === 0 &&
      !isCounted(mention, prose, facts) &&
      !isDerived(mention, prose, cited) &&
      !isSpan(mention, prose, facts) &&
      !isMadeOfBlocks(mention, mentions, prose, facts),
  )?.mention
  if (untraced) return `"${untraced.text}" is no reading of ${[...about.names].join(' or ') || 'the report'}`
  figures.push(...direct)
  return (
    wholeObjection(prose, facts) ??
    stateObjection(sentence, new Set([...about.names, ...subjects.keys()]), facts.states) ??
    directionObjection({
      text: sentence,
      traced: direct,
      cited,
      figures: facts.figures,
      subjects,
      scores: facts.scores,
      corpus: facts.corpus,
      hasEarlier: facts.hasEarlier,
    }) ??
    causeObjection(sentence, kept.at(-1) ?? '', facts.causes) ??
    contradiction(sentence, facts.causes)
  )
}

/** Where each container, database … that a sentence names stands in it. */
function placesOf(sentence: string, { subjects }: Facts): Map<string, number> {
  const places = new Map<string, number>()
  for (const subject of subjects) {
    if (subject.kind === 'host') continue
    const [place] = namesIn(subject.name, sentence)
    if (!place) continue
    const isExact = sentence.slice(place.start, place.end) === subject.name
    if (isNamed(subject, sentence) || (subject.kind === 'container' && isExact)) {
      places.set(subject.name, place.start)
    }
  }
  return places
}

/** "16384 blocks of 8 kB": how many of which size a figure is. */
function isMadeOfBlocks(
  mention: Mention,
  mentions: readonly Mention[],
  text: string,
  { figures }: Facts,
): boolean {
  return mentions.some((count, index) => {
    const size = mentions[index + 1]
    if (!size || count.unit !== 'plain' || size.unit !== 'bytes' || (mention !== count && mention !== size))
      return false
    if (
      !/^\s*(?:×|x|times|(?:blocks?|pages?|units?|buffers?)(?: of)?)\s*$/i.test(
        text.slice(count.end, size.start),
      )
    )
      return false
    return count.readings.some((many) =>
      size.readings.some((one) =>
        figures.some(
          ({ unit, value }) => unit === 'bytes' && Math.abs(many.value * one.value - value) < value * 1e-6,
        ),
      ),
    )
  })
}

/** A length of time between two known instants: "two hours ago". */
function isSpan(mention: Mention, text: string, { instants, now }: Facts): boolean {
  if (mention.unit !== 'seconds') return false
  if (!/\b(?:ago|since|for|after|before|later|earlier|old|up|uptime)\b/i.test(text)) return false
  return instants.some((instant) => {
    const seconds = Math.abs(now.getTime() - instant.getTime()) / 1000
    return seconds > 0 && agreesWith(mention, seconds)
  })
}

type Span = { start: number; end: number }

const blot = (text: string, { start, end }: Span): string =>
  text.slice(0, start) + BLOT.repeat(end - start) + text.slice(end)

/** Blots out what is quoted from the report word for word, and the dates and times that stand in it. */
function maskQuotations(text: string, facts: Facts): string {
  let masked = text
  for (const phrase of facts.phrases) {
    for (const span of occurrences(phrase, masked)) masked = blot(masked, span)
  }
  for (const moment of momentsIn(masked, facts.now)) {
    if (facts.instants.some(moment.agrees)) masked = blot(masked, moment)
  }
  return masked
}

const codeSpans = (text: string): (Span & { content: string })[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(({ index, 0: span, 1: content = '' }) => ({
    start: index,
    end: index + span.length,
    content: content.trim(),
  }))

const isAmount = (content: string): boolean => {
  const { mentions } = statementsOf(content)
  return mentions.some(({ text }) => text === content)
}

/** Where a phrase stands in a text as words of its own, in whatever case. */
function occurrences(phrase: string, text: string): Span[] {
  const spans: Span[] = []
  const [needle, haystack] = [phrase.toLowerCase(), text.toLowerCase()]
  // A few letters change length with their case, and the places would no longer be those in the text.
  if (needle === '' || haystack.length !== text.length) return spans
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    const [before = ' ', after = ' '] = [haystack[at - 1], haystack[at + needle.length]]
    if (!isWordPart(before) && !isWordPart(after)) spans.push({ start: at, end: at + needle.length })
  }
  return spans
}

const isWordPart = (character: string): boolean => /[\p{L}\p{N}_]/u.test(character)

/** A name is not the beginning of a longer one: "api" does not stand in "api-2". */
const namesIn = (name: string, text: string): Span[] =>
  occurrences(name, text).filter(
    ({ start, end }) => !/^[-.]\w/.test(text.slice(end)) && !/\w[-.]$/.test(text.slice(0, start)),
  )

const occurs = (name: string, corpus: string): boolean => occurrences(name, corpus).length > 0

/** "APIs" is known where "API" is. */
const isKnown = (name: string, corpus: string): boolean =>
  (/^[A-Z]{3,}$/.test(name) ? corpus.includes(name) : occurs(name, corpus)) ||
  (/^[A-Z]{2,}s$/.test(name) && occurs(name.slice(0, -1), corpus))

/** What a sentence is about, and with that, whose figures it may state. */
type About = { names: ReadonlySet<string>; allows: (figure: Figure) => boolean }

const KIND_NOUNS: Record<Subject['kind'], RegExp> = {
  host: /\b(?:hosts?|machines?)\b/i,
  container: /\bcontainers?\b/i,
  gpu: /\bgpus?\b/i,
  database: /\b(?:databases?|postgres(?:ql)?)\b/i,
  // Not "cache": PostgreSQL has one as well.
  cache: /\b(?:redis|valkey)\b/i,
  service: /\bservices?\b/i,
  model: /\b(?:models?|ollama)\b/i,
}

/** The named container, server … ; else any of the kind that is spoken of; else whatever there is. */
function aboutOf(sentence: string, facts: Facts): About {
  const others = facts.subjects.filter(({ kind }) => kind !== 'host')
  const mentioned = others.filter(({ name }) => namesIn(name, sentence).length > 0)
  const places = placesOf(sentence, facts)
  const names = new Set(mentioned.filter(({ name }) => places.has(name)).map(({ name }) => name))
  const isMentioned = (name: string) => mentioned.some((each) => each.name === name)
  if (names.size > 0) return { names, allows: ({ about }) => about === null || isMentioned(about) }
  const kinds = (['container', 'gpu', 'database', 'cache', 'service', 'model'] as const).filter((kind) =>
    KIND_NOUNS[kind].test(sentence),
  )
  const isOfHost =
    KIND_NOUNS.host.test(sentence) ||
    facts.subjects.some(({ kind, name }) => kind === 'host' && occurs(name, sentence))
  if (kinds.length === 0 && !isOfHost) return { names, allows: () => true }
  const isOfKind = ({ about, label, topic }: Figure) =>
    (isOfHost && KIND_NOUNS.host.test(label)) ||
    kinds.some((kind) =>
      about === null
        ? KIND_NOUNS[kind].test(`${topic} ${label}`)
        : others.some((each) => each.kind === kind && each.name === about),
    )
  return {
    names,
    allows: (figure) => isOfKind(figure) || (figure.about === null ? isOfHost : isMentioned(figure.about)),
  }
}

/** A name that is also a word needs its noun beside it. */
function isNamed({ kind, name, called, isRow }: Subject, sentence: string): boolean {
  if ((kind === 'container' && !isRow) || /[\d_-]/.test(name.slice(1))) return occurs(name, sentence)
  const ways = [called, `${kind} ${name}`, `${kind} \`${name}\``, ...(isRow ? [] : [`\`${name}\``])]
  if (kind === 'database') ways.push(`postgresql ${name}`)
  return ways.some((way) => occurs(way, sentence))
}

/** The figures that a number may be; of a clause that names one subject, only those of that. */
function tracedFigures(
  mention: Mention,
  text: string,
  facts: Facts,
  ofSentence: About,
  subjects: ReadonlyMap<string, number>,
): Figure[] {
  const { before, after } = clauseAround(text, mention.start, mention.end)
  const clause = `${before} ${after}`
  const own = [...subjects.keys()].filter((name) => namesIn(name, clause).length > 0)
  // A clause that says by itself what it is about does not borrow that from its neighbour.
  const ofClause = own.length === 0 && namesKind(clause) ? aboutOf(clause, facts) : ofSentence
  const about: About =
    own.length === 0 && standsAlone(text, mention, clause)
      ? { ...ofClause, allows: (figure) => figure.about === null || ofClause.allows(figure) }
      : ofClause
  const isForeign = ({ about: name, label, topic }: Figure) =>
    name === null && own.length === 1 && !isOfOwnKind(own[0] as string, `${topic} ${label}`, text, facts)
  const isOfOther = ({ about: name }: Figure) => name !== null && own.length === 1 && name !== own[0]
  const nouns = nounsCounted(mention, text, facts)
  const label = labelBefore(
    before,
    facts.figures.filter(({ about: name }) => own.length === 0 || name === own[0]),
  )
  return facts.figures.filter((figure) => {
    if (nouns && !nouns.some((noun) => figure.label.includes(noun))) return false
    if (label !== null && !figure.label.includes(label) && !label.includes(figure.label)) return false
    if (!about.allows(figure) || isOfOther(figure) || isForeign(figure)) return false
    if (isUnrelated(figure, clause, before, after) || mismatch(figure, text, mention) !== null) return false
    const isComplement = isOpposite(figure, text, mention)
    if (isComplement && figure.unit !== 'ratio') return false
    return agrees(mention, isComplement ? { ...figure, value: 1 - figure.value } : figure)
  })
}

/** "The memory limit of api is": the label that a number is said to be the value of. */
function labelBefore(before: string, figures: readonly Figure[]): string | null {
  const said = SAYS_VALUE.exec(before.toLowerCase())?.[1] ?? ''
  const labels = figures.map(({ label }) => label).filter((label) => said.startsWith(`${label} of `))
  const beside = figures
    .map(({ label }) => label)
    .filter(
      (label) => label.includes(' ') && label.length > 5 && before.toLowerCase().trimEnd().endsWith(label),
    )
  return [...labels, ...beside].toSorted((left, right) => right.length - left.length)[0] ?? null
}

const SAYS_VALUE =
  /\bthe ([^,;]{3,80}?) (?:is|was|are|were|stands at|amounts to|reads)(?: (?:now|at|about|around|roughly|some|only|just))*\s*$/

const namesKind = (clause: string): boolean => Object.values(KIND_NOUNS).some((noun) => noun.test(clause))

/** A clause with a verb of its own beside another: what that one is about says nothing of it. */
const standsAlone = (text: string, { start }: Mention, clause: string): boolean =>
  clause.length < text.length - 2 &&
  /;|, (?:and|while|but|whereas)\b/.test(text) &&
  /\b(?:is|are|has|have|was|uses?|takes?|stands?|amounts?|holds?|answers?|runs?|remains?|draws?|spends?)\b/i.test(
    clause,
  ) &&
  (/(?:;|, (?:and|while|but|whereas))[^,;]*$/.test(text.slice(0, start)) ||
    !/[,;]/.test(text.slice(0, start)))

/** Where one thing is named, the machine's own figures are meant only if the machine is spoken of. */
function isOfOwnKind(name: string, words: string, text: string, { subjects }: Facts): boolean {
  const kind = subjects.find((subject) => subject.name === name)?.kind
  return (
    KIND_NOUNS.host.test(text) ||
    /\b(?:total|disk|file system|targets?|overall)\b/i.test(text) ||
    words.includes(name) ||
    (kind !== undefined && KIND_NOUNS[kind].test(words))
  )
}

/** What stands by a number that says by how much something changed, or differs. */
const CHANGED_BY =
  /\b(?:by|of up to)(?: (?:about|around|roughly|some|up to|nearly|almost|over|more than|less than|an? additional|another))*\s*$/i
const CHANGES =
  /\b(?:drop\w*|fall\w*|fell|r[io]se\w*|grow\w*|grew|increas\w*|decreas\w*|reduc\w*|improv\w*|cut\w*|shrink\w*|lower\w*|rais\w*|speed\w*|boost\w*|sav\w+|gain\w*|climb\w*|declin\w*)\b/i
const DIFFERS =
  /^\s*(?:fewer|more|less|faster|slower|higher|lower|larger|smaller|better|worse|quicker|cheaper|longer|shorter)\b/i

/** A figure says how much there is; by how much something changed it says only in so many words. */
function isUnrelated(figure: Figure, clause: string, before: string, after: string): boolean {
  const words = `${figure.topic} ${figure.label}`
  if (figure.topic === LABEL && !overlap(conceptsIn(clause), conceptsIn(words))) return true
  const isChange = (CHANGED_BY.test(before) && CHANGES.test(clause)) || DIFFERS.test(after)
  return isChange && !CHANGES.test(words) && !/\b(?:more|less|than|fewer)\b/i.test(words)
}

/** What a number counts that the report counts too: only evidence that counts the same can be meant. */
function nounsCounted(mention: Mention, text: string, facts: Facts): string[] | null {
  const words = wordsCounted(mention, text, facts)
  if (mention.unit !== 'plain' || countOf(words, mention.isWhole, facts.counts) === null) return null
  return words.map((word) => word.replace(/s$/, '')).filter((word) => word.length > 3)
}

/** Whether it is how many there are of what the words after it name; a figure cannot stand in for that. */
function isCounted(mention: Mention, text: string, facts: Facts): boolean {
  if (mention.unit === 'ratio' && mention.isShare) return isShareOfCounted(mention, text, facts)
  if (mention.unit !== 'plain') return false
  const count = countOf(wordsCounted(mention, text, facts), mention.isWhole, facts.counts)
  return count !== null && mention.readings.some(({ value }) => value === count)
}

/** "5 containers, of which 3 run": what is counted stands before. */
function wordsCounted(mention: Mention, text: string, { counts }: Facts): readonly string[] {
  const before = text.slice(0, mention.start)
  if (!/\bof (?:which|them|these|those)(?:,)?(?: only| just)?\s*$/i.test(before)) return mention.counted
  const words = before.toLowerCase().split(/[^\p{L}]+/u)
  const noun = words.findLast((word) => counts.some((each) => each.noun.test(word)))
  return noun ? [noun, ...mention.counted] : mention.counted
}

/** "Most of", "half of the containers run": by what is counted. */
function isShareOfCounted(mention: Mention, _text: string, facts: Facts): boolean {
  const words = mention.counted.filter((word) => !/^(?:of|the|all|its)$/.test(word))
  const [whole, part] = [countOf(words, true, facts.counts), countOf(words, false, facts.counts)]
  return whole !== null && part !== null && whole > 0 && part < whole && agreesWith(mention, part / whole)
}

/** "All containers run", "none of the checks failed", "most targets are met". */
function wholeObjection(text: string, facts: Facts): string | null {
  for (const match of text.matchAll(
    /\b(all|every|each|no|none|most|(?:the )?majority)\b(?: of)?(?: the| its)?((?: [\p{L}-]+){1,6})/giu,
  )) {
    const [said = '', word = '', rest = ''] = match
    const words = rest.trim().toLowerCase().split(' ')
    const whole = countOf(words, true, facts.counts)
    const part = countOf(words, false, facts.counts)
    if (
      whole === null ||
      part === null ||
      whole === 0 ||
      countOf(words.slice(0, 2), true, facts.counts) === null
    )
      continue
    const narrows = words.some((each) => facts.counts.some(({ modifier }) => modifier?.test(each)))
    if (!narrows) continue
    const negated = /\b(?:not|no longer)\b/i.test(rest)
    const holds = /^no/i.test(word)
      ? part === 0
      : /^(?:all|every|each)/i.test(word)
        ? part === whole
        : part > whole / 2
    if (!holds && !negated) return `"${said.trim()}" is not so`
  }
  return null
}

/** The most that rounding may change a figure: "3 GB" for 2.6 GB is right to the digit and misleads. */
const ROUNDING = 0.05
/** Zeros at the end may be rounding as well, as long as they change next to nothing. */
const ZEROS = 0.012
/** How far "more than" and "nearly" may be from what they are said of. */
const NEAR = 0.1

function agrees(mention: Mention, figure: Figure): boolean {
  if (mention.unit === 'untraceable' || figure.unit === 'untraceable') return false
  const exactly = comparison(mention, figure)
  if (exactly === 'never') return false
  if (mention.bound === null && isShownAs(mention.text, figure)) return true
  return mention.readings.some((reading) => isNear(reading, mention, figure, exactly === 'rounded'))
}

const isShownAs = (text: string, { value, unit }: Figure): boolean =>
  unit !== 'plain' &&
  unit !== 'times' &&
  unit !== 'points' &&
  unit !== 'untraceable' &&
  text === formatValue(value, unit)

function isNear(
  { value, tolerance, loose }: Mention['readings'][number],
  { bound, isShare }: Mention,
  figure: Figure,
  mayRound: boolean,
): boolean {
  const size = Math.abs(figure.value)
  const slack = size * 1e-9
  const difference = Math.abs(value - figure.value)
  if (difference <= slack) return true
  if (!mayRound) return false
  const onSide = bound === 'above' ? figure.value > value : bound === 'below' ? figure.value < value : true
  // A figure that was rounded before it was said to be more than that may be a hair on the other side.
  if (!onSide && difference > size * 0.002) return false
  if (isShare) return difference <= tolerance * (bound === null ? 1 : 1.2)
  if (bound === 'above' || bound === 'below') {
    if (difference <= Math.min(NEAR * size, Math.max(loose, tolerance * 2))) return true
  }
  if (bound === 'about') return difference <= loose + slack && difference <= ROUNDING * size
  if (difference <= tolerance + slack && difference <= ROUNDING * size) return true
  return figure.unit !== 'count' && difference <= loose + slack && difference <= ZEROS * size
}

/** How a number may stand for a figure. One without a unit may for a ratio when it looks like one: 0.16. */
function comparison(mention: Mention, figure: Figure): 'rounded' | 'exactly' | 'never' {
  if (mention.unit === figure.unit) return mention.isShare && mention.unit !== 'ratio' ? 'never' : 'rounded'
  if (mention.unit === 'cores' && figure.unit === 'count') {
    return /core|processor|cpu/i.test(`${figure.topic} ${figure.label}`) ? 'exactly' : 'never'
  }
  if (mention.unit !== 'plain') return 'never'
  switch (figure.unit) {
    case 'count':
    case 'cores':
    case 'per_second':
      return 'rounded'
    case 'ratio':
      return mention.decimals >= 2 ? 'rounded' : 'never'
    default:
      return 'exactly'
  }
}
