import type { Score } from '../model/report.ts'
import { conceptsIn, overlap } from './concepts.ts'
import type { Cited } from './derive.ts'
import type { Figure } from './facts.ts'
import type { Mention } from './mentions.ts'

export type Traced = { readonly mention: Mention; readonly figures: readonly Figure[] }

/** What the directions of a sentence are judged by. */
export type Directed = {
  readonly text: string
  readonly traced: readonly Traced[]
  readonly cited: readonly Cited[]
  readonly figures: readonly Figure[]
  readonly subjects: ReadonlyMap<string, number>
  readonly scores: readonly Score[]
  readonly corpus: string
  /** A report before this one was compared with it. */
  readonly hasEarlier: boolean
}

const UP =
  /\b(?:rises?|rose|risen|rising|grows?|grew|grown|growing|increases?|increased|increasing|climb(?:s|ed|ing)?|jump(?:s|ed|ing)?|went up|gone up|going up|goes up|upwards?|surge[sd]?|up from|doubled|tripled|soared)\b/i
const DOWN =
  /\b(?:falls?|fell|fallen|falling|drop(?:s|ped|ping)?|decreases?|decreased|decreasing|declin(?:es?|ed|ing)|shrinks?|shrank|shrunk|shrinking|sank|sunk|went down|gone down|going down|goes down|downwards?|down from|halved|plunged|dwindl\w+)\b/i
const BETTER = /\b(?:better|improv(?:es?|ed|ing|ement)|recover(?:s|ed|ing))\b/i
const WORSE = /\b(?:worse|worsen(?:s|ed|ing)?|deteriorat\w+|degrad\w+)\b/i

const MORE =
  /\b(?:above|over|exceed(?:s|ed|ing)?|more than|higher than|greater than|larger than|bigger than|beyond|surpass\w*|outgrow\w*|longer than|(?:more|higher|larger|bigger|greater) [\w ]{0,30}than)\b/i
const LESS =
  /\b(?:below|under|less than|lower than|smaller than|fewer than|within|short of|shorter than|well inside|stays? inside|(?:less|lower|smaller|fewer) [\w ]{0,30}than)\b/i
const NOT = /\b(?:not|never|no longer|neither|nor|hardly|without)\b|n['’]t\b/i

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

const wrong = (text: string): string => `"${text.trim().slice(0, 60)}" is the wrong way round`

/** "Rose from 2 to 5". */
function fromTo({ text, traced }: Directed): string | null {
  for (const [index, { mention: first }] of traced.entries()) {
    const second = traced[index + 1]?.mention
    if (!second || first.unit !== second.unit) continue
    if (!/\bfrom\s+\S{0,3}$/i.test(text.slice(Math.max(0, first.start - 8), first.start))) continue
    if (!/\bto\b/i.test(text.slice(first.end, second.start))) continue
    const [from, to] = [first.readings[0]?.value ?? 0, second.readings[0]?.value ?? 0]
    const verb = text.slice(0, first.start)
    const said = UP.test(verb) && !DOWN.test(verb) ? 1 : DOWN.test(verb) && !UP.test(verb) ? -1 : 0
    if (said !== 0 && Math.sign(to - from) !== said) return wrong(text.slice(first.start, second.end))
  }
  return null
}

/** "62 MiB, which is 0.2 % of the 31.2 GiB": the three have to go together. */
function share({ text, traced }: Directed): string | null {
  for (const [index, { mention: part }] of traced.entries()) {
    const [percent, whole] = [traced[index + 1]?.mention, traced[index + 2]?.mention]
    if (percent?.unit !== 'ratio' || !whole || part.unit !== whole.unit || part.unit === 'ratio') continue
    if (!/^\W*of\b[^,;]{0,20}$/i.test(text.slice(percent.end, whole.start))) continue
    const fits = part.readings.some((one) =>
      whole.readings.some((all) =>
        percent.readings.some((said) => {
          const share = one.value / all.value
          // Each of the three may have been rounded.
          const slack = one.loose / one.value + all.loose / all.value + 0.01
          return Math.abs(said.value - share) <= said.loose + share * slack
        }),
      ),
    )
    if (!fits) return `"${percent.text}" is not what ${part.text} is of ${whole.text}`
  }
  return null
}

/** What stands between two values of one unit says which is the greater. */
function comparedValues({ text, traced }: Directed): string | null {
  for (const [index, { mention: first }] of traced.entries()) {
    const second = traced[index + 1]?.mention
    if (!second || first.unit !== second.unit || first.unit === 'times') continue
    const between = text.slice(first.end, second.start)
    if (/[;.]|\band\b|\bbut\b|\bwhile\b/i.test(between)) continue
    const said = sideIn(between)
    if (said === 0) continue
    const [left, right] = [first.readings[0]?.value ?? 0, second.readings[0]?.value ?? 0]
    // "12 MiB less than its limit of 512 MiB" says how far apart they are.
    if (isDistance(between)) continue
    if (Math.sign(left - right) !== said && left !== right) return wrong(between)
    if (left === right && !/within|under|below|at most/i.test(between)) return wrong(between)
  }
  return null
}

const isDistance = (between: string): boolean =>
  /^\s*(?:more|less|fewer|higher|lower|larger|smaller|bigger|above|below|over|under|short|beyond)\b/i.test(
    between,
  )

function sideIn(words: string): -1 | 0 | 1 {
  const [more, less] = [MORE.test(words), LESS.test(words)]
  if (more === less) return 0
  const side = more ? 1 : -1
  const at = (more ? MORE : LESS).exec(words)?.index ?? 0
  return NOT.test(words.slice(Math.max(0, at - 15), at + 8)) ? (-side as -1 | 1) : side
}

const MET =
  /\b(?:meets?|met|meeting|hits?|reach(?:es|ed)?|satisf\w+|fulfil\w*|achiev\w+|attain\w*|keeps? to|on target|in line with|complies|within)\b/i
const MISSED =
  /\b(?:miss(?:es|ed|ing)?|fails?|failed|violat\w+|breach\w*|overshoots?|undershoots?|falls? short|fell short|off target|short of)\b/i

/** What is said of a target has to be what the scoreboard says of it. */
function againstTarget({ text, traced, scores }: Directed): string | null {
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

const isSpokenOf = (score: Score, text: string, traced: readonly Traced[]): boolean =>
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

/** "api uses more memory than webui", without a value: the readings of both say whether it does. */
function comparedSubjects({ text, figures, subjects, traced }: Directed): string | null {
  const named = [...subjects].toSorted(([, left], [, right]) => left - right)
  const [first, second] = named
  if (named.length !== 2 || !first || !second || traced.some(({ mention }) => mention.unit === 'times'))
    return null
  const between = text.slice(first[1], second[1])
  const said = /\bthan\b/i.test(between) ? sideIn(between) : 0
  if (said === 0) return null
  const concepts = conceptsIn(text)
  const of = (name: string) =>
    figures.filter(({ about, label }) => about === name && overlap(conceptsIn(label), concepts))
  const pairs = of(first[0]).flatMap((left) =>
    of(second[0])
      .filter((right) => right.label === left.label && right.unit === left.unit)
      .map((right) => [left.value, right.value] as const),
  )
  if (pairs.length === 0) return `nothing says that ${first[0]} and ${second[0]} compare so`
  return pairs.some(([left, right]) => Math.sign(left - right) === said) ? null : wrong(between)
}

const MOST =
  /\b(?:the )?(?:most|highest|largest|biggest|greatest|heaviest|fullest|hottest|busiest|top)\b(?! (?:of|important|urgent|severe|critical|pressing|serious|likely|recent))/i
const LEAST = /\b(?:the )?(?:least|lowest|smallest|fewest|coolest)\b/i

/** "webui uses the most memory": among the readings with the same words. */
function superlative({ text, figures, subjects }: Directed): string | null {
  for (const clause of text.split(/;|, (?:and|while|but|whereas) /)) {
    const named = new Map([...subjects].filter(([name]) => name.length > 1 && clause.includes(name)))
    const objection = superlativeIn(clause, figures, named)
    if (objection !== null) return objection
  }
  return null
}

function superlativeIn(
  text: string,
  figures: readonly Figure[],
  subjects: ReadonlyMap<string, number>,
): string | null {
  const [most, least] = [
    MOST.test(text.replace(/\bat most\b/gi, ' ')),
    LEAST.test(text.replace(/\bat least\b/gi, ' ')),
  ]
  if (most === least || subjects.size !== 1) return null
  const [name = ''] = subjects.keys()
  const concepts = conceptsIn(text)
  if (concepts.size === 0) return null
  const isLimit = ({ label }: Figure) =>
    /\b(?:limit|total|maximum|size)\b/i.test(label) && !/\blimit\b/i.test(text)
  const own = figures.filter(
    (figure) => figure.about === name && !isLimit(figure) && overlap(conceptsIn(figure.label), concepts),
  )
  const holds = own.some((figure) => {
    const others = figures.filter(
      (each) =>
        each.label === figure.label &&
        each.topic.split(' ')[0] === figure.topic.split(' ')[0] &&
        each.unit === figure.unit,
    )
    if (others.length < 2) return false
    return others.every(({ value }) => (most ? value <= figure.value : value >= figure.value))
  })
  return holds ? null : `nothing says that ${name} has the ${most ? 'most' : 'least'}`
}

const RAISE = /\b(?:raise|increase|enlarge|lift|grow|bump|extend|expand)\b/i
const LOWER = /\b(?:lower|reduce|decrease|shrink|cut|shorten|trim|drop)\b/i

/** "Raise shared_buffers to 8 GiB": the reading of that name has to be less. */
function advice({ text, traced, figures }: Directed): string | null {
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
function trend({ text, traced, scores, corpus, hasEarlier }: Directed): string | null {
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
  if (!up && !down && !better && !worse)
    return /\b(?:unchanged|as before|same as (?:before|in the last))\b/i.test(plain) && !hasEarlier
      ? 'nothing earlier is known'
      : null
  if (traced.length > 1 && /\bfrom\b/i.test(plain)) return null
  if (RAISE.test(text.slice(0, 20)) || LOWER.test(text.slice(0, 20))) return null
  const spoken = scores.filter((score) => score.measured !== null && isSpokenOf(score, text, traced))
  const scored = spoken.filter(({ trend }) => trend === 'better' || trend === 'worse')
  for (const { trend: known, target } of scored) {
    const isBetter = known === 'better'
    const isUp = isBetter === (target.comparison === 'at-least')
    if ((better && !isBetter) || (worse && isBetter) || (up && !down && !isUp) || (down && !up && isUp))
      return wrong(plain)
  }
  if (scored.length > 0) return null
  const word = (up ? UP : down ? DOWN : better ? BETTER : WORSE).exec(plain)?.[0] ?? ''
  const backed = up
    ? UP.test(corpus)
    : down
      ? DOWN.test(corpus)
      : better
        ? BETTER.test(corpus)
        : WORSE.test(corpus)
  return backed ? null : `nothing says that it is so: "${word}"`
}

/** "api has no memory limit", where there is one. */
function denial({ text, figures, subjects }: Directed): string | null {
  const match = /\b(?:no|zero|without(?: an?y?)?|lacks an?)\s+((?:\w+\s+)?\w+)/i.exec(text)
  if (!match) return null
  const said = (match[1] ?? '').toLowerCase()
  const denied = figures.find(
    ({ label, value, about }) =>
      value !== 0 &&
      label.split(' ').length < 4 &&
      (label === said || label === said.split(' ')[0]) &&
      (about === null || subjects.has(about)),
  )
  return denied ? `there is a ${denied.label}` : null
}

const FULL =
  /\b(?:full|overloaded|saturated|exhausted|maxed out|at its limit|overwhelmed|under (?:heavy )?(?:load|pressure))\b/i
const EMPTY = /\b(?:idle|empty|unused|hardly used|barely used)\b/i
const TOO_MUCH = /\btoo (?:high|large|big|much|many|long|generous)\b/i
const TOO_LITTLE = /\btoo (?:low|small|little|few|short|tight)\b/i

/** "The disk is nearly full", "is idle", "too high": a reading near that end, or the same word in the report. */
function extreme({ text, figures, corpus }: Directed): string | null {
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
