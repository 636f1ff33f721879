import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import { channelShape, messageShape } from '../shapes.ts'
import { type Channel, directMessageWith, findMessage, repliesTo } from '../workspace.ts'
import {
  findChannel,
  flag,
  method,
  page,
  paging,
  requireConversationScope,
  requireScope,
  text,
} from './method.ts'

const kinds: Record<string, Channel['kind'] | 'mpim'> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
  mpim: 'mpim',
}

const list = method({
  arguments: { types: text, exclude_archived: flag, ...paging },
  run(given, context) {
    const { workspace } = context
    const wanted = (given.types ?? 'public_channel').split(',').map((type) => kinds[type.trim()])
    if (wanted.includes(undefined)) throw new Refusal('invalid_types')
    if (wanted.includes('public')) requireScope(context, 'channels:read')
    if (wanted.includes('private')) requireScope(context, 'groups:read')
    if (wanted.includes('im')) requireScope(context, 'im:read')
    if (wanted.includes('mpim')) requireScope(context, 'mpim:read')
    const seen = [...workspace.channels.values()].filter(
      (channel) =>
        wanted.includes(channel.kind) &&
        (channel.kind === 'public' || channel.members.has(workspace.botUserId)) &&
        !(given.exclude_archived && channel.isArchived),
    )
    const { items, response_metadata } = page(seen, given)
    return { channels: items.map((channel) => channelShape(workspace, channel)), response_metadata }
  },
})

const info = method({
  arguments: { channel: z.string(), include_locale: flag, include_num_members: flag },
  run(given, context) {
    const channel = findChannel(context, given.channel)
    requireConversationScope(context, channel, 'read')
    const { num_members, ...shape } = channelShape(context.workspace, channel)
    return { channel: given.include_num_members ? { ...shape, num_members } : shape }
  },
})

const members = method({
  arguments: { channel: z.string(), ...paging },
  run(given, context) {
    const channel = findChannel(context, given.channel)
    requireConversationScope(context, channel, 'read')
    const { items, response_metadata } = page([...channel.members], given)
    return { members: items, response_metadata }
  },
})

const join = method({
  scopes: ['channels:join'],
  arguments: { channel: z.string() },
  run(given, context) {
    const { workspace } = context
    const channel = findChannel(context, given.channel)
    if (channel.kind !== 'public') throw new Refusal('method_not_supported_for_channel_type')
    if (channel.isArchived) throw new Refusal('is_archived')
    const wasMember = channel.members.has(workspace.botUserId)
    channel.members.add(workspace.botUserId)
    workspace.changed()
    const warning = { warning: 'already_in_channel', response_metadata: { warnings: ['already_in_channel'] } }
    return { channel: channelShape(workspace, channel), ...(wasMember ? warning : {}) }
  },
})

const open = method({
  scopes: ['im:write'],
  arguments: { channel: text, users: text, return_im: flag, prevent_creation: flag },
  run(given, context) {
    const { workspace } = context
    const users = given.users?.split(',') ?? []
    if (users.length > 1) throw new Refusal('method_not_supported_for_channel_type')
    const [user] = users
    if (user !== undefined && !workspace.users.has(user)) throw new Refusal('user_not_found')
    const id = user === undefined ? given.channel : directMessageWith(workspace, user)?.id
    if (id === undefined) throw new Refusal(user === undefined ? 'users_list_not_supplied' : 'cannot_dm_bot')
    const channel = findChannel(context, id)
    return {
      no_op: true,
      already_open: true,
      channel: given.return_im ? channelShape(workspace, channel) : { id: channel.id },
    }
  },
})

const span = { oldest: text, latest: text, inclusive: flag, include_all_metadata: flag, ...paging }

function isWithin(
  ts: string,
  {
    oldest,
    latest,
    inclusive,
  }: { oldest?: string | undefined; latest?: string | undefined; inclusive?: boolean | undefined },
): boolean {
  // Timestamps have one width, so their order is that of their text.
  const after = oldest === undefined || ts > oldest || (inclusive === true && ts === oldest)
  const before = latest === undefined || ts < latest || (inclusive === true && ts === latest)
  return after && before
}

const history = method({
  arguments: { channel: z.string(), ...span },
  run(given, context) {
    const { workspace } = context
    const channel = findChannel(context, given.channel)
    requireConversationScope(context, channel, 'history')
    if (!channel.members.has(workspace.botUserId)) throw new Refusal('not_in_channel')
    const messages = workspace.messages.filter(
      (message) =>
        message.channel === channel.id &&
        message.ephemeralTo === undefined &&
        (message.thread_ts === undefined || message.reply_broadcast === true) &&
        isWithin(message.ts, given),
    )
    const { items, response_metadata } = page(messages.toReversed(), given)
    return {
      messages: items.map((message) => messageShape(workspace, message)),
      has_more: response_metadata.next_cursor !== '',
      pin_count: 0,
      response_metadata,
    }
  },
})

const replies = method({
  arguments: { channel: z.string(), ts: z.string(), ...span },
  run(given, context) {
    const { workspace } = context
    const channel = findChannel(context, given.channel)
    requireConversationScope(context, channel, 'history')
    if (!channel.members.has(workspace.botUserId)) throw new Refusal('not_in_channel')
    const named = findMessage(workspace, channel.id, given.ts)
    const parent = named?.thread_ts ? findMessage(workspace, channel.id, named.thread_ts) : named
    if (!parent || parent.ephemeralTo) throw new Refusal('thread_not_found')
    const thread = repliesTo(workspace, parent).filter((reply) => isWithin(reply.ts, given))
    const { items, response_metadata } = page([parent, ...thread], given)
    return {
      messages: items.map((message) => messageShape(workspace, message)),
      has_more: response_metadata.next_cursor !== '',
      response_metadata,
    }
  },
})

export const conversationMethods = {
  'conversations.list': list,
  'conversations.info': info,
  'conversations.members': members,
  'conversations.join': join,
  'conversations.open': open,
  'conversations.history': history,
  'conversations.replies': replies,
}
