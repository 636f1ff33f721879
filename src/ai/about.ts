import type { Facts } from './facts.ts'
import type { Figure } from './figures.ts'
import { namesIn, occurs, type Span } from './places.ts'
import type { Subject } from './subjects.ts'

/** What a sentence is about, and with that, whose figures it may state. */
export type About = { names: ReadonlySet<string>; allows: (figure: Figure) => boolean }

export const KIND_NOUNS: Record<Subject['kind'], RegExp> = {
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
export function aboutOf(sentence: string, facts: Facts, places = placesOf(sentence, facts)): About {
  const others = facts.subjects.filter(({ kind }) => kind !== 'host')
  const mentioned = others.filter((subject) => spansOf(subject, sentence).length > 0)
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

/** Where a subject is named. "GPUs 0 and 1" names both. */
function spansOf({ kind, name }: Subject, text: string): Span[] {
  const index = kind === 'gpu' ? /\d+$/.exec(name)?.[0] : undefined
  if (index === undefined) return namesIn(name, text)
  const pattern = new RegExp(`\\bgpus?\\s+(?:\\d+(?:,| and|, and|&)?\\s+)*${index}\\b(?![.,]?\\d)`, 'gi')
  return [...text.matchAll(pattern)].map(({ index: at, 0: said }) => ({ start: at, end: at + said.length }))
}

/** Where each container, database … that a sentence names stands in it. */
export function placesOf(sentence: string, { subjects }: Facts): Map<string, number> {
  const places = new Map<string, number>()
  for (const subject of subjects) {
    if (subject.kind === 'host') continue
    const [place] = spansOf(subject, sentence)
    if (!place) continue
    const isExact = sentence.slice(place.start, place.end) === subject.name
    if (isNamed(subject, sentence) || (subject.kind === 'container' && isExact)) {
      places.set(subject.name, place.start)
    }
  }
  return places
}

/** A name that is also a word needs its noun beside it. */
function isNamed({ kind, name, called, isRow }: Subject, sentence: string): boolean {
  if (kind === 'gpu') return true
  if ((kind === 'container' && !isRow) || /[\d_-]/.test(name.slice(1))) return occurs(name, sentence)
  const ways = [called, `${kind} ${name}`, `${kind} \`${name}\``, ...(isRow ? [] : [`\`${name}\``])]
  if (kind === 'database') ways.push(`postgresql ${name}`)
  return ways.some((way) => occurs(way, sentence))
}
