import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import type { AssistantThread } from '../workspace.ts'
import { findChannel, json, type MethodContext, method, text } from './method.ts'

const where = { channel_id: z.string(), thread_ts: z.string() }

function findThread(
  context: MethodContext,
  given: { channel_id: string; thread_ts: string },
): AssistantThread {
  const channel = findChannel(context, given.channel_id)
  const thread = context.workspace.assistantThreads.get(`${channel.id} ${given.thread_ts}`)
  if (!thread) throw new Refusal('invalid_thread_ts')
  return thread
}

const setStatus = method({
  scopes: ['assistant:write'],
  arguments: { ...where, status: z.string(), loading_messages: json, username: text, icon_emoji: text },
  run(given, context) {
    findThread(context, given).status = given.status
    context.workspace.changed()
    return {}
  },
})

const setTitle = method({
  scopes: ['assistant:write'],
  arguments: { ...where, title: z.string().min(1) },
  run(given, context) {
    findThread(context, given).title = given.title
    context.workspace.changed()
    return {}
  },
})

/** docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts: four at most. */
const prompts = z
  .array(z.object({ title: z.string().min(1), message: z.string().min(1) }))
  .min(1)
  .max(4)

const setSuggestedPrompts = method({
  scopes: ['assistant:write'],
  arguments: { ...where, prompts: json, title: text },
  run(given, context) {
    const parsed = prompts.safeParse(given.prompts)
    if (!parsed.success) throw new Refusal('invalid_arguments')
    findThread(context, given).prompts = parsed.data
    context.workspace.changed()
    return {}
  },
})

export const assistantMethods = {
  'assistant.threads.setStatus': setStatus,
  'assistant.threads.setTitle': setTitle,
  'assistant.threads.setSuggestedPrompts': setSuggestedPrompts,
}
