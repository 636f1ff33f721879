import { formatValue } from '../model/format.ts'
import { countOf } from './counts.ts'
import type { Facts, Figure, Subject } from './facts.ts'
import { type Mention, statementsOf } from './mentions.ts'
import { momentsIn } from './moments.ts'
import { plainText, sentencesIn } from './sentences.ts'

export type Grounded = { kept: string[]; removed: { sentence: string; reason: string }[] }

/**
 * Keeps the sentences whose every figure and name stands in the report. Figures agree when they are equal,
 * or as the sentence rounds or converts them; next to a name, they have to be about what it names.
 */
export function ground(text: string, facts: Facts): Grounded {
  const plain = plainText(text)
  const masked = maskQuotations(plain, facts)
  const grounded: Grounded = { kept: [], removed: [] }
  let previousWasRemoved = false
  for (const { start, end } of sentencesIn(plain, masked)) {
    const sentence = plain.slice(start, end).replace(/\s+/g, ' ').trim()
    const leansOnRemoved: boolean = previousWasRemoved && REFERS_BACK.test(sentence)
    const reason: string | null = leansOnRemoved
      ? 'it refers to a sentence that was removed'
      : objection(plain.slice(start, end), masked.slice(start, end), facts, grounded.kept)
    if (reason === null) grounded.kept.push(sentence)
    else grounded.removed.push({ sentence, reason })
    previousWasRemoved = reason !== null
  }
  return grounded
}

/** Without the sentence before it, such a sentence would be about something else. */
const REFERS_BACK =
  /^(?:it|its|this|that|these|those|they|their|them|he|she|such|so|thus|hence|therefore|consequently|accordingly|otherwise|both|neither|also|as a result|because of (?:this|that)|the (?:former|latter|same))\b/i

/** Links and mentions of Slack: a model has no business making either. */
const LINK = /<[!@#]|:\/\/|\bwww\.|\bmailto:|\]\(|@(?:channel|here|everyone)\b|(?:^|[\s("'])[@#]\p{L}/iu

const BLOT = '¤'

function objection(sentence: string, masked: string, facts: Facts, kept: readonly string[]): string | null {
  if (LINK.test(sentence)) return 'it contains a link or a mention'
  if (!/\p{L}/u.test(sentence)) return 'it says nothing'
  if (kept.includes(sentence.replace(/\s+/g, ' ').trim())) return 'it was said already'
  const strayMoment = momentsIn(masked)[0]
  if (strayMoment) return `"${strayMoment.text}" is no time in the report`
  const spans = codeSpans(masked)
  const stranger = spans.find((span) => !isAmount(span.content) && !occurs(span.content, facts.corpus))
  if (stranger) return `"${stranger.content}" is not in the report`
  const prose = spans.reduce((left, span) => (isAmount(span.content) ? left : blot(left, span)), masked)
  const { mentions, names } = statementsOf(prose)
  const unknownName = names.find((name) => !isKnown(name, facts.corpus))
  if (unknownName) return `"${unknownName}" is not in the report`
  const about = aboutOf(sentence, facts)
  const untraced = mentions.find((mention) => !isTraced(mention, facts, about))
  if (untraced) return `"${untraced.text}" is no reading of ${[...about.names].join(' or ') || 'the report'}`
  return null
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
  for (const moment of momentsIn(masked)) {
    if (facts.moments.has(moment.spelling)) masked = blot(masked, moment)
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

const occurs = (name: string, corpus: string): boolean => occurrences(name, corpus).length > 0

/** "APIs" is known where "API" is. */
const isKnown = (name: string, corpus: string): boolean =>
  occurs(name, corpus) || (/^\p{L}{3,}s$/u.test(name) && occurs(name.slice(0, -1), corpus))

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
  const mentioned = others.filter(({ name }) => occurs(name, sentence))
  const names = new Set(mentioned.filter((each) => isNamed(each, sentence)).map(({ name }) => name))
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

function isTraced(mention: Mention, facts: Facts, about: About): boolean {
  const figures = facts.figures.filter(about.allows)
  if (mention.unit !== 'plain') return figures.some((figure) => agrees(mention, figure))
  const count = countOf(mention.counted, mention.isWhole, facts.counts)
  if (count === null) return figures.some((figure) => agrees(mention, figure))
  if (mention.readings.some(({ value }) => value === count)) return true
  // Evidence may count the same noun: "failed checks 3".
  const nouns = mention.counted.map((word) => word.replace(/s$/, '')).filter((word) => word.length > 3)
  return figures.some(
    (figure) => nouns.some((noun) => figure.label.includes(noun)) && agrees(mention, figure),
  )
}

/** The most that rounding may change a figure: "3 GB" for 2.6 GB is right to the digit and misleads. */
const ROUNDING = 0.05

function agrees(mention: Mention, figure: Figure): boolean {
  if (mention.unit === 'untraceable' || figure.unit === 'untraceable') return false
  if (figure.unit !== 'plain' && mention.text === formatValue(figure.value, figure.unit)) return true
  const exactly = comparison(mention, figure)
  if (exactly === 'never') return false
  const slack = Math.abs(figure.value) * 1e-9
  return mention.readings.some(({ value, tolerance }) => {
    const difference = Math.abs(value - figure.value)
    if (difference <= slack) return true
    return (
      exactly === 'rounded' &&
      difference <= tolerance + slack &&
      difference <= ROUNDING * Math.abs(figure.value)
    )
  })
}

/** How a number may stand for a figure. One without a unit may for a ratio when it looks like one: 0.16. */
function comparison(mention: Mention, figure: Figure): 'rounded' | 'exactly' | 'never' {
  if (mention.unit === figure.unit) return 'rounded'
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
