import { aboutOf, placesOf } from './about.ts'
import { causeObjection, contradiction } from './causes.ts'
import { unknownWordIn } from './common-words.ts'
import { isCounted, wholeObjection } from './counted.ts'
import { denialObjection } from './denied-figures.ts'
import { citedIn, isDerived } from './derive.ts'
import type { Traced } from './directed.ts'
import { directionObjection } from './directions.ts'
import type { Facts } from './facts.ts'
import { type Mention, statementsOf } from './mentions.ts'
import { momentsIn } from './moments.ts'
import { bareNamesIn } from './names.ts'
import { isKnown, occurs, type Span } from './places.ts'
import { ALL_BLOT, blot, codeSpans, isAmount, maskQuotations } from './quotations.ts'
import { plainText, sentencesIn } from './sentences.ts'
import { isMadeOfBlocks, isSpan } from './spans-and-blocks.ts'
import { stateObjection } from './states.ts'
import { tracedFigures } from './trace.ts'
import { strangerIn } from './vocabulary.ts'
import { wellObjection } from './wellness.ts'

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

/** "…, and api uses …" stands for itself, unless it speaks of what stands before. */
const segmentsOf = (text: string): Span[] => {
  const ends = [...text.matchAll(/;|, (?:and|while|but|whereas)\b/g)].map(({ index }) => index)
  return [...ends, text.length].map((end, index) => ({ start: ends[index - 1] ?? 0, end }))
}
const LOOKS_BACK = /\b(?:together|both|they|them|that|those|which|sum|total)\b/i

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
    strangerIn(prose, facts.corpus) ??
    unknownWordIn([...spans, ...mentions].reduce(blot, masked), facts.words)
  if (unknownName) return `"${unknownName}" is not in the report`
  const subjects = placesOf(sentence, facts)
  const about = aboutOf(sentence, facts, subjects)
  const direct = mentions.map((mention) => ({
    mention,
    figures: tracedFigures(mention, mentions, sentence, facts, about, subjects),
  }))
  const stated = direct.flatMap(({ mention, figures: found }) =>
    found.map((figure) => ({ figure, at: mention.start, statedUntil: mention.end })),
  )
  // "That is 0.4 % of …": of what was said just before.
  const before = REFERS_BACK.test(sentence)
    ? said.flatMap(({ figures: found }) => found.map((figure) => ({ figure, at: 0, statedUntil: 0 })))
    : []
  const cited = citedIn(sentence, facts.figures.filter(about.allows), [...before, ...stated], subjects)
  const segments = segmentsOf(prose)
  const citedFor = ({ start }: Mention) => {
    const segment = segments.find((each) => start < each.end)
    const own = new Map([...subjects].filter(([, at]) => segment && at >= segment.start && at < segment.end))
    const words = segment ? prose.slice(segment.start, segment.end) : ''
    if (!segment || own.size === subjects.size || LOOKS_BACK.test(words)) return cited
    // "Its" is of what the part names itself, if it does.
    if (own.size === 0 && /\bits?\b/i.test(words)) return cited
    const within = stated.filter(({ at }) => at >= segment.start && at < segment.end)
    const allowed = facts.figures.filter((figure) =>
      own.size === 0 ? figure.about === null : about.allows(figure),
    )
    return citedIn(words, allowed, within, own)
  }
  const untraced = direct.find(
    ({ mention, figures: found }) =>
      found.length === 0 &&
      !isCounted(mention, prose, facts) &&
      !isDerived(mention, prose, citedFor(mention)) &&
      !isSpan(mention, prose, facts) &&
      !isMadeOfBlocks(mention, mentions, prose, facts),
  )?.mention
  if (untraced) return `"${untraced.text}" is no reading of ${[...about.names].join(' or ') || 'the report'}`
  figures.push(...direct)
  return (
    wholeObjection(prose, facts) ??
    wellObjection(prose, facts) ??
    denialObjection(prose, mentions) ??
    stateObjection(sentence, new Set([...about.names, ...subjects.keys()]), facts.states) ??
    directionObjection({
      text: sentence,
      traced: direct,
      cited,
      figures: facts.figures,
      subjects,
      scores: facts.scores,
      corpus: facts.corpus,
      causes: facts.causes,
      hasEarlier: facts.hasEarlier,
    }) ??
    causeObjection(sentence, kept.at(-1) ?? '', facts.causes) ??
    contradiction(sentence, facts.causes)
  )
}
