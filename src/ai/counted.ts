import { countOf } from './counts.ts'
import { agreesWith } from './derive.ts'
import type { Facts } from './facts.ts'
import type { Mention } from './mentions.ts'

/** What a number counts that the report counts too: only evidence that counts the same can be meant. */
export function nounsCounted(mention: Mention, text: string, facts: Facts): string[] | null {
  const words = wordsCounted(mention, text, facts)
  if (mention.unit !== 'plain' || countOf(words, mention.isWhole, facts.counts) === null) return null
  return words.map((word) => word.replace(/s$/, '')).filter((word) => word.length > 3)
}

/** Whether it is how many there are of what the words after it name; a figure cannot stand in for that. */
export function isCounted(mention: Mention, text: string, facts: Facts): boolean {
  if (mention.unit === 'ratio' && mention.isShare) return isShareOfCounted(mention, facts)
  if (mention.unit !== 'plain') return false
  const count = countOf(wordsCounted(mention, text, facts), mention.isWhole, facts.counts)
  return count !== null && mention.readings.some(({ value }) => value === count)
}

/** "Of which 3", "of the 5 containers 3". */
const OF_WHAT_STANDS_BEFORE =
  /\bof (?:which|them|these|those|(?:the |its |all )+[\p{L}\d-]+ \p{L}+),?(?: only| just)?\s*$/iu

/** "5 containers, of which 3 run": what is counted stands before. */
function wordsCounted(mention: Mention, text: string, { counts }: Facts): readonly string[] {
  const before = text.slice(0, mention.start)
  if (!OF_WHAT_STANDS_BEFORE.test(before)) return mention.counted
  const words = before.toLowerCase().split(/[^\p{L}]+/u)
  const noun = words.findLast((word) => counts.some((each) => each.noun.test(word)))
  return noun ? [noun, ...mention.counted] : mention.counted
}

/** "Most of", "half of the containers run": by what is counted. */
function isShareOfCounted(mention: Mention, facts: Facts): boolean {
  const words = mention.counted.filter((word) => !/^(?:of|the|all|its)$/.test(word))
  const [whole, part] = [countOf(words, true, facts.counts), countOf(words, false, facts.counts)]
  return whole !== null && part !== null && whole > 0 && part < whole && agreesWith(mention, part / whole)
}

/** "All containers run", "none of the checks failed", "most targets are met". */
export function wholeObjection(text: string, facts: Facts): string | null {
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
