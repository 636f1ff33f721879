import type { Message, Tool } from 'ollama'
import { z } from 'zod'
import { ModelFailure } from '../model-failure.ts'
import { failureOf, ollamaClient } from './client.ts'
import { type StageDeadlines, stageTimer, within } from './stage.ts'

/** No answer of ours comes near; what comes near is a model that repeats itself, or no model at all. */
const ANSWER_CHARACTERS = 20_000
/** What it thinks aloud before it answers. */
const THOUGHT_CHARACTERS = 60_000
const CALLS = 16

export type ChatMessage = Message

export type ChatRequest = {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  /** A JSON schema that the answer has to fit; with tools on offer it would forbid to call them. */
  readonly format?: object
  readonly tools?: readonly Tool[]
  readonly contextTokens: number
  readonly answerTokens: number
  /** Left out for a model that does not think: it would be an error. */
  readonly think?: false
  readonly keepAlive: number | null
}

/** A call as the model wrote it: nothing of it has been looked at. */
export type ToolCall = { readonly name: string; readonly arguments: unknown }

export type ChatAnswer = {
  readonly content: string
  readonly calls: readonly ToolCall[]
  readonly promptTokens: number | null
  readonly doneReason: string | null
}

const Calls = z.array(z.object({ function: z.object({ name: z.string(), arguments: z.unknown() }) }))

const optionsOf = ({ contextTokens }: Pick<ChatRequest, 'contextTokens'>) => ({
  // Never left to the server: its default depends on the GPU, and cuts a longer prompt without a word.
  num_ctx: contextTokens,
})
const keeping = (keepAlive: number | null) => (keepAlive === null ? {} : { keep_alive: keepAlive })

/**
 * Streamed, so that a deadline ends the work on the server as well. `onText` gets all that was written so far, each
 * time that there is more.
 */
export async function chat(
  url: string,
  request: ChatRequest,
  deadlines: StageDeadlines,
  outer: AbortSignal,
  onText?: (text: string) => void,
): Promise<ChatAnswer> {
  const timer = stageTimer(deadlines, 'firstToken', outer)
  let content = ''
  let thought = 0
  let promptTokens: number | null = null
  let doneReason: string | null = null
  const calls: ToolCall[] = []
  let begun = false
  try {
    const stream = await ollamaClient(url, timer.signal).chat({
      model: request.model,
      messages: [...request.messages],
      stream: true,
      ...(request.format === undefined ? {} : { format: request.format }),
      ...(request.tools === undefined ? {} : { tools: [...request.tools] }),
      options: { ...optionsOf(request), num_predict: request.answerTokens, temperature: 0, seed: 1 },
      ...keeping(request.keepAlive),
      ...(request.think === undefined ? {} : { think: request.think }),
    })
    for await (const part of stream) {
      begun = true
      timer.enter('pause')
      const more = part.message?.content ?? ''
      content += more
      thought += part.message?.thinking?.length ?? 0
      if (part.message?.tool_calls) {
        calls.push(...Calls.parse(part.message.tool_calls).map((call) => call.function))
      }
      if (typeof part.prompt_eval_count === 'number') promptTokens = part.prompt_eval_count
      if (part.done) doneReason = part.done_reason ?? null
      if (more !== '') onText?.(content)
      if (content.length <= ANSWER_CHARACTERS && thought <= THOUGHT_CHARACTERS && calls.length <= CALLS)
        continue
      stream.abort()
      throw new ModelFailure(`${request.model} did not stop writing.`)
    }
    return { content, calls, promptTokens, doneReason }
  } catch (error) {
    if (outer.aborted) throw error
    throw failureOf(timer.signal.aborted ? timer.signal.reason : error, url, begun)
  } finally {
    timer.end()
  }
}

/** Brings a model into memory with the context that it will be asked with; done at once where it is there already. */
export async function load(
  url: string,
  request: Pick<ChatRequest, 'model' | 'contextTokens' | 'keepAlive'>,
  deadlines: StageDeadlines,
  outer: AbortSignal,
): Promise<void> {
  try {
    await within('load', deadlines, outer, (signal) =>
      ollamaClient(url, signal).generate({
        model: request.model,
        // An empty prompt is how Ollama is asked to load, and nothing else.
        prompt: '',
        stream: false,
        options: optionsOf(request),
        ...keeping(request.keepAlive),
      }),
    )
  } catch (error) {
    if (outer.aborted) throw error
    throw failureOf(error, url, false)
  }
}
