import { describeEvidence, type Evidence } from '../../model/evidence.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import type { Answered, Question } from '../../model/question.ts'
import { redact } from '../../model/redact.ts'
import { factsOf, withTexts } from '../facts.ts'
import { ModelFailure } from '../model-failure.ts'
import { type WriterOptions, write } from '../write.ts'
import { findAnswer } from './answer.ts'
import { fenced } from './fence.ts'
import { readQuestion } from './question.ts'
import type { AnswerSources, Found } from './sources.ts'
import { type Conversed, converse } from './tools/converse.ts'

export type AskOptions = {
  /** The question before in the same thread. */
  readonly before?: Question | null
  /** Null: no model is to be asked. */
  readonly writer: WriterOptions | null
}

/** Longer questions are cut: nobody asks so much, and a prompt has an end. */
const QUESTION_CHARACTERS = 500

/**
 * Answers a question from what is known: rules and names find the facts, and a model, where there is one, puts them
 * into words, of which only what can be traced to the facts is kept. Without a model the facts are the answer.
 */
export async function ask(text: string, sources: AnswerSources, options: AskOptions): Promise<Answered> {
  const question = redact(text.replace(/\s+/g, ' ').trim().slice(0, QUESTION_CHARACTERS))
  const understood = readQuestion(question, sources.snapshot, options.before ?? null)
  const found = await findAnswer(understood, sources)
  const answer = { question, kind: found.kind, evidence: found.evidence, understood, plans: [] }
  const computed = (reason: string): Answered => ({
    ...answer,
    sentences: found.sentences,
    writer: { kind: 'computed', reason },
  })
  // What is known not to be known needs no words but its own.
  if (found.kind === 'unknown' && !found.isNotUnderstood)
    return computed('Nothing was found to put into words.')
  if (!options.writer) return computed('No model was asked.')
  const facts = withTexts(factsOf(sources.report), [
    ...found.sentences,
    ...found.evidence.map(describeEvidence),
  ])
  const plans: FixPlan[] = []
  const lookUntil = performance.now() + options.writer.deadlineSeconds * 1000 * SHARE_FOR_LOOKING
  let looked: Pick<Conversed, 'evidence' | 'called'> = { evidence: [], called: [] }
  const written = await write(
    {
      values: (characters) => ({ question: fenced(question), readings: readingsOf(found, characters) }),
      facts,
      leastSentences: 1,
      needsLookUp: found.isNotUnderstood ?? false,
      async lookUp(model, opening, characters) {
        plans.length = 0
        const context = { question: understood, sources: collectingPlans(sources, plans) }
        const conversed = await converse(model, opening, context, characters, lookUntil)
        if (found.isNotUnderstood && conversed.called.length === 0)
          throw new ModelFailure(`${model.name} looked nothing up, so there is nothing to answer from.`)
        looked = conversed
        return { messages: conversed.messages, facts: withTexts(facts, conversed.said) }
      },
    },
    options.writer,
  )
  if ('failed' in written) return computed(written.failed)
  const { kept, removed, model, why } = written
  return {
    ...answer,
    kind: 'answered',
    sentences: kept,
    evidence: distinct([...found.evidence, ...looked.evidence]).slice(0, EVIDENCE),
    plans,
    writer: {
      kind: 'model',
      model,
      why,
      verified: kept.length,
      removed: removed.length,
      lookedUp: looked.called,
    },
  }
}

/** Of the deadline; the rest is for putting into words what was found. */
const SHARE_FOR_LOOKING = 0.5

/** One plan for one question: more is a programme, which a person should write. */
const PLANS = 1
/** More is a report. */
const EVIDENCE = 20

function collectingPlans(sources: AnswerSources, plans: FixPlan[]): AnswerSources {
  const { propose } = sources
  if (!propose) return sources
  return {
    ...sources,
    async propose(wish) {
      if (plans.length >= PLANS) return { kind: 'not-possible', reason: 'one plan for a question is enough' }
      const laid = await propose(wish)
      if (laid.kind === 'proposed') plans.push(laid.plan)
      return laid
    },
  }
}

const distinct = (evidence: readonly Evidence[]): Evidence[] => [
  ...new Map(evidence.map((each) => [`${each.label} ${each.source} ${each.value}`, each])).values(),
]

function readingsOf({ sentences, evidence }: Found, characters: number): string {
  const lines = [
    ...sentences.map((sentence) => `Found: ${fenced(sentence)}`),
    ...evidence.map((each) =>
      typeof each.value === 'string'
        ? `Quoted: ${fenced(each.label)}: ${JSON.stringify(fenced(each.value))}`
        : `Measured: ${fenced(describeEvidence(each))}`,
    ),
  ]
  return lines.join('\n').slice(0, characters)
}
