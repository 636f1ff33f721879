const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
  'seventeen eighteen nineteen'
).split(' ')
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')

/** Words that state a proportion between two readings, which no single reading bears out. */
const PROPORTION =
  /^(?:twice|thrice|doubl(?:e|es|ed|ing)|trebl(?:e|es|ed)|tripl(?:e|es|ed|ing)|quadrupl(?:e|es|ed)|halv(?:e|es|ed|ing)|(?:two|three|four|five|ten)fold|hundreds?|thousands?|millions?|billions?|dozens?|quarters?|(?:one-|two-)?(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|hundredth|thousandth)s|one-(?:third|quarter|fourth|fifth|tenth)|three-quarters)$/i

/** An ordinal that is a part as well: "a third of it". */
export const isFraction = (word: string): boolean =>
  /^(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|hundredth|thousandth)$/i.test(word)

export const isProportion = (word: string): boolean => PROPORTION.test(word)

/** The value of "seven" or "twenty-five", or undefined. */
export function wordValue(word: string): number | undefined {
  const [first = '', second] = word.toLowerCase().split('-')
  const ten = TENS.indexOf(first)
  if (ten >= 0) {
    const rest = second === undefined ? 0 : SMALL.indexOf(second)
    return rest >= 0 && rest < 10 ? (ten + 2) * 10 + rest : undefined
  }
  if (second !== undefined) return undefined
  const small = SMALL.indexOf(first)
  return small >= 0 ? small : undefined
}
