import { conceptsIn, overlap } from './concepts.ts'
import type { Directed } from './directed.ts'
import { NOT, sideIn, wrong } from './direction-words.ts'
import type { Figure } from './figures.ts'

/** "api uses more memory than webui", without a value: the readings of both say whether it does. */
export function comparedSubjects({ text, figures, subjects, traced }: Directed): string | null {
  const named = [...subjects].toSorted(([, left], [, right]) => left - right)
  const [first, second] = named
  if (named.length !== 2 || !first || !second || traced.some(({ mention }) => mention.unit === 'times'))
    return null
  const between = text.slice(first[1], second[1])
  const said = /\bthan\b/i.test(between) ? sideIn(between) : 0
  if (said === 0) return null
  const concepts = conceptsIn(text)
  const of = (name: string) =>
    figures.filter(
      ({ about, label }) =>
        about === name &&
        overlap(conceptsIn(label), concepts) &&
        (!/\b(?:limit|total|maximum|size)\b/i.test(label) || /\blimits?\b/i.test(text)),
    )
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

/** "More than any other", "none uses more than". */
const MORE_THAN_ALL =
  /\b(?:more|higher|larger|bigger|greater|busier|fuller|hotter)\b[\w ]{0,30}\bthan (?:any|all|every|each|the (?:others?|rest))\b|\bno(?:ne| other| \w+)\b[\w ]{0,25}\b(?:more|higher|larger|bigger|greater)\b[\w ]{0,20}\bthan\b/i
const LESS_THAN_ALL =
  /\b(?:less|lower|smaller|fewer|cooler)\b[\w ]{0,30}\bthan (?:any|all|every|each|the (?:others?|rest))\b|\bno(?:ne| other| \w+)\b[\w ]{0,25}\b(?:less|lower|smaller|fewer)\b[\w ]{0,20}\bthan\b/i

/** "webui uses the most memory": among the readings with the same words. */
export function superlative({ text, figures, subjects }: Directed): string | null {
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
    MOST.test(text.replace(/\bat most\b/gi, ' ')) || MORE_THAN_ALL.test(text),
    LEAST.test(text.replace(/\bat least\b/gi, ' ')) || LESS_THAN_ALL.test(text),
  ]
  if (most === least || subjects.size !== 1) return null
  const [name = ''] = subjects.keys()
  const concepts = conceptsIn(text)
  if (concepts.size === 0) return null
  if (NOT.test(text)) return `nothing says that ${name} has not the ${most ? 'most' : 'least'}`
  const isLimit = ({ label }: Figure) =>
    /\b(?:limit|total|maximum|size)\b/i.test(label) && !/\blimit\b/i.test(text)
  const own = figures.filter(
    (figure) => figure.about === name && !isLimit(figure) && overlap(conceptsIn(figure.label), concepts),
  )
  const alike = (figure: Figure) =>
    figures.filter(
      (each) =>
        each.label === figure.label &&
        each.topic.split(' ')[0] === figure.topic.split(' ')[0] &&
        each.unit === figure.unit,
    )
  const groups = own.map((figure) => ({ figure, others: alike(figure) }))
  // The readings that most have: of some findings with the same words nothing follows for all.
  const widest = Math.max(2, ...groups.map(({ others }) => others.length))
  const holds = groups.some(
    ({ figure, others }) =>
      others.length === widest &&
      others.every(({ value }) => (most ? value <= figure.value : value >= figure.value)),
  )
  return holds ? null : `nothing says that ${name} has the ${most ? 'most' : 'least'}`
}
