import { clauseAround } from './concepts.ts'
import type { Mention } from './mentions.ts'

/** What may be denied of a true figure: that something comes up to it. */
const COMES_UP = /\b(?:exceed\w*|reach\w*|answer\w*|enough|fits?|meets?|met)\b/i
const DENIES =
  /\b(?:not|never|no longer|hardly|cannot)\b(?! (?:only|just|yet|set|read)\b)|\b(?:do|does|did|is|are|was|were|has|have|had)n['’]t\b/i

/** "api does not use 300 MiB", where it does; "not more than 300 MiB", where it is more. */
export function denialObjection(text: string, mentions: readonly Mention[]): string | null {
  for (const mention of mentions) {
    const { before } = clauseAround(text, mention.start, mention.end)
    if (DENIES.test(before) && (mention.bound !== null || !COMES_UP.test(before)))
      return `"${mention.text}" was read, and is denied`
  }
  return null
}
