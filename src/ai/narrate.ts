import { z } from 'zod'
import { formatSeconds } from '../model/format.ts'
import type { Narrative, Report } from '../model/report.ts'
import { type Seconds, seconds } from '../model/units.ts'
import { ANSWER_SCHEMAS } from './answer-schemas.ts'
import { type ChosenModel, chooseModel } from './choose-model.ts'
import { computedSummary } from './computed-summary.ts'
import { factsOf, type Unnarrated } from './facts.ts'
import { ground } from './grounding.ts'
import { ModelFailure } from './model-failure.ts'
import { addressOf, type ChatAnswer, chat } from './ollama-client.ts'
import { fillIn, type Prompt } from './prompt.ts'
import { CHARACTERS_PER_TOKEN, promptInput } from './prompt-input.ts'

export type NarratorOptions = {
  url: string
  /** Preferred first; empty: any that is installed. */
  models: readonly string[]
  /** For everything together: choosing, loading, writing. */
  deadlineSeconds: Seconds
  contextTokens: number
  allowRemoteModels: boolean
  prompt: Prompt
}

export const NARRATOR_DEFAULTS = {
  models: [],
  deadlineSeconds: seconds(120),
  contextTokens: 8192,
  allowRemoteModels: false,
} as const satisfies Partial<NarratorOptions>

/** Eight sentences in JSON need less; a model that needs more is rambling. */
const ANSWER_TOKENS = 700
/** For the chat template and what the estimate of characters per token gets wrong. */
const SPARE_TOKENS = 200
/** Less than this holds no report. */
const INPUT_CHARACTERS = 600
const LEAST_SENTENCES = 2

/**
 * The summary of a report in a model's words, as far as they can be traced to the report, or the computed one
 * with the reason. Never rejects: a report without prose is still a report.
 */
export async function narrate(
  report: Unnarrated | Report,
  options: NarratorOptions,
  signal?: AbortSignal,
): Promise<Narrative> {
  const deadline = AbortSignal.timeout(options.deadlineSeconds * 1000)
  try {
    return await written(report, options, signal ? AbortSignal.any([signal, deadline]) : deadline)
  } catch (error) {
    const reason = signal?.aborted
      ? 'Writing was stopped.'
      : deadline.aborted
        ? `The model at ${addressOf(options.url)} did not finish within ${formatSeconds(options.deadlineSeconds)}.`
        : reasonOf(error, options.url)
    return { writer: 'computed', text: computedSummary(report), reason }
  }
}

async function written(
  report: Unnarrated,
  options: NarratorOptions,
  signal: AbortSignal,
): Promise<Narrative> {
  const model = await chooseModel(options, signal)
  const contextTokens = Math.min(options.contextTokens, model.contextTokens ?? Number.POSITIVE_INFINITY)
  const answer = await chat(options.url, requestFor(report, options.prompt, model, contextTokens), signal)
  const sentences = sentencesOf(answer, model, contextTokens)
  const { kept, removed } = ground(sentences.join('\n'), factsOf(report))
  if (kept.length < LEAST_SENTENCES || kept.length < removed.length) {
    const cause = removed[0] ? `: ${removed[0].reason}` : ''
    const of = kept.length + removed.length
    throw new ModelFailure(`Of ${of} sentences by ${model.name}, ${kept.length} could be traced${cause}.`)
  }
  return {
    writer: 'model',
    text: kept.join(' '),
    model: model.name,
    sentencesVerified: kept.length,
    sentencesRemoved: removed.length,
  }
}

function requestFor(report: Unnarrated, prompt: Prompt, model: ChosenModel, contextTokens: number) {
  const promptTokens = contextTokens - ANSWER_TOKENS - SPARE_TOKENS
  const room = Math.floor(promptTokens * CHARACTERS_PER_TOKEN) - prompt.system.length - prompt.user.length
  if (room < INPUT_CHARACTERS) {
    throw new ModelFailure(`A context of ${contextTokens} tokens is too small for a report; 8192 do well.`)
  }
  return {
    model: model.name,
    system: prompt.system,
    user: fillIn(prompt.user, { report: promptInput(report, room) }),
    format: z.toJSONSchema(ANSWER_SCHEMAS[prompt.schema]),
    contextTokens,
    answerTokens: ANSWER_TOKENS,
    ...(model.thinks ? { think: false as const } : {}),
  }
}

function sentencesOf(answer: ChatAnswer, model: ChosenModel, contextTokens: number): string[] {
  if (answer.promptTokens !== null && answer.promptTokens >= contextTokens) {
    throw new ModelFailure(`The report did not fit into the ${contextTokens} tokens of ${model.name}.`)
  }
  if (answer.doneReason === 'length')
    throw new ModelFailure(`${model.name} wrote more than it was asked for.`)
  try {
    return ANSWER_SCHEMAS.narrative.parse(JSON.parse(answer.content)).sentences
  } catch (error) {
    throw new ModelFailure(`${model.name} did not answer in the form it was asked for.`, { cause: error })
  }
}

function reasonOf(error: unknown, url: string): string {
  if (error instanceof ModelFailure) return error.message
  const { message, cause } = error as Error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  if (code === 'ECONNREFUSED')
    return `Nothing answers at ${addressOf(url)}. Start Ollama, or correct its address.`
  if (code) return `Ollama at ${addressOf(url)} cannot be reached: ${code}.`
  if (error instanceof z.ZodError)
    return `What answers at ${addressOf(url)} does not speak Ollama's language.`
  return `Ollama at ${addressOf(url)} failed: ${message.replace(/\s+/g, ' ').slice(0, 200).replace(/\.$/, '')}.`
}
