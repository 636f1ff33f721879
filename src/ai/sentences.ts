/** Characters that are not text: controls, and those that are invisible or turn the direction of writing. */
const NOT_TEXT = /(?![\n\t])[\p{Cc}\p{Cf}]/gu

/** Text from a model as plain text: no control characters, no emphasis, no list markers. */
export const plainText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll('\r', '\n')
    .replace(NOT_TEXT, '')
    .replaceAll('**', '')
    .replace(/^[ \t]*(?:[-*•>]|#+|\d{1,2}[.)])[ \t]+/gm, '')

/**
 * Where the sentences of a text lie. `masked` is the text with quotations blotted out, as long as the text, so
 * that a stop inside a quotation ends nothing.
 */
export function sentencesIn(text: string, masked: string): { start: number; end: number }[] {
  const sentences: { start: number; end: number }[] = []
  let start = 0
  for (const { index, 0: stop } of masked.matchAll(
    /[.!?]+["'”’)`]*(?=\s+["'“‘(`]?[\p{Lu}\p{N}]|\s*$)|\n+/gu,
  )) {
    const end = index + stop.length
    if (isAbbreviation(masked.slice(start, end))) continue
    if (text.slice(start, end).trim() !== '') sentences.push({ start, end })
    start = end
  }
  if (text.slice(start).trim() !== '') sentences.push({ start, end: text.length })
  return sentences
}

const isAbbreviation = (text: string): boolean => /\b(?:e\.g|i\.e|vs|approx|ca|no|cf)\.$/i.test(text)
