import { type Chunk, joinWords } from './chunks.ts'

/** "more than", "nearly", "about" before a number. */
export type Bound = 'above' | 'below' | 'about'

/** "4 of the" 5. */
export const saysOf = (before: readonly Chunk[]): boolean =>
  /(?:^| )(?:of|out of)(?: all)?(?: the| its| these)?(?: total)?$/i.test(joinWords(before))

const ABOVE =
  /(?:^| )(?:more than|over|above|upwards of|in excess of|exceed(?:s|ing)?|greater than|beyond|just over|well over|a little over)(?: an?| the)?$/i
const BELOW =
  /(?:^| )(?:less than|under|below|fewer than|nearly|almost|not quite|just under|close to but under|short of)(?: an?| the)?$/i
const ABOUT =
  /(?:^| )(?:about|around|roughly|approximately|approx|circa|ca|some|close to|near|nearly|almost|or so)(?: an?| the)?$/i

export function boundIn(before: readonly Chunk[], [first]: readonly Chunk[]): Bound | null {
  const words = joinWords(
    before.filter((_, index) => !before.slice(index).some(({ endsPhrase }) => endsPhrase)),
  )
  const marks = first?.raw ?? ''
  if (/^[("'“‘`[]*[>≥]/.test(marks)) return 'above'
  if (/^[("'“‘`[]*[<≤]/.test(marks)) return 'below'
  if (/^[("'“‘`[]*[~≈±]/.test(marks)) return 'about'
  if (ABOVE.test(words)) return 'above'
  if (BELOW.test(words)) return 'below'
  return ABOUT.test(words) ? 'about' : null
}
