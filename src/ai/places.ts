/** A stretch of a text. */
export type Span = { start: number; end: number }

/** Where a phrase stands in a text as words of its own, in whatever case. */
export function occurrences(phrase: string, text: string): Span[] {
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
export const namesIn = (name: string, text: string): Span[] =>
  occurrences(name, text).filter(
    ({ start, end }) => !/^[-.]\w/.test(text.slice(end)) && !/\w[-.]$/.test(text.slice(0, start)),
  )

export const occurs = (name: string, corpus: string): boolean => occurrences(name, corpus).length > 0

/** "APIs" is known where "API" is. */
export const isKnown = (name: string, corpus: string): boolean =>
  (/^[A-Z]{3,}$/.test(name) ? corpus.includes(name) : occurs(name, corpus)) ||
  (/^[A-Z]{2,}s$/.test(name) && occurs(name.slice(0, -1), corpus))
