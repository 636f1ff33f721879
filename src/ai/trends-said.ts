import { conceptsIn, overlap } from './concepts.ts'
import type { Directed } from './directed.ts'
import { BETTER, DOWN, NOT, UP, WORSE, wrong } from './direction-words.ts'
import { isSpokenOf } from './targets-said.ts'

const RAISE = /\b(?:raise|increase|enlarge|lift|grow|bump|extend|expand)\b/i
const LOWER = /\b(?:lower|reduce|decrease|shrink|cut|shorten|trim|drop)\b/i

/** "Raise shared_buffers to 8 GiB": the reading of that name has to be less. */
export function advice({ text, traced, figures }: Directed): string | null {
  const verb = RAISE.test(text) ? RAISE.exec(text) : LOWER.exec(text)
  if (!verb || (RAISE.test(text) && LOWER.test(text))) return null
  const said = RAISE.test(text) ? 1 : -1
  const goal = traced.find(
    ({ mention }) =>
      /\bto\s+(?:about |around |roughly |some )?\S{0,2}$/i.test(text.slice(0, mention.start)) &&
      mention.start > verb.index,
  )
  const words = text.slice(verb.index + verb[0].length).toLowerCase()
  const named = figures.filter(
    ({ label, unit, value }) =>
      unit === goal?.mention.unit &&
      label.length > 3 &&
      label.split(' ').length < 5 &&
      words.includes(label) &&
      value > 0,
  )
  const to = goal?.mention.readings[0]?.value
  if (to === undefined || named.length === 0) return null
  return named.some(({ value }) => Math.sign(to - value) === said)
    ? null
    : wrong(`${verb[0]} … to ${goal?.mention.text}`)
}

/** "Rose", "is worse than before": a score, a finding or two values have to say so. */
export function trend({ text, traced, scores, causes, subjects, hasEarlier }: Directed): string | null {
  const plain = text
    .replace(
      /\b(?:would|will|could|can|may|might|should|to|must|cannot|not)\s+(?:then |also |only |even )?\w+/gi,
      ' ',
    )
    .replace(/\b(?:drop(?:s|ped)? (?:connections?|packets?|requests?)|free falls?)\b/gi, ' ')
  const up = UP.test(plain)
  const down = DOWN.test(plain)
  const better = BETTER.test(plain)
  const worse = WORSE.test(plain)
  const became = BECAME.exec(plain) ?? OF_THE_PAST.exec(plain)
  if (became && !up && !down && !better && !worse) return `nothing says that it is so: "${became[0]}"`
  if (!up && !down && !better && !worse)
    return /\b(?:unchanged|as before|same as (?:before|in the last))\b/i.test(plain) && !hasEarlier
      ? 'nothing earlier is known'
      : null
  if (traced.length > 1 && /\bfrom\b/i.test(plain)) return null
  if (RAISE.test(text.slice(0, 20)) || LOWER.test(text.slice(0, 20))) return null
  // The key figures are the machine's: what is said of one container they neither bear out nor deny.
  const isOfSubject = [...subjects.keys()].some((name) => !scores.some(({ title }) => title.includes(name)))
  const spoken = isOfSubject
    ? []
    : scores.filter((score) => score.measured !== null && isSpokenOf(score, text, traced))
  const scored = spoken.filter(({ trend }) => trend === 'better' || trend === 'worse')
  for (const { trend: known, target } of scored) {
    const isBetter = known === 'better'
    const isUp = isBetter === (target.comparison === 'at-least')
    if ((better && !isBetter) || (worse && isBetter) || (up && !down && !isUp) || (down && !up && isUp))
      return wrong(plain)
  }
  if (scored.length > 0) return null
  const said = up ? UP : down ? DOWN : better ? BETTER : WORSE
  const named = [...subjects.keys()]
  const backed = causes.some(
    ({ names, sentences }) =>
      (named.length === 0 || names.some((name) => named.includes(name))) &&
      sentences.some((sentence) => said.test(sentence.text) && !MIGHT.test(sentence.text)),
  )
  return backed ? null : `nothing says that it is so: "${said.exec(plain)?.[0] ?? ''}"`
}

const MIGHT = /\b(?:could|would|may|might|can|if|until|when|once)\b/i
/** "Has become slower", "gets worse and worse". */
const BECAME =
  /\b(?:bec(?:ame|omes?|oming)|g(?:e|o)ts?|getting|turn(?:s|ed)) (?:\w+ )?(?:\w+er|more|less)\b(?! than)|\b(?:more and more|less and less|ever (?:more|less)|(?!container)(\w+er) and \1)\b/i
/** "Than a week ago", "over the last days": of a time that the report does not compare with. */
const OF_THE_PAST =
  /\bthan (?:\w+ )?(?:a|an|one|two|three|some|several|\d+) (?:minute|hour|day|week|month|year)s? ago\b|\b(?:over|during|in|for|within) the (?:last|past|previous) (?:few |couple of )?(?:minutes|hours|days|weeks|months|nights?|year|week|month|day)\b/i

/** "api has no memory limit", where there is one. */
export function denial({ text, figures, subjects }: Directed): string | null {
  const match = /\b(?:no|zero|without(?: an?y?)?|lacks an?)\s+(\w+(?:\s+\w+)?)/i.exec(text)
  if (!match) return null
  const said = (match[1] ?? '').toLowerCase()
  const [first = '', second = ''] = said.split(' ')
  // "No memory limit" is said of the limit, and "no restarts so far" of the restarts.
  const isAlone = ENDS_NOUN.test(second)
  const denied = figures.find(
    ({ label, value, about }) =>
      value !== 0 &&
      label.split(' ').length < 4 &&
      (label === said || (isAlone && label === first)) &&
      (about === null || subjects.has(about)),
  )
  return denied ? `there is a ${denied.label}` : null
}

const ENDS_NOUN =
  /^(?:|at|of|in|on|for|to|so|left|now|yet|whatsoever|and|or|but|is|are|was|were|has|have|since|here|there|either|anymore|today)$/i

const FULL =
  /\b(?:full|overloaded|saturated|exhausted|maxed out|at its limit|overwhelmed|under (?:heavy )?(?:load|pressure))\b/i
const EMPTY = /\b(?:idle|empty|unused|hardly used|barely used)\b/i
const TOO_MUCH = /\btoo (?:high|large|big|much|many|long|generous)\b/i
const TOO_LITTLE = /\btoo (?:low|small|little|few|short|tight)\b/i

/** "The disk is nearly full", "is idle", "too high": a reading near that end, or the same word in the report. */
export function extreme({ text, figures, corpus }: Directed): string | null {
  const concepts = conceptsIn(text)
  const ratios = figures.filter(
    ({ unit, label, topic }) => unit === 'ratio' && overlap(conceptsIn(`${topic} ${label}`), concepts),
  )
  const said = FULL.exec(text) ?? EMPTY.exec(text) ?? TOO_MUCH.exec(text) ?? TOO_LITTLE.exec(text)
  if (!said || NOT.test(text) || /\b(?:if|would|could|may|might|so that|until|before|in full)\b/i.test(text))
    return null
  const backed = FULL.test(text)
    ? FULL.test(corpus) || ratios.some(({ value }) => value >= 0.85)
    : EMPTY.test(text)
      ? EMPTY.test(corpus) || ratios.some(({ value }) => value <= 0.1)
      : TOO_MUCH.test(text)
        ? TOO_MUCH.test(corpus) || /\b(?:exceeds?|above|beyond|more than)\b/i.test(corpus)
        : TOO_LITTLE.test(corpus) || /\b(?:default|stock|never set|low|small)\b/i.test(corpus)
  return backed ? null : `nothing says that it is so: "${said[0]}"`
}
