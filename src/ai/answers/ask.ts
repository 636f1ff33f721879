import { describeEvidence } from '../../model/evidence.ts'
import type { Answered, Question } from '../../model/question.ts'
import { redact } from '../../model/redact.ts'
import { factsOf, withTexts } from '../facts.ts'
import { type WriterOptions, write } from '../write.ts'
import { findAnswer } from './answer.ts'
import { readQuestion } from './question.ts'
import type { AnswerSources, Found } from './sources.ts'

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
  const answer = { question, kind: found.kind, evidence: found.evidence, understood }
  const computed = (reason: string): Answered => ({
    ...answer,
    sentences: found.sentences,
    writer: { kind: 'computed', reason },
  })
  // What is not known needs no words but its own.
  if (found.kind === 'unknown') return computed('Nothing was found to put into words.')
  if (!options.writer) return computed('No model was asked.')
  const texts = [...found.sentences, ...found.evidence.map(describeEvidence)]
  const written = await write(
    {
      values: (characters) => ({ question: fenced(question), readings: readingsOf(found, characters) }),
      facts: withTexts(factsOf(sources.report), texts),
      leastSentences: 1,
    },
    options.writer,
  )
  if ('failed' in written) return computed(written.failed)
  const { kept, removed, model, why } = written
  return {
    ...answer,
    sentences: kept,
    writer: { kind: 'model', model, why, verified: kept.length, removed: removed.length },
  }
}

const fenced = (text: string): string => text.replace(/</g, '‹').replace(/\s+/g, ' ')

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
