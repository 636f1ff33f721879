import type { Finding } from '../model/finding.ts'
import type { Gap } from '../model/gap.ts'

/** What a cause may be made of: everything that one finding says. */
export type CauseSource = {
  readonly names: readonly string[]
  /** Word stems of the whole finding. */
  readonly all: ReadonlySet<string>
  /** Those of each text, its sentences together. */
  readonly texts: readonly ReadonlySet<string>[]
  /** Each sentence, for whether it denies what a claim says. */
  readonly sentences: readonly { readonly stems: ReadonlySet<string>; readonly denies: boolean }[]
}

export function causeSourceOf(finding: Finding): CauseSource {
  const texts = [
    finding.title,
    finding.impact,
    finding.rootCause,
    ...finding.symptoms,
    ...finding.evidence.flatMap(({ label, value }) => [label, ...(typeof value === 'string' ? [value] : [])]),
    ...finding.fixes.flatMap((fix) => (fix.kind === 'manual' ? [fix.title, fix.change] : [fix.title])),
    `${finding.target.kind} ${finding.target.name}`,
  ]
  // What a fix does is not yet so.
  const states = [finding.title, finding.impact, finding.rootCause, ...finding.symptoms]
  const sentences = states.flatMap((text) => text.split(/[.;:]\s+|\n/)).filter((text) => /\p{L}/u.test(text))
  return {
    names: [finding.target.name],
    all: new Set(texts.flatMap((text) => [...stemsOf(text), ...numbersOf(text)])),
    texts: texts.map((text) => new Set(stemsOf(text))),
    sentences: sentences.map((text) => ({ stems: new Set(stemsOf(text)), denies: denies(text) })),
  }
}

/** Why something could not be read. */
export const causeSourceOfGap = ({ missing, reason, remedy }: Gap): CauseSource => ({
  names: [],
  all: new Set([missing, reason, remedy].flatMap(stemsOf)),
  texts: [new Set(stemsOf(`${missing} ${reason}`))],
  sentences: [{ stems: new Set(stemsOf(reason)), denies: denies(reason) }],
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
  return isSame && !denies(text) && near.every((sentence) => sentence.denies)
    ? 'a finding says the opposite'
    : null
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

const stemsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((word) => word.length > 1 && !EMPTY.has(word) && !/^\d+$/.test(word))
    .map(stemOf)

/** "79 of 97 connections" is about the finding that has these numbers. */
const numbersOf = (text: string): string[] => text.match(/\d+(?:\.\d+)?/g) ?? []

const denies = (text: string): boolean =>
  /\b(?:not|never|no|none|cannot|lack\w*|missing|without|absent|unable|nobody|nothing)\b|n['’]t\b/i.test(text)

/** A claim of cause: what is said to be caused, and by what. */
type Claim = { effect: string; cause: string }

const FORWARD =
  /\b(?:because of|because|due to|owing to|caused by|as a result of|as a consequence of|thanks to|on account of|stem(?:s|ming)? from|result(?:s|ing|ed)? from|com(?:es|ing) from|originat\w+ (?:in|from)|triggered by|brought (?:down|on|about) by|explained by|attribut\w+ to|traced (?:back )?to|the (?:root )?(?:cause|reason)(?: for (?:this|that|it))? is(?: that)?|for want of|blamed on|down to|follows from|is behind|since(?! the| yesterday|\s+\d| last| its| it was (?:made|started)| then)|driven by|induced by)\b/i
const BACKWARD =
  /\b(?:causes|caused|is causing|leads? to|led to|results? in|resulted in|is (?:the )?(?:root )?(?:cause|reason|culprit)(?: (?:of|for|behind|why))?|is to blame(?: for)?|is responsible for|triggers|triggered|brings down|brought down|breaks|broke|makes it|explains|is why|prevents|takes down|took down|so that|which is why|that is why|is the reason)\b/i

/** What a sentence says causes what. `before` is the sentence before, which "The reason is" speaks of. */
function claimsIn(text: string, before: string): Claim[] {
  const labelled = LABELLED.exec(text)
  if (labelled) return [{ effect: labelled[1] ?? before, cause: labelled[2] ?? '' }]
  const forward = FORWARD.exec(text)
  const backward = BACKWARD.exec(text)
  const claims: Claim[] = []
  if (forward) {
    const [head, tail] = [text.slice(0, forward.index), text.slice(forward.index + forward[0].length)]
    if (/^\W*$/.test(head)) {
      const comma = tail.lastIndexOf(', ')
      claims.push({
        effect: comma < 0 ? before : tail.slice(comma),
        cause: comma < 0 ? tail : tail.slice(0, comma),
      })
    } else if (/\bis behind$/i.test(forward[0])) claims.push({ effect: tail, cause: head })
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

/** How much of a cause has to stand in one finding. */
const COVERED = 0.6

const coverage = (words: readonly string[], known: ReadonlySet<string>): number =>
  words.length === 0 ? 1 : words.filter((word) => known.has(word)).length / words.length

/** Of a short cause every word; of a longer one some may be the writer's own. */
const isCovered = (words: readonly string[], known: ReadonlySet<string>): boolean =>
  coverage(words, known) >= (words.length < 4 ? 1 : COVERED)

/** Why a claim of cause cannot be kept: no finding says it, another finding says it of something else, or it is denied. */
export function causeObjection(text: string, before: string, sources: readonly CauseSource[]): string | null {
  for (const claim of claimsIn(text, before)) {
    const objection = objectionTo(claim, sources)
    if (objection !== null) return objection
  }
  return null
}

function objectionTo(claim: Claim, sources: readonly CauseSource[]): string | null {
  const cause = stemsOf(claim.cause)
  if (cause.length === 0) return null
  const effect = [...stemsOf(claim.effect), ...numbersOf(claim.effect)]
  const stranger = `no finding says that the cause is "${claim.cause.trim().slice(0, 80)}"`
  // A number that another finding has, and this one has not, is of that.
  const isElsewhere = (source: CauseSource, text: string) =>
    numbersOf(text).some((number) => !source.all.has(number) && sources.some(({ all }) => all.has(number)))
  const isSaid = ({ texts }: CauseSource) => texts.some((stems) => coverage(cause, stems) >= COVERED)
  const supporting = sources.filter(
    (source) => isCovered(cause, source.all) && isSaid(source) && !isElsewhere(source, claim.cause),
  )
  if (supporting.length === 0) return stranger
  // A finding that is about what is said to be caused, if any is, has to be the one that says why.
  const best = effect.length === 0 ? 0 : Math.max(...sources.map(({ all }) => coverage(effect, all)))
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
  return same.length > 0 && same.every((sentence) => sentence.denies !== denies(text))
}
