import { type About, aboutOf, KIND_NOUNS } from './about.ts'
import { agrees } from './agreement.ts'
import { clauseAround, conceptsIn, isOpposite, mismatch, overlap } from './concepts.ts'
import { nounsCounted } from './counted.ts'
import type { Facts } from './facts.ts'
import { FIX, type Figure, LABEL, RESOLVED } from './figures.ts'
import type { Mention } from './mentions.ts'
import { namesIn } from './places.ts'

/** The figures that a number may be; of a clause that names one subject, only those of that. */
export function tracedFigures(
  mention: Mention,
  mentions: readonly Mention[],
  text: string,
  facts: Facts,
  ofSentence: About,
  subjects: ReadonlyMap<string, number>,
): Figure[] {
  const { before, after } = clauseAround(text, mention.start, mention.end)
  const clause = `${before} ${after}`
  const inOrder = RESPECTIVELY.test(text) ? subjectInOrder(mention, mentions, subjects) : null
  if (inOrder === 'unclear') return []
  const named = [...subjects.keys()].filter((name) => namesIn(name, clause).length > 0)
  const isFragment = named.length === 0 && !namesKind(clause) && !standsAlone(text, mention, clause)
  // ": 1 GiB" after a sentence about one container is of that.
  const own = inOrder ? [inOrder] : isFragment && subjects.size === 1 ? [...subjects.keys()] : named
  // A clause that says by itself what it is about does not borrow that from its neighbour.
  const ofClause = own.length === 0 && namesKind(clause) ? aboutOf(clause, facts) : ofSentence
  const about: About =
    own.length === 0 && standsAlone(text, mention, clause)
      ? { ...ofClause, allows: (figure) => figure.about === null || ofClause.allows(figure) }
      : ofClause
  const near = beside(before, after)
  const isForeign = ({ about: name, label, topic }: Figure) =>
    name === null &&
    own.length === 1 &&
    ((isOfScore(topic, own[0] as string, facts) && !KIND_NOUNS.host.test(near)) ||
      !isOfOwnKind(own[0] as string, `${topic} ${label}`, near, facts))
  const isOfOther = ({ about: name }: Figure) => name !== null && own.length === 1 && name !== own[0]
  const nouns = nounsCounted(mention, text, facts)
  const label = labelBefore(
    before,
    facts.figures.filter(({ about: name }) => own.length === 0 || name === own[0]),
  )
  const titled = titleBefore(before, facts)
  return facts.figures.filter((figure) => {
    // Its size first: of the many figures few have it, and words cost more to look at.
    const isItself = agrees(mention, figure)
    const isRest = figure.unit === 'ratio' && agrees(mention, { ...figure, value: 1 - figure.value })
    if (!isItself && !isRest) return false
    if (titled !== null && figure.topic !== titled && figure.label !== `target ${titled.toLowerCase()}`)
      return false
    if (nouns && !nouns.some((noun) => figure.label.includes(noun))) return false
    if (label !== null && !figure.label.includes(label) && !label.includes(figure.label)) return false
    if (figure.topic === FIX && SAYS_SO.test(before) && !ADVISES.test(text)) return false
    if (
      figure.topic === RESOLVED &&
      !/\b(?:resolved|gone|no longer|earlier|before|last|was|were|solved|fixed|mended)\b/i.test(text)
    )
      return false
    if (figure.row !== null && namesIn(figure.row, text).length === 0) return false
    if (!about.allows(figure) || isOfOther(figure) || isForeign(figure)) return false
    if (isUnrelated(figure, clause, before, after) || mismatch(figure, text, mention) !== null) return false
    return isOpposite(figure, text, mention) ? isRest : isItself
  })
}

/** "Is", "has" before a number, where nothing is advised. */
const SAYS_SO = /\b(?:is|are|was|has|have|had|uses?|stands at|takes?|holds?|reads)\s+(?:\w+\s+){0,3}$/i
const ADVISES =
  /\b(?:set|setting|raise|raising|lower|lowering|increase|reduce|give|should|would|could|recommend\w*|suggest\w*|propos\w+|fix(?:es)?|advice|change|changing|advised|needs?|goal|to do|want\w*)\b/i

/** A key figure is the machine's, whatever its title counts; of the only database it is that one's. */
function isOfScore(topic: string, name: string, { scores, subjects }: Facts): boolean {
  if (!scores.some(({ title }) => title === topic && !title.includes(name))) return false
  const kind = subjects.find((each) => each.name === name)?.kind
  const isOnly = subjects.filter((each) => each.kind === kind).length === 1
  return !(isOnly && kind !== undefined && KIND_NOUNS[kind].test(topic))
}

const RESPECTIVELY = /\brespectively\b/i

/** "api and webui use 1 GiB and 2 GiB, respectively": the first is of the first. */
function subjectInOrder(
  mention: Mention,
  mentions: readonly Mention[],
  subjects: ReadonlyMap<string, number>,
): string | 'unclear' {
  const names = [...subjects].toSorted(([, left], [, right]) => left - right).map(([name]) => name)
  const alike = mentions.filter(({ unit }) => unit === mention.unit)
  if (names.length < 2 || names.length !== alike.length) return 'unclear'
  return names[alike.indexOf(mention)] ?? 'unclear'
}

/** "The memory limit of api is": the label that a number is said to be the value of. */
function labelBefore(before: string, figures: readonly Figure[]): string | null {
  const words = before.toLowerCase().trimEnd()
  const said = SAYS_VALUE.exec(before.toLowerCase())?.[1] ?? ''
  const labels = figures
    .map(({ label }) => label)
    .filter((label) => label !== 'value' && said.startsWith(`${label} of `))
  const beside = figures
    .map(({ label }) => label)
    .filter((label) => label.includes(' ') && label.length > 5 && words.endsWith(label))
  return [...labels, ...beside].toSorted((left, right) => right.length - left.length)[0] ?? null
}

/** "GPU utilisation is at": a key figure by its title, which no other reading can be. */
const titleBefore = (before: string, { scores }: Facts): string | null => {
  const said = before.trimStart().toLowerCase()
  const score = scores.find(
    ({ title }) =>
      said.startsWith(title.toLowerCase()) &&
      /^\W*(?:is|stands|at|was|:)?(?:\s+(?:now|at|about|around|roughly|only|some|nearly|almost))*\s*$/.test(
        said.slice(title.length),
      ),
  )
  return score?.title ?? null
}

const SAYS_VALUE =
  /\bthe ([^,;]{3,80}?) (?:is|was|are|were|stands at|amounts to|reads)(?: (?:now|at|about|around|roughly|some|only|just))*\s*$/

const namesKind = (clause: string): boolean => Object.values(KIND_NOUNS).some((noun) => noun.test(clause))

/** A clause with a verb of its own beside another: what that one is about says nothing of it. */
const standsAlone = (text: string, { start }: Mention, clause: string): boolean =>
  clause.length < text.length - 2 &&
  /;|, (?:and|while|but|whereas)\b/.test(text) &&
  /\b(?:is|are|has|have|was|uses?|takes?|stands?|amounts?|holds?|answers?|runs?|remains?|draws?|spends?)\b/i.test(
    clause,
  ) &&
  (/(?:;|, (?:and|while|but|whereas))[^,;]*$/.test(text.slice(0, start)) ||
    !/[,;]/.test(text.slice(0, start)))

/** What stands by a number, up to the next one: "300 MiB of the 31 GiB of the host" speaks of the host at the second. */
const beside = (before: string, after: string): string =>
  `${before.split(/\d/).at(-1) ?? ''} ${after.split(/\d/)[0] ?? ''}`

/** Where one thing is named, the machine's own figures are meant only if the machine is spoken of. */
function isOfOwnKind(name: string, words: string, text: string, { subjects }: Facts): boolean {
  const kind = subjects.find((subject) => subject.name === name)?.kind
  return (
    KIND_NOUNS.host.test(text) ||
    /\b(?:total|disk|file system|targets?|overall)\b/i.test(text) ||
    words.includes(name) ||
    (kind !== undefined && KIND_NOUNS[kind].test(words))
  )
}

/** What stands by a number that says by how much something changed, or differs. */
const CHANGED_BY =
  /\b(?:by|of up to)(?: (?:about|around|roughly|some|up to|nearly|almost|over|more than|less than|an? additional|another))*\s*$/i
const CHANGES =
  /\b(?:drop\w*|fall\w*|fell|r[io]se\w*|grow\w*|grew|increas\w*|decreas\w*|reduc\w*|improv\w*|cut\w*|shrink\w*|lower\w*|rais\w*|speed\w*|boost\w*|sav\w+|gain\w*|climb\w*|declin\w*)\b/i
const DIFFERS =
  /^\s*(?:fewer|more|less|faster|slower|higher|lower|larger|smaller|better|worse|quicker|cheaper|longer|shorter)\b/i

/** A figure says how much there is; by how much something changed it says only in so many words. */
function isUnrelated(figure: Figure, clause: string, before: string, after: string): boolean {
  const words = `${figure.topic} ${figure.label}`
  if (figure.topic === LABEL && !overlap(conceptsIn(clause), conceptsIn(words))) return true
  const isChange = (CHANGED_BY.test(before) && CHANGES.test(clause)) || DIFFERS.test(after)
  return isChange && !CHANGES.test(words) && !/\b(?:more|less|than|fewer)\b/i.test(words)
}
