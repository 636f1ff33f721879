import { z } from 'zod'
import { limits } from '../block-kit/limits.ts'
import { readContent } from '../content.ts'
import { Refusal } from '../refusal.ts'
import { messageShape } from '../shapes.ts'
import {
  addBotMessage,
  type Channel,
  directMessageWith,
  findMessage,
  type Message,
  removeMessage,
  type Workspace,
} from '../workspace.ts'
import { asGiven, findChannel, flag, json, type MethodContext, method, requireScope, text } from './method.ts'

const content = { text, markdown_text: text, blocks: asGiven, attachments: asGiven }
const authorship = { as_user: flag, username: text, icon_emoji: text, icon_url: text }
const parsing = { parse: text, link_names: flag, mrkdwn: flag }

/** chat.postMessage takes a channel's id or name, or a person's id for their direct message. */
function findDestination(context: MethodContext, given: string): Channel {
  const { workspace } = context
  const named = [...workspace.channels.values()].find(
    (it) => it.name !== '' && it.name === given.replace(/^#/, ''),
  )
  return directMessageWith(workspace, given) ?? named ?? findChannel(context, given)
}

function requireMayPost(context: MethodContext, channel: Channel): void {
  if (channel.isArchived) throw new Refusal('is_archived')
  if (channel.members.has(context.workspace.botUserId)) return
  if (channel.kind !== 'public' || !context.scopes.has('chat:write.public'))
    throw new Refusal('not_in_channel')
}

function requireThread(workspace: Workspace, channel: Channel, ts: string | undefined): void {
  if (ts === undefined) return
  const parent = findMessage(workspace, channel.id, ts)
  const isParent = parent && (parent.thread_ts === undefined || parent.thread_ts === parent.ts)
  if (!isParent) throw new Refusal('thread_not_found')
}

function requireOwnName(
  context: MethodContext,
  given: { username?: unknown; icon_emoji?: unknown; icon_url?: unknown },
) {
  const isCustom = given.username ?? given.icon_emoji ?? given.icon_url
  if (isCustom !== undefined) requireScope(context, 'chat:write.customize')
}

const postMessage = method({
  scopes: ['chat:write'],
  arguments: {
    channel: z.string(),
    ...content,
    ...authorship,
    ...parsing,
    thread_ts: text,
    reply_broadcast: flag,
    unfurl_links: flag,
    unfurl_media: flag,
    metadata: json,
  },
  run(given, context) {
    const { workspace } = context
    const channel = findDestination(context, given.channel)
    requireMayPost(context, channel)
    requireOwnName(context, given)
    const said = readContent(workspace, given)
    requireThread(workspace, channel, given.thread_ts)
    const message = addBotMessage(workspace, {
      channel: channel.id,
      ...said,
      ...(given.thread_ts ? { thread_ts: given.thread_ts } : {}),
      ...(given.reply_broadcast ? { reply_broadcast: true } : {}),
      ...(given.username ? { username: given.username } : {}),
      ...(given.metadata ? { metadata: given.metadata } : {}),
    })
    return { channel: channel.id, ts: message.ts, message: messageShape(workspace, message) }
  },
})

function findOwnMessage(context: MethodContext, channel: string, ts: string, refusal: string): Message {
  const { workspace } = context
  const found = findMessage(workspace, findChannel(context, channel).id, ts)
  if (!found || found.ephemeralTo !== undefined) throw new Refusal('message_not_found')
  if (found.bot_id !== workspace.botId) throw new Refusal(refusal)
  return found
}

const update = method({
  scopes: ['chat:write'],
  arguments: {
    channel: z.string(),
    ts: z.string(),
    ...content,
    as_user: flag,
    parse: text,
    link_names: flag,
    reply_broadcast: flag,
    metadata: json,
    file_ids: json,
  },
  run(given, context) {
    const { workspace } = context
    const message = findOwnMessage(context, given.channel, given.ts, 'cant_update_message')
    if (workspace.channels.get(message.channel)?.isArchived) throw new Refusal('is_archived')
    if ((given.text?.length ?? 0) > limits.message.textOnUpdate) throw new Refusal('msg_too_long')
    const said = readContent(workspace, given)
    // Text alone replaces the blocks and marks the message "(edited)"; blocks replace without the mark.
    if (given.blocks === undefined) message.edited = { user: workspace.botUserId, ts: workspace.nextTs() }
    Object.assign(message, said, given.text === undefined && given.blocks ? { text: message.text } : {})
    workspace.changed()
    return {
      channel: message.channel,
      ts: message.ts,
      text: message.text,
      message: messageShape(workspace, message),
    }
  },
})

const remove = method({
  scopes: ['chat:write'],
  arguments: { channel: z.string(), ts: z.string(), as_user: flag },
  run(given, context) {
    const message = findOwnMessage(context, given.channel, given.ts, 'cant_delete_message')
    removeMessage(context.workspace, message)
    return { channel: message.channel, ts: message.ts }
  },
})

const postEphemeral = method({
  scopes: ['chat:write'],
  arguments: {
    channel: z.string(),
    user: z.string(),
    ...content,
    ...authorship,
    parse: text,
    link_names: flag,
    thread_ts: text,
  },
  run(given, context) {
    const { workspace } = context
    const channel = findDestination(context, given.channel)
    if (channel.isArchived) throw new Refusal('is_archived')
    if (!channel.members.has(workspace.botUserId)) throw new Refusal('not_in_channel')
    if (!channel.members.has(given.user)) throw new Refusal('user_not_in_channel')
    requireOwnName(context, given)
    const said = readContent(workspace, given)
    const message = addBotMessage(workspace, {
      channel: channel.id,
      ...said,
      ephemeralTo: given.user,
      ...(given.thread_ts ? { thread_ts: given.thread_ts } : {}),
    })
    return { message_ts: message.ts }
  },
})

const getPermalink = method({
  arguments: { channel: z.string(), message_ts: z.string() },
  run(given, context) {
    const { workspace } = context
    const channel = findChannel(context, given.channel)
    const message = findMessage(workspace, channel.id, given.message_ts)
    if (!message || message.ephemeralTo) throw new Refusal('message_not_found')
    const thread = message.thread_ts ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : ''
    const name = `p${message.ts.replace('.', '')}`
    return {
      channel: channel.id,
      permalink: `https://${workspace.domain}.slack.com/archives/${channel.id}/${name}${thread}`,
    }
  },
})

export const chatMethods = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': postEphemeral,
  'chat.getPermalink': getPermalink,
}
