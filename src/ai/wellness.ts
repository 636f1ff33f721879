import { countOf } from './counts.ts'
import type { Facts } from './facts.ts'

const ALL_OR_NOTHING =
  /\b(?:everything|all(?= (?:is|seems|looks|works|runs|was|remains|stays|appears)\b)|nothing(?! else)|no (?:action|fix|change|work|step|measure|intervention|concern|worr(?:y|ies)|reason)\b)/i
const SYSTEM = /\b(?:machine|host|server|system|all services|setup)\b/i
const GOOD =
  /\b(?:healthy|fine|well|good|great|stable|ok(?:ay)?|normal(?:ly)?|smooth(?:ly)?|perfect(?:ly)?|excellent|sound|as it should|without (?:any )?(?:problems?|issues?|trouble))\b/i
const NO_FINDINGS =
  /\b(?:no|zero|without(?: any)?)\s+(?:(?:known|open|new|serious|other|further|real)\s+)?(findings?|problems?|issues?|trouble)\b|\bnothing (?:else )?(?:was|is|has been) (?:found|wrong)\b/i

/** "Nothing needs to be done", "the machine is in good health": only of a report that found nothing. */
export function wellObjection(text: string, facts: Facts): string | null {
  if (facts.isWell || /\b(?:if|once|when|until|unless|would|so that)\b/i.test(text)) return null
  const none = NO_FINDINGS.exec(text)
  const isMore = (countOf(['findings'], true, facts.counts) ?? 0) > 0
  const narrowed = none ? /\b(?:new|further|other)\b/i.test(none[0]) : false
  if (none && isMore && !narrowed && !isSaid(none[0], facts)) return `"${none[0].trim()}" is not so`
  const all = ALL_OR_NOTHING.exec(text)
  if (all && !isSaid(text.slice(all.index).split(/[,;]/)[0] ?? '', facts))
    return `nothing says so: "${all[0].trim()}"`
  const good = GOOD.exec(text.replace(/\bwell (?=within|below|above|over|under|beyond)/gi, ''))
  if (good && SYSTEM.test(text) && !/\b(?:not|no longer)\b/i.test(text))
    return `the report does not say that it is well: "${good[0]}"`
  return null
}

const isSaid = (words: string, { corpus }: Facts): boolean =>
  corpus.toLowerCase().includes(words.toLowerCase().replace(/[.!?\s]+$/, ''))
