import type { Piece, Sentence } from './pieces.ts'
import type { Random } from './random.ts'
import type { Situation } from './situations.ts'

/** Makes one thing of a sentence wrong; null where it has nothing of the kind. */
export type Fault = (sentence: Sentence, situation: Situation, random: Random) => readonly Piece[] | null

export const replaced = (pieces: readonly Piece[], old: Piece, text: string): Piece[] =>
  pieces.map((piece) => (piece === old ? text : piece))

export const choose = <Kind extends Piece>(
  pieces: readonly Piece[],
  is: (piece: Piece) => piece is Kind,
  random: Random,
): Kind | null => {
  const fitting = pieces.filter(is)
  return fitting.length === 0 ? null : random.pick(fitting)
}

export const isNumber = (piece: Piece): piece is Extract<Piece, { number: string }> =>
  typeof piece === 'object' && 'number' in piece
export const isCount = (piece: Piece): piece is Extract<Piece, { count: string }> =>
  typeof piece === 'object' && 'count' in piece
export const isName = (piece: Piece): piece is Extract<Piece, { name: string }> =>
  typeof piece === 'object' && 'name' in piece
export const isWord = (piece: Piece): piece is Extract<Piece, { word: string }> =>
  typeof piece === 'object' && 'word' in piece
export const isDate = (piece: Piece): piece is Extract<Piece, { date: string }> =>
  typeof piece === 'object' && 'date' in piece
export const isCause = (piece: Piece): piece is Extract<Piece, { cause: string }> =>
  typeof piece === 'object' && 'cause' in piece

/** Every number of a report, in its own unit: a changed one that lands on another is no fault to be sure of. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value === 'string') return (value.match(/\d+(?:\.\d+)?/g) ?? []).map(Number)
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersIn) : []
}

/** Whether the value, or what is left of it, is near any number of the report: it might be true by chance. */
export function mayBeTrue(value: number, situation: Situation): boolean {
  const near = (known: number) => Math.abs(known - value) <= 0.08 * Math.abs(known)
  return numbersIn(situation.report).some(
    (known) =>
      near(known) ||
      near(1 - known) ||
      [1.024, 1.048576, 1.073741824].some((binary) => near(known * binary) || near(known / binary)),
  )
}

/** No part of the report, in whatever case. */
export const unknownIn = (text: string, { report }: Situation): boolean =>
  !JSON.stringify(report).toLowerCase().includes(text.toLowerCase())
