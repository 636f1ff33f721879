import type { Finding } from '../../../src/model/finding.ts'
import type { NumericUnit } from '../../../src/model/units.ts'
import type { Random } from './random.ts'
import type { Situation } from './situations.ts'

/** A part of a sentence; what is no plain text can be made wrong. */
export type Piece =
  | string
  | { readonly number: string; readonly value: number; readonly unit: NumericUnit | 'times' }
  | { readonly count: string; readonly value: number }
  | { readonly name: string; readonly of: 'container' | 'setting' }
  /** A word, and the one that says the opposite. */
  | { readonly word: string; readonly opposite: string }
  | { readonly date: string; readonly instant: Date }
  /** Why something is so, and of which finding. */
  | { readonly cause: string; readonly finding: Finding }

export type Sentence = { readonly pieces: readonly Piece[]; readonly how: string }

export const textOf = (pieces: readonly Piece[]): string =>
  sentenceCase(
    pieces
      .map((piece) => (typeof piece === 'string' ? piece : Object.values(piece)[0]))
      .join('')
      .replace(/ +/g, ' ')
      .trim(),
  )

/** A name at the beginning keeps its case. */
const sentenceCase = (text: string): string =>
  /^(?:the|a|an|about|around|roughly|some|nearly|only|just|its|at|in|of|with|container|host|together|all|no|one|two|three|four|five|six|because|since|there|read|both|as) /.test(
    text,
  )
    ? text.charAt(0).toUpperCase() + text.slice(1)
    : text

/** One way of saying something true of a situation; null where that has nothing of the kind. */
export type Maker = (situation: Situation, random: Random) => Sentence | null
