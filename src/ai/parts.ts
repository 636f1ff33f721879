import { ANSWER_SCHEMAS, type AnswerSchemaName } from './answer-schemas.ts'
import type { Facts } from './facts.ts'
import { type Grounded, ground } from './grounding.ts'

/** A part of an answer: of a report its summary, what matters, one incident, or the order of work. */
export type Part = {
  readonly kind: 'sentences' | 'summary' | 'matters' | 'incident' | 'order'
  /** Of an incident, the position of its finding in the report. */
  readonly finding: number | null
  readonly sentences: readonly string[]
}

export type GroundedParts = Grounded & {
  /** What is left of each part; none is empty. */
  readonly parts: readonly Part[]
}

/** The parts of an answer in the form of its schema. Throws where it has another form. */
export const partsOf = (schema: AnswerSchemaName, content: string): Part[] =>
  partsIn(schema, JSON.parse(content))

function partsIn(schema: AnswerSchemaName, value: unknown): Part[] {
  const part = (kind: Part['kind'], sentences: readonly string[], finding: number | null = null) => ({
    kind,
    finding,
    sentences,
  })
  if (schema === 'narrative') return [part('sentences', ANSWER_SCHEMAS.narrative.parse(value).sentences)]
  const { summary, matters, incidents, order } = ANSWER_SCHEMAS.report.parse(value)
  return [
    part('summary', summary),
    part('matters', matters),
    ...incidents.map(({ finding, sentences }) => part('incident', sentences, finding)),
    part('order', order),
  ]
}

/** The same of an answer that is still being written: its sentences that are whole. */
export function partsSoFar(schema: AnswerSchemaName, content: string): Part[] {
  const closed = closedAfterLastSentence(content)
  if (closed === null) return []
  try {
    const value = JSON.parse(closed) as object
    const empty = { summary: [], matters: [], incidents: [], order: [] }
    return partsIn(schema, schema === 'report' ? { ...empty, ...value } : value)
  } catch {
    // Not in the form that was asked for; when it is whole, that is said.
    return []
  }
}

/** JSON that breaks off, cut after the last string that is whole in a list, with every bracket closed. */
function closedAfterLastSentence(content: string): string | null {
  const open: string[] = []
  let closed: string | null = null
  let isText = false
  for (let at = 0; at < content.length; at += 1) {
    const character = content[at] as string
    if (isText && character === '\\') at += 1
    else if (character === '"') {
      isText = !isText
      if (!isText && open.at(-1) === ']') closed = content.slice(0, at + 1) + open.toReversed().join('')
    } else if (!isText && character === '[') open.push(']')
    else if (!isText && character === '{') open.push('}')
    else if (!isText && (character === ']' || character === '}')) open.pop()
  }
  return closed
}

/** What of the parts can be traced. What an earlier part has said is not said again. */
export function groundParts(parts: readonly Part[], facts: Facts): GroundedParts {
  const kept: string[] = []
  const removed: Grounded['removed'] = []
  const citations: Grounded['citations'] = []
  const left: Part[] = []
  for (const part of parts) {
    const fresh = part.sentences.filter((sentence) => !kept.includes(sentence.trim()))
    const grounded = ground(fresh.join('\n'), facts)
    kept.push(...grounded.kept)
    removed.push(...grounded.removed)
    citations.push(...grounded.citations)
    if (grounded.kept.length > 0) left.push({ ...part, sentences: grounded.kept })
  }
  return { kept, removed, citations, parts: left }
}

/** The sentences of a second answer beside those of the first that stayed, part by part. */
export const joined = (first: readonly Part[], second: readonly Part[]): Part[] => {
  const isSame = (one: Part, other: Part) => one.kind === other.kind && one.finding === other.finding
  return [
    ...first.map((part) => ({
      ...part,
      sentences: [
        ...part.sentences,
        ...second.filter((each) => isSame(each, part)).flatMap(({ sentences }) => sentences),
      ],
    })),
    ...second.filter((part) => !first.some((each) => isSame(each, part))),
  ]
}
