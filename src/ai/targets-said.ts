import type { Score } from '../model/report.ts'
import type { Directed, Traced } from './directed.ts'
import { NOT, sideIn, wrong } from './direction-words.ts'

const MET =
  /\b(?:meets?|met|meeting|hits?|reach(?:es|ed)?|satisf\w+|fulfil\w*|achiev\w+|attain\w*|keeps? to|on target|in line with|complies|within)\b/i
const MISSED =
  /\b(?:miss(?:es|ed|ing)?|fails?|failed|violat\w+|breach\w*|overshoots?|undershoots?|falls? short|fell short|off target|short of)\b/i

/** What is said of a target has to be what the scoreboard says of it. */
export function againstTarget({ text, traced, scores }: Directed): string | null {
  if (!/\b(?:targets?|goals?|objective|kpi)\b/i.test(text)) return null
  const read = scores.filter(({ measured }) => measured !== null)
  const titled = read.filter((score) => isTitled(score, text))
  const known = titled.length > 0 ? titled : read.filter((score) => isStated(score, traced))
  if (known.length !== 1) return null
  const [score] = known as [Score]
  const measured = score.measured?.value
  if (typeof measured !== 'number') return null
  const clear = text.replace(/\b(?:at (?:most|least)|no (?:more|less) than|up to)\b/gi, ' ')
  const said = (MET.exec(clear) ?? MISSED.exec(clear))?.index ?? 0
  const isNegated = NOT.test(clear.slice(Math.max(0, said - 15), said))
  const [met, missed] = [MET.test(clear) && !/\bnot within\b/i.test(clear), MISSED.test(clear)]
  if (met !== missed) {
    const isMet = met !== isNegated
    if (isMet !== (score.verdict === 'met'))
      return wrong(`${score.title} ${met ? 'meets' : 'misses'} its target`)
  }
  const side = sideIn(clear.replace(/\b(?:within|short of)\b/gi, ' '))
  if (side !== 0 && Math.sign(measured - score.target.value) === -side)
    return wrong(`${side > 0 ? 'above' : 'below'} the target`)
  return null
}

export const isSpokenOf = (score: Score, text: string, traced: readonly Traced[]): boolean =>
  isTitled(score, text) || isStated(score, traced)

/** By its value. */
const isStated = ({ measured }: Score, traced: readonly Traced[]): boolean =>
  traced.some(({ figures }) =>
    figures.some(({ value, unit }) => value === measured?.value && unit === measured.unit),
  )

/** By every word of its title. */
const isTitled = ({ title }: Score, text: string): boolean =>
  title
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2 && !/^(?:and|used|host)$/.test(word))
    .every((word) => text.toLowerCase().includes(word.replace(/s$/, '')))
