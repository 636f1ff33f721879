import type { Evidence } from '../../../model/evidence.ts'
import { oneLine } from '../../../model/plain-text.ts'
import type { ChatMessage, ToolCall } from '../../ollama/chat.ts'
import type { Served } from '../../ollama/serve.ts'
import { fenced } from '../fence.ts'
import type { Told, Tool, ToolContext } from './tool.ts'
import { toolsFor } from './toolbox.ts'

/** A model that has not enough after so much turns in circles. */
const ROUNDS = 4
const CALLS = 8
const RESULT_CHARACTERS = 2500
const TOOL_SECONDS = 5
/** A few calls, and what little it says beside them. */
const CALL_TOKENS = 300

export type Conversed = {
  /** What was said, for the answer to be asked for after it. */
  readonly messages: readonly ChatMessage[]
  /** What may be stated besides. */
  readonly said: readonly string[]
  readonly evidence: readonly Evidence[]
  /** The tools that were called, for people. */
  readonly called: readonly string[]
}

/** Lets a model look up what it misses, within bounds of rounds, calls and characters. */
export async function converse(
  model: Served,
  opening: readonly ChatMessage[],
  context: ToolContext,
  characters: number,
  /** After this, of `performance.now()`, it has to answer from what it has. */
  until: number,
): Promise<Conversed> {
  const tools = toolsFor(context)
  const messages: ChatMessage[] = [...opening]
  const said: string[] = []
  const evidence: Evidence[] = []
  const called: string[] = []
  let room = characters
  for (let round = 0; round < ROUNDS && room > 0 && called.length < CALLS; round += 1) {
    if (performance.now() > until) break
    const { content, calls } = await model.ask({
      messages,
      tools: tools.map(({ offered }) => offered),
      answerTokens: CALL_TOKENS,
    })
    if (calls.length === 0) break
    const wanted = calls.slice(0, CALLS - called.length)
    messages.push({ role: 'assistant', content, tool_calls: wanted.map(asMessage) })
    for (const call of wanted) {
      const told = await answerTo(call, tools, context)
      const text = rendered(told).slice(0, Math.min(RESULT_CHARACTERS, Math.max(0, room)))
      room -= text.length
      messages.push({ role: 'tool', tool_name: call.name, content: text })
      said.push(...told.said)
      evidence.push(...(told.evidence ?? []))
      called.push(call.name)
    }
  }
  return { messages, said, evidence, called }
}

const asMessage = (call: ToolCall) => ({
  function: { name: call.name, arguments: (call.arguments ?? {}) as Record<string, unknown> },
})

async function answerTo(call: ToolCall, tools: readonly Tool[], context: ToolContext): Promise<Told> {
  const tool = tools.find(({ name }) => name === call.name)
  if (!tool)
    return { said: [`There is no such tool; there are ${tools.map(({ name }) => name).join(', ')}.`] }
  const late = Promise.withResolvers<Told>()
  const timer = setTimeout(
    () => late.resolve({ said: [`${call.name} took longer than ${TOOL_SECONDS} s.`] }),
    TOOL_SECONDS * 1000,
  )
  try {
    return await Promise.race([tool.call(call.arguments, context), late.promise])
  } catch (error) {
    return {
      said: [`${call.name} failed: ${oneLine(error instanceof Error ? error.message : String(error))}`],
    }
  } finally {
    clearTimeout(timer)
  }
}

const rendered = ({ said, quoted = [] }: Told): string =>
  [
    ...said.map((line) => `Found: ${fenced(line)}`),
    ...quoted.map((line) => `Quoted: ${JSON.stringify(fenced(line))}`),
  ].join('\n')
