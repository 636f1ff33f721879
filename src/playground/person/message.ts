import { messageShape } from '../shapes.ts'
import { addPersonMessage, addSlackbotNote, type Message } from '../workspace.ts'
import { channelOf, type PersonContext, personOf } from './context.ts'
import { sendEvent } from './event.ts'

export type TypedMessage = { user: string; channel: string; text: string; thread_ts?: string | undefined }

const mention = /<@([UW][A-Z0-9]+)>/g

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** People's messages arrive as rich text, for that is what Slack's composer writes. */
function composed(text: string): Record<string, unknown>[] {
  const parts = text.split(mention)
  return parts
    .map((part, index) =>
      index % 2 === 1 ? { type: 'user', user_id: part } : { type: 'text', text: unescaped(part) },
    )
    .filter((element) => element.text !== '')
}

/** Posts what a person typed, in Slack's own notation (`<@U…>` mentions, `&lt;` escaped), and tells the app if it listens. */
export function sendMessage(context: PersonContext, typed: TypedMessage): Message {
  const { workspace, scopes } = context
  const person = personOf(context, typed.user)
  const channel = channelOf(context, typed.user, typed.channel)
  const section = { type: 'rich_text_section', elements: composed(typed.text) }
  const message = addPersonMessage(workspace, {
    channel: channel.id,
    user: person.id,
    text: typed.text,
    blocks: [{ type: 'rich_text', block_id: Math.random().toString(36).slice(2, 7), elements: [section] }],
    ...(typed.thread_ts ? { thread_ts: typed.thread_ts } : {}),
  })

  const event = { ...messageShape(workspace, message), channel: channel.id, event_ts: message.ts }
  if (channel.kind === 'im') {
    if (scopes.has('im:history')) sendEvent(context, { ...event, channel_type: 'im' })
    return message
  }
  if (!typed.text.includes(`<@${workspace.botUserId}>`)) return message
  if (!channel.members.has(workspace.botUserId))
    addSlackbotNote(workspace, channel.id, person.id, `${workspace.appName} is not in this channel.`)
  else if (scopes.has('app_mentions:read')) sendEvent(context, { ...event, type: 'app_mention' })
  return message
}
