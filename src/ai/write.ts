import { z } from 'zod'
import { formatSeconds } from '../model/format.ts'
import { type Seconds, seconds } from '../model/units.ts'
import { ANSWER_SCHEMAS } from './answer-schemas.ts'
import { type ChosenModel, chooseModel } from './choose-model.ts'
import type { Facts } from './facts.ts'
import { type Grounded, ground } from './grounding.ts'
import { ModelFailure } from './model-failure.ts'
import { addressOf, type ChatAnswer, type ChatRequest, chat } from './ollama-client.ts'
import { fillIn, type Prompt } from './prompt.ts'
import { CHARACTERS_PER_TOKEN } from './prompt-input.ts'

export type WriterOptions = {
  url: string
  /** Preferred first; empty: any that is installed. */
  models: readonly string[]
  /** For everything together: choosing, loading, writing. */
  deadlineSeconds: Seconds
  contextTokens: number
  allowRemoteModels: boolean
  prompt: Prompt
}

export const WRITER_DEFAULTS = {
  models: [],
  deadlineSeconds: seconds(120),
  contextTokens: 8192,
  allowRemoteModels: false,
} as const satisfies Partial<WriterOptions>

/** Eight sentences in JSON need less; a model that needs more is rambling. */
const ANSWER_TOKENS = 700
/** For the chat template and what the estimate of characters per token gets wrong. */
const SPARE_TOKENS = 200
/** Less than this holds no report. */
const INPUT_CHARACTERS = 600

/** What is to be put into words: how it reads in no more than so many characters, and what it may state. */
export type Material = {
  values: (characters: number) => Readonly<Record<string, string>>
  facts: Facts
  /** Fewer sentences that can be traced are no text. */
  leastSentences: number
}

export type Written = Grounded & { model: string }

/** What a model makes of it, as far as it can be traced; else why there is nothing. Never rejects. */
export async function write(
  material: Material,
  options: WriterOptions,
  signal?: AbortSignal,
): Promise<Written | { failed: string }> {
  const deadline = AbortSignal.timeout(options.deadlineSeconds * 1000)
  try {
    return await written(material, options, signal ? AbortSignal.any([signal, deadline]) : deadline)
  } catch (error) {
    if (signal?.aborted) return { failed: 'Writing was stopped.' }
    if (!deadline.aborted) return { failed: reasonOf(error, options.url) }
    const within = formatSeconds(options.deadlineSeconds)
    return { failed: `The model at ${addressOf(options.url)} did not finish within ${within}.` }
  }
}

async function written(material: Material, options: WriterOptions, signal: AbortSignal): Promise<Written> {
  const model = await chooseModel(options, signal)
  const contextTokens = Math.min(options.contextTokens, model.contextTokens ?? Number.POSITIVE_INFINITY)
  const request = requestFor(material, options.prompt, model, contextTokens)
  const answer = await chat(options.url, request, signal)
  const first = ground(sentencesOf(answer, model, contextTokens).join('\n'), material.facts)
  const grounded =
    first.removed.length > 0 ? await again(first, answer, request, material, options, signal) : first
  const { kept, removed } = grounded
  if (kept.length < material.leastSentences || kept.length < removed.length) {
    const cause = removed[0] ? `: ${removed[0].reason}` : ''
    const of = kept.length + removed.length
    throw new ModelFailure(`Of ${of} sentences by ${model.name}, ${kept.length} could be traced${cause}.`)
  }
  return { ...grounded, model: model.name }
}

/**
 * Asks once for other sentences in the place of those that could not be traced, with what is wrong with each. What
 * cannot be traced then either is dropped; so is a second answer that never comes.
 */
async function again(
  first: Grounded,
  answer: ChatAnswer,
  request: ChatRequest,
  { facts }: Material,
  { url }: WriterOptions,
  signal: AbortSignal,
): Promise<Grounded> {
  const faults = first.removed.map(({ sentence, reason }) => `- "${sentence}" cannot stay: ${reason}.`)
  const correction = [
    ...faults,
    'Write another sentence for each of these, without what is named, or none. Answer in the same form.',
  ].join('\n')
  try {
    const second = await chat(
      url,
      {
        ...request,
        further: [
          { role: 'assistant', content: answer.content },
          { role: 'user', content: correction },
        ],
      },
      signal,
    )
    const sentences = ANSWER_SCHEMAS.narrative.parse(JSON.parse(second.content)).sentences
    const { kept, citations } = ground([...first.kept, ...sentences].join('\n'), facts)
    // The removed ones of the first answer are what the reader is told of: they were written, and are gone.
    return { kept, citations, removed: first.removed }
  } catch {
    return first
  }
}

function requestFor(
  { values }: Material,
  prompt: Prompt,
  model: ChosenModel,
  contextTokens: number,
): ChatRequest {
  const promptTokens = contextTokens - ANSWER_TOKENS - SPARE_TOKENS
  const room = Math.floor(promptTokens * CHARACTERS_PER_TOKEN) - prompt.system.length - prompt.user.length
  if (room < INPUT_CHARACTERS) {
    throw new ModelFailure(`A context of ${contextTokens} tokens is too small for a report; 8192 do well.`)
  }
  return {
    model: model.name,
    system: prompt.system,
    user: fillIn(prompt.user, values(room)),
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
