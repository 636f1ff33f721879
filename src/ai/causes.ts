import type { Finding } from '../model/finding.ts'
import type { Gap } from '../model/gap.ts'

/** What a cause may be made of: everything that one finding says. */
export type CauseSource = {
  readonly names: readonly string[]
  /** Word stems of the whole finding. */
  readonly all: ReadonlySet<string>
  /** Of what it says is so; what a fix does is not yet so. */
  readonly stated: ReadonlySet<string>
  /** Those of each text, its sentences together. */
  readonly texts: readonly ReadonlySet<string>[]
  /** Each text whole, what a fix says too: who repeats one claims nothing new. */
  readonly quotes: readonly string[]
  /** Each sentence, for whether it denies what a claim says. */
  readonly sentences: readonly Said[]
}

/** One sentence; what it denies is what stands after "no" or "not". */
type Said = {
  readonly text: string
  readonly stems: ReadonlySet<string>
  readonly denied: readonly string[] | null
}

export function causeSourceOf(finding: Finding): CauseSource {
  const states = [finding.title, finding.impact, finding.rootCause, ...finding.symptoms]
  const stated = [
    finding.title,
    finding.rootCause,
    ...finding.symptoms,
    ...certain(finding.impact),
    ...finding.evidence.flatMap(({ label, value }) => [label, ...(typeof value === 'string' ? [value] : [])]),
    `${finding.target.kind} ${finding.target.name}`,
  ]
  const fixes = finding.fixes.flatMap((fix) =>
    fix.kind === 'manual' ? [fix.title, fix.change] : [fix.title],
  )
  const wordsOf = (texts: readonly string[]) =>
    new Set(texts.flatMap((text) => [...stemsOf(text), ...numbersOf(text)]))
  return {
    names: [finding.target.name],
    all: wordsOf([...stated, ...fixes]),
    stated: wordsOf(stated),
    texts: stated.map((text) => new Set(stemsOf(text))),
    quotes: [...states, ...fixes].map(plainWords),
    sentences: states.flatMap(saidIn),
  }
}

/** What might happen is the cause of nothing. */
const certain = (impact: string): string[] =>
  impact.split(/(?<=[.;:])\s+/).filter((text) => !/\b(?:could|would|may|might|can|if|until)\b/i.test(text))

const saidIn = (text: string): Said[] =>
  text
    .split(/[.;:]\s+|\n/)
    .filter((sentence) => /\p{L}/u.test(sentence))
    .map((sentence) => ({
      text: plainWords(sentence),
      stems: new Set(stemsOf(sentence)),
      denied: deniedIn(sentence),
    }))

const plainWords = (text: string): string =>
  ` ${text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((word) => word !== '')
    .join(' ')} `

/** Why something could not be read. */
export const causeSourceOfGap = ({ missing, reason, remedy }: Gap): CauseSource => ({
  names: [],
  all: new Set([missing, reason, remedy].flatMap(stemsOf)),
  stated: new Set([missing, reason].flatMap(stemsOf)),
  texts: [new Set(stemsOf(`${missing} ${reason}`))],
  quotes: [missing, reason, remedy].map(plainWords),
  sentences: saidIn(reason),
})

/** Whether a short sentence says what a finding denies, or the other way round. */
export function contradiction(text: string, sources: readonly CauseSource[]): string | null {
  if (/\b(?:if|once|when|until|after|would|should|will|can|could|to|again|so that)\b/i.test(text)) return null
  const stems = stemsOf(text)
  if (stems.length < 2 || claimsIn(text, '').length > 0) return null
  const near = sources
    .flatMap(({ sentences }) => sentences)
    .filter((each) => coverage(stems, each.stems) >= COVERED)
  const isSame = near.some((each) => coverage(stems, each.stems) === 1)
  // "api uses memory" is no answer to "api has no memory limit".
  const denies = ({ denied }: Said) => denied?.every((stem) => stems.includes(stem)) ?? false
  return isSame && deniedIn(text) === null && near.every(denies) ? 'a finding says the opposite' : null
}

/** Words that say nothing of what a cause is. */
const EMPTY = new Set(
  (
    'a an and any are as at be been being both but by can cannot could did do does done each for from get gets got had ' +
    'has have having he her here him his how however i if in into is it its itself just may might more most much must ' +
    'no nor not of off on once one only or other our out over own per same shall she should so some still such than ' +
    'that the their them then there these they this those through to too under until up very was we were what when ' +
    'where which while who whom why will with within without would yet you your also again already now never ever ' +
    'always because due cause causes caused causing reason root result results resulting fact way thing things ' +
    'problem problems issue issues happen happens keep keeps kept make makes made need needs needed lack lacks lacking ' +
    'missing miss absent none available unavailable present found find use uses used using set setting settings ' +
    'fail fails failed failing failure stop stops stopped start starts started starting restart restarts restarting ' +
    'restarted crash crashes crashing crashed run runs running ran end ends ended ending down likely probably ' +
    'apparently currently first main real actual underlying container containers service host machine server system ' +
    'database process program software application time times at ' +
    'immediately repeatedly constantly directly simply left right too big small large little low high higher lower ' +
    'exit exits exited exiting read reads could answer answers ' +
    'built build builds builder longer shorter ' +
    'mib gib kib mb gb kb ms percent cent share part half third quarter twice ' +
    'enough whole full entire several many few new old good bad own current contain contains include included hold holds'
  ).split(' '),
)

/** Different words for one thing. */
const SAME: readonly (readonly [RegExp, string])[] = [
  [/^(?:packag|modul|librar|dependenc)/, 'package'],
  [/^(?:default|stock|untouch|unchang|unset|unconfigur)/, 'default'],
  [/^(?:log(?:in|ins)|sign)/, 'sign'],
  [/^(?:ram|memor)/, 'memory'],
  [/^(?:postgres)/, 'postgres'],
  [/^(?:limit|cap$|quota|ceiling)/, 'limit'],
  [/^(?:kill)/, 'kill'],
  [/^(?:import)/, 'import'],
]

const stemOf = (word: string): string => {
  const stem = word.length > 4 ? word.replace(/(?:ing|ed|es|s|ly)$/, '') : word.replace(/s$/, '')
  return SAME.find(([pattern]) => pattern.test(word))?.[1] ?? stem
}

/** Words that say one thing together, each of which says little alone. */
const OUT_OF_MEMORY =
  /\b(?:out of (?:\w+ )?memory|(?:for|from) (?:want|lack) of memory|oom(?:[- ]kill(?:ed|er|s)?)?)\b/g

const stemsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .replace(OUT_OF_MEMORY, ' oom ')
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((word) => word.length > 1 && !EMPTY.has(word) && !/^\d+$/.test(word))
    .map(stemOf)

/** "79 of 97 connections" is about the finding that has these numbers. */
const numbersOf = (text: string): string[] => text.match(/\d+(?:\.\d+)?/g) ?? []

const DENIES =
  /\b(?:not|never|no|none|cannot|lack\w*|missing|without|absent|unable|nobody|nothing)\b|n['’]t\b/i

/** The next words after the one that denies: as many as name a thing. */
const DENIED_STEMS = 2

function deniedIn(text: string): string[] | null {
  const match = DENIES.exec(text)
  return match ? stemsOf(text.slice(match.index + match[0].length)).slice(0, DENIED_STEMS) : null
}

/** A claim of cause: what is said to be caused, and by what. */
type Claim = { effect: string; cause: string }

const FORWARD =
  /\b(?:because of|because|due to|owing to|caused by|as a result of|as a consequence of|thanks to|on account of|stem(?:s|ming)? from|result(?:s|ing|ed)? from|com(?:es|ing) from|originat\w+ (?:in|from)|triggered by|brought (?:down|on|about) by|explained by|attribut\w+ to|traced (?:back )?to|the (?:root )?(?:cause|reason)(?: for (?:this|that|it))? is(?: that)?|for want of|blamed on|down to|follows from|is behind|since(?! the| yesterday|\s+\d| last| its| it was (?:made|started)| then)|driven by|induced by)\b/i
const BACKWARD =
  /\b(?:causes|caused|is causing|leads? to|led to|results? in|resulted in|is (?:the )?(?:root )?(?:cause|reason|culprit)(?: (?:of|for|behind|why))?|is to blame(?: for)?|is responsible for|triggers|triggered|brings down|brought down|breaks|broke|makes it|explains|is why|prevents|takes down|took down|so that|which is why|that is why|is the reason)\b/i

/** What a sentence says causes what. `before` is the sentence before, which "The reason is" speaks of. */
function claimsIn(said: string, before: string): Claim[] {
  // "Killed for want of memory" is what happened, by its name.
  const text = said.replace(/\b(?:for|from) (?:want|lack) of memory\b/gi, 'out of memory')
  const labelled = LABELLED.exec(text)
  if (labelled) return [{ effect: labelled[1] ?? before, cause: labelled[2] ?? '' }]
  const backward = BACKWARD.exec(text)
  const forward = [...text.matchAll(new RegExp(FORWARD, 'gi'))]
  const claims: Claim[] = []
  for (const [index, { 0: said, index: at }] of forward.entries()) {
    // "Killed for want of memory because …" claims two things.
    const head = text.slice(0, at)
    const tail = text.slice(at + said.length, forward[index + 1]?.index)
    if (/^\W*$/.test(head)) {
      const comma = tail.lastIndexOf(', ')
      claims.push({
        effect: comma < 0 ? before : tail.slice(comma),
        cause: comma < 0 ? tail : tail.slice(0, comma),
      })
    } else if (/\bis behind$/i.test(said)) claims.push({ effect: tail, cause: head })
    else claims.push({ effect: LEANS.test(head) ? before : head, cause: tail })
  }
  if (backward) {
    const [head, tail] = [text.slice(0, backward.index), text.slice(backward.index + backward[0].length)]
    if (!LEANS.test(head)) claims.push({ cause: head, effect: tail })
  }
  return claims
}

/** "This happens because": what happens was said before. */
const LEANS =
  /^\W*(?:this|that|it|which|these|those)\b(?: (?:is|was|happens|happened|comes|came|has|all|mainly|probably))*\W*$/i

const LABELLED =
  /^\W*(?:the |its |a )?(?:root |underlying |main |likely |probable |real )?(?:cause|reason|culprit)(?: (?:of|for|behind) ([^:,]*?))?(?: is| was|:)(?: that)?\s+(.*)$/i

/** So much of what is said to be caused has to be spoken of somewhere. */
const KNOWN = 1 / 3

/** How much of a cause has to stand in one finding. */
const COVERED = 0.6

const coverage = (words: readonly string[], known: ReadonlySet<string>): number =>
  words.length === 0 ? 1 : words.filter((word) => known.has(word)).length / words.length

/** Of a short cause every word; of a longer one some may be the writer's own. */
const isCovered = (words: readonly string[], known: ReadonlySet<string>): boolean =>
  coverage(words, known) >= (words.length < 4 ? 1 : COVERED)

/** Why a claim of cause cannot be kept: no finding says it, another finding says it of something else, or it is denied. */
export function causeObjection(text: string, before: string, sources: readonly CauseSource[]): string | null {
  const quoted = plainWords(text.replace(/^[^:]{0,30}: /, ''))
  if (sources.some(({ quotes }) => quotes.some((each) => each.includes(quoted) || each === plainWords(text))))
    return null
  for (const claim of claimsIn(text, before)) {
    const objection = objectionTo(claim, sources)
    if (objection !== null) return objection
  }
  return null
}

function objectionTo(claim: Claim, sources: readonly CauseSource[]): string | null {
  const cause = stemsOf(claim.cause)
  const effect = [...stemsOf(claim.effect), ...numbersOf(claim.effect)]
  const stranger = `no finding says that the cause is "${claim.cause.trim().slice(0, 80)}"`
  // A number that another finding has, and this one has not, is of that.
  const isElsewhere = (source: CauseSource, text: string) =>
    numbersOf(text).some((number) => !source.all.has(number) && sources.some(({ all }) => all.has(number)))
  const words = plainWords(claim.cause)
  // Of a cause that is made of empty words, "none was set", nothing is left to compare but the words themselves.
  const isSaid = ({ texts, sentences }: CauseSource) =>
    cause.length === 0
      ? sentences.some(({ text }) => text.includes(words))
      : texts.some((stems) => coverage(cause, stems) >= COVERED)
  const supporting = sources.filter(
    (source) => isCovered(cause, source.stated) && isSaid(source) && !isElsewhere(source, claim.cause),
  )
  if (supporting.length === 0) return stranger
  // A finding that is about what is said to be caused, if any is, has to be the one that says why.
  const best = effect.length === 0 ? 0 : Math.max(...sources.map(({ all }) => coverage(effect, all)))
  if (effect.length > 0 && best < KNOWN) return `no finding speaks of "${claim.effect.trim().slice(0, 80)}"`
  const fitting = supporting.filter(
    (source) =>
      coverage(effect, source.all) >= Math.min(best, COVERED) - 1e-9 && !isElsewhere(source, claim.effect),
  )
  if (effect.length > 0 && best > 0 && fitting.length === 0) return stranger
  const named = sources.filter(({ names }) => names.some((name) => namedIn(name, claim.effect)))
  if (named.length > 0 && !named.some((each) => supporting.includes(each))) return stranger
  const denied =
    fitting.length > 0 && fitting.every(({ sentences }) => isDenied(claim.cause, cause, sentences))
  return denied ? 'a finding says the opposite' : null
}

const namedIn = (name: string, text: string): boolean =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_.-]+/u)
    .includes(name.toLowerCase())

/** A sentence of the finding has the same words, and one of the two denies what the other says. */
function isDenied(text: string, cause: readonly string[], sentences: CauseSource['sentences']): boolean {
  const same = sentences
    .filter(({ stems }) => cause.length > 1 && coverage(cause, stems) >= 0.8)
    .toSorted((left, right) => left.stems.size - right.stems.size)
  const denies = deniedIn(text) !== null
  return same.length > 0 && same.every(({ denied }) => (denied !== null) !== denies)
}
