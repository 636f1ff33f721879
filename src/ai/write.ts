import { z } from 'zod'
import { formatSeconds } from '../model/format.ts'
import { type Seconds, seconds } from '../model/units.ts'
import { ANSWER_SCHEMAS, type AnswerSchemaName } from './answer-schemas.ts'
import type { Facts } from './facts.ts'
import { ModelFailure } from './model-failure.ts'
import type { ChatAnswer, ChatMessage } from './ollama/chat.ts'
import { addressOf, failureOf } from './ollama/client.ts'
import { type Served, serve } from './ollama/serve.ts'
import { SERVING_DEFAULTS, type Serving } from './ollama/serving.ts'
import { type GroundedParts, groundParts, joined, type Part, partsOf, partsSoFar } from './parts.ts'
import { fillIn, type Prompt } from './prompt.ts'
import { CHARACTERS_PER_TOKEN } from './prompt-input.ts'

export type WriterOptions = Serving & {
  /** For everything together: choosing, waiting, loading, writing. */
  readonly deadlineSeconds: Seconds
  readonly prompt: Prompt
}

export const WRITER_DEFAULTS = {
  ...SERVING_DEFAULTS,
  deadlineSeconds: seconds(120),
} as const satisfies Partial<WriterOptions>

/** What the form has room for needs less; a model that needs more is rambling. */
const ANSWER_TOKENS = { narrative: 700, report: 1400 } as const
/** While all GPUs are busy with what others want of them. */
const BRIEF_ANSWER_TOKENS = 350
const BRIEFLY =
  '\n\nThe GPUs are busy: write the summary alone, in three sentences, and leave the other lists empty.'
/** After tools: the form of the answer cannot be asked for together with them. */
const ANSWER_NOW = 'Now answer the question from what was found, in the form that was described.'
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
  /** Gets what is verified so far, each time that there is more. */
  verified?: (so: GroundedParts, model: string) => void
  /** There is nothing to write from but what a model looks up. */
  needsLookUp?: boolean
  /** Has a model that calls tools look up more, with what it then may state besides. */
  lookUp?: (
    model: Served,
    opening: readonly ChatMessage[],
    characters: number,
  ) => Promise<{ readonly messages: readonly ChatMessage[]; readonly facts: Facts }>
}

export type Written = GroundedParts & {
  model: string
  /** Why that model, for people. */
  why: string
}

/** What a model makes of it, as far as it can be traced; else why there is nothing. Never rejects. */
export async function write(
  material: Material,
  options: WriterOptions,
  signal?: AbortSignal,
): Promise<Written | { failed: string }> {
  return inTime(options, signal, (within) =>
    serve(options, within, (model) => written(material, options, model)),
  )
}

/** Whatever a model is asked, within the deadline; else why there is nothing. Never rejects. */
export async function inTime<Result>(
  { deadlineSeconds, servers }: Pick<WriterOptions, 'deadlineSeconds' | 'servers'>,
  signal: AbortSignal | undefined,
  work: (within: AbortSignal) => Promise<Result>,
): Promise<Result | { failed: string }> {
  const deadline = AbortSignal.timeout(deadlineSeconds * 1000)
  try {
    return await work(signal ? AbortSignal.any([signal, deadline]) : deadline)
  } catch (error) {
    if (signal?.aborted) return { failed: 'Writing was stopped.' }
    const where = servers.map(({ url }) => addressOf(url)).join(', ')
    if (deadline.aborted)
      return { failed: `The model at ${where} did not finish within ${formatSeconds(deadlineSeconds)}.` }
    return { failed: failureOf(error, where, false).message }
  }
}

async function written(material: Material, options: WriterOptions, model: Served): Promise<Written> {
  const { request, facts } = await prepared(material, options, model)
  const { schema } = options.prompt
  const answer = await model.ask(request, listener(material, schema, facts, model.name))
  const first = groundParts(readParts(answer, schema, model), facts)
  const grounded =
    first.removed.length > 0 ? await again(first, answer, schema, request, facts, model) : first
  const { kept, removed } = grounded
  if (kept.length < material.leastSentences || kept.length < removed.length) {
    // What was wrong with them is not said: it would repeat to the readers what they are to be spared.
    const of = kept.length + removed.length
    throw new ModelFailure(`Of ${of} sentences by ${model.name}, ${kept.length} could be traced.`)
  }
  return { ...grounded, model: model.name, why: model.why }
}

/** Looks at what is written whenever another sentence is whole; only what can be traced is passed on. */
function listener(
  { verified }: Material,
  schema: AnswerSchemaName,
  facts: Facts,
  model: string,
): ((content: string) => void) | undefined {
  if (!verified) return undefined
  let [whole, shown] = [0, 0]
  return (content) => {
    const parts = partsSoFar(schema, content)
    const count = parts.reduce((sum, { sentences }) => sum + sentences.length, 0)
    if (count === whole) return
    whole = count
    const grounded = groundParts(parts, facts)
    if (grounded.kept.length > shown) verified(grounded, model)
    shown = grounded.kept.length
  }
}

type Request = Parameters<Served['ask']>[0]

/** In less there is no room for the tools, what they tell, and what rules found besides. */
const LEAST_CONTEXT_FOR_TOOLS = 4096

/** Half of the context at least stays for what was looked up by rules, and for the answer. */
const SHARE_FOR_TOOLS = 0.4

async function prepared(
  material: Material,
  options: WriterOptions,
  model: Served,
): Promise<{ request: Request; facts: Facts }> {
  const { lookUp, facts, needsLookUp = false } = material
  const looksUp = model.callsTools && contextFor(options, model) >= LEAST_CONTEXT_FOR_TOOLS
  if (needsLookUp && !looksUp)
    throw new ModelFailure(`${model.name} can call no tools here, and by rules nothing was found.`)
  if (!lookUp || !looksUp) return { request: requestFor(material, options, model, 1), facts }
  const request = requestFor(material, options, model, 1 - SHARE_FOR_TOOLS)
  const room = roomFor(options, model) * SHARE_FOR_TOOLS
  const looked = await lookUp(model, request.messages, Math.floor(room))
  const messages: ChatMessage[] = [...looked.messages, { role: 'user', content: ANSWER_NOW }]
  return { request: { ...request, messages }, facts: looked.facts }
}

/**
 * Asks once for other sentences in the place of those that could not be traced, with what is wrong with each. What
 * cannot be traced then either is dropped; so is a second answer that never comes.
 */
async function again(
  first: GroundedParts,
  answer: ChatAnswer,
  schema: AnswerSchemaName,
  request: Request,
  facts: Facts,
  model: Served,
): Promise<GroundedParts> {
  const faults = first.removed.map(({ sentence, reason }) => `- "${sentence}" cannot stay: ${reason}.`)
  const correction = [
    ...faults,
    'Write another sentence for each of these, without what is named, or none. Answer in the same form.',
  ].join('\n')
  try {
    const second = await model.ask({
      ...request,
      messages: [
        ...request.messages,
        { role: 'assistant', content: answer.content },
        { role: 'user', content: correction },
      ],
    })
    const { kept, citations, parts } = groundParts(
      joined(first.parts, partsOf(schema, second.content)),
      facts,
    )
    // The removed ones of the first answer are what the reader is told of: they were written, and are gone.
    return { kept, citations, parts, removed: first.removed }
  } catch {
    return first
  }
}

/** What is in memory with more room than config wants is asked for no more than that. */
const contextFor = ({ contextTokens }: WriterOptions, model: Served): number =>
  Math.min(contextTokens, model.contextTokens)

const roomFor = (options: WriterOptions, model: Served): number => {
  const { system, user, schema } = options.prompt
  const promptTokens = contextFor(options, model) - ANSWER_TOKENS[schema] - SPARE_TOKENS
  return Math.floor(promptTokens * CHARACTERS_PER_TOKEN) - system.length - user.length
}

function requestFor({ values }: Material, options: WriterOptions, model: Served, share: number): Request {
  const { prompt } = options
  const room = Math.floor(roomFor(options, model) * share)
  if (room < INPUT_CHARACTERS * share) {
    const context = contextFor(options, model)
    throw new ModelFailure(`A context of ${context} tokens is too small for a report; 8192 do well.`)
  }
  const isBrief = model.isBusy && prompt.schema === 'report'
  return {
    messages: [
      { role: 'system', content: prompt.system },
      { role: 'user', content: `${fillIn(prompt.user, values(room))}${isBrief ? BRIEFLY : ''}` },
    ],
    format: z.toJSONSchema(ANSWER_SCHEMAS[prompt.schema]),
    answerTokens: model.isBusy ? BRIEF_ANSWER_TOKENS : ANSWER_TOKENS[prompt.schema],
  }
}

function readParts(answer: ChatAnswer, schema: AnswerSchemaName, { name, contextTokens }: Served): Part[] {
  if (answer.promptTokens !== null && answer.promptTokens >= contextTokens) {
    throw new ModelFailure(`The report did not fit into the ${contextTokens} tokens of ${name}.`)
  }
  if (answer.doneReason === 'length') throw new ModelFailure(`${name} wrote more than it was asked for.`)
  try {
    return partsOf(schema, answer.content)
  } catch (error) {
    throw new ModelFailure(`${name} did not answer in the form it was asked for.`, { cause: error })
  }
}
