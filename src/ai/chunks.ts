/** A word of a text, with where it stands. */
export type Chunk = {
  readonly raw: string
  /** Without the punctuation around it, and without a possessive. */
  readonly word: string
  readonly start: number
  readonly end: number
  /** A stop, a comma or a bracket follows. */
  readonly endsPhrase: boolean
}

export function chunksOf(text: string): Chunk[] {
  return [...text.matchAll(/[^\s\u2000-\u200a\u00a0\u202f]+/g)].flatMap(({ 0: raw, index }) => {
    // An em dash, or a dash by itself, stands between two phrases and is no word of either.
    if (/^[–—-]+$/.test(raw)) return []
    const word = raw
      .replace(/^[("'“‘`[{<>=~≈≤≥±+*]+/, '')
      .replace(/[.,;:!?)"'”’`\]}*…—]+$/, '')
      .replace(/['’]s$/, '')
    return {
      raw,
      word,
      start: index,
      end: index + raw.lastIndexOf(word) + word.length,
      endsPhrase: /[.,;:!?)—]["'”’`*]*$/.test(raw),
    }
  })
}

export const joinWords = (chunks: readonly Chunk[]): string => chunks.map(({ word }) => word).join(' ')
