import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { readContent } from './content.ts'
import { Refusal } from './refusal.ts'
import { addBotMessage, type Message, removeMessage, type Workspace } from './workspace.ts'

/** Who a response_url answers, where, and which message is the "original" it may replace or delete. */
export type Conversation = {
  user: string
  channel: string
  thread_ts?: string | undefined
  original?: Message | undefined
}

type Issued = Conversation & { uses: number; expires: number }

export type ResponseUrls = {
  issue: (
    kind: 'commands' | 'actions',
    conversation: Conversation,
  ) => { path: string; conversation: Conversation }
  /** Handles a POST to a path that was issued; throws a Refusal where Slack answers with an error. */
  respond: (path: string, body: unknown) => void
}

const mostUses = 5
const lifetime = 30 * 60 * 1000

const responseBody = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  response_type: z.enum(['in_channel', 'ephemeral']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
})

function isKept(workspace: Workspace, message: Message | undefined): message is Message {
  return message !== undefined && workspace.messages.includes(message)
}

/** Says what the app says to an interaction: by its response_url, or in the acknowledgement of a slash command. */
export function sayInConversation(workspace: Workspace, conversation: Conversation, body: unknown): void {
  const parsed = responseBody.safeParse(body)
  if (!parsed.success) throw new Refusal('invalid_payload')
  const response = parsed.data
  const { original } = conversation
  if (response.delete_original) {
    if (!isKept(workspace, original)) throw new Refusal('message_not_found')
    removeMessage(workspace, original)
    return
  }
  const content = readContent(workspace, response)
  if (response.replace_original && isKept(workspace, original)) {
    Object.assign(original, content)
    workspace.changed()
    return
  }
  const thread = response.thread_ts ?? conversation.thread_ts
  const said = addBotMessage(workspace, {
    channel: conversation.channel,
    ...content,
    ...(thread ? { thread_ts: thread } : {}),
    ...(response.response_type === 'in_channel' ? {} : { ephemeralTo: conversation.user }),
  })
  conversation.original ??= said
}

export function createResponseUrls(workspace: Workspace): ResponseUrls {
  const issued = new Map<string, Issued>()
  return {
    issue(kind, conversation) {
      const secret = randomBytes(16).toString('hex')
      const path = `/${kind}/${workspace.teamId}/${Date.now()}/${secret}`
      const entry = Object.assign(conversation, { uses: 0, expires: workspace.now() + lifetime })
      issued.set(path, entry)
      return { path, conversation: entry }
    },
    respond(path, body) {
      const conversation = issued.get(path)
      if (!conversation) throw new Refusal('invalid_url')
      if (workspace.now() > conversation.expires) throw new Refusal('expired_url')
      if (conversation.uses >= mostUses) throw new Refusal('used_url')
      conversation.uses += 1
      sayInConversation(workspace, conversation, body)
    },
  }
}
