import { comparedSubjects, superlative } from './compared-subjects.ts'
import { comparedValues, fromTo, share } from './compared-values.ts'
import type { Directed } from './directed.ts'
import { againstTarget } from './targets-said.ts'
import { advice, denial, extreme, trend } from './trends-said.ts'

/** Why what a sentence says of more and less, better and worse is not so; null where nothing is wrong. */
export function directionObjection(directed: Directed): string | null {
  return (
    fromTo(directed) ??
    share(directed) ??
    comparedValues(directed) ??
    againstTarget(directed) ??
    comparedSubjects(directed) ??
    superlative(directed) ??
    advice(directed) ??
    trend(directed) ??
    denial(directed) ??
    extreme(directed)
  )
}
