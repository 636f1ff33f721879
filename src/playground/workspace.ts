import { randomBytes, randomUUID } from 'node:crypto'
import type { Block, CheckedView } from './block-kit/validate.ts'

/** Everything that the playground's one workspace holds. Changed in place; `changed` tells the page. */

export type Person = {
  id: string
  name: string
  realName: string
  isBot: boolean
  timeZone: string
  /** What they are here, beside their name. */
  title: string
}

export type UserGroup = { id: string; handle: string; name: string; users: string[] }

export type Channel = {
  id: string
  name: string
  kind: 'public' | 'private' | 'im'
  members: Set<string>
  isArchived: boolean
  created: number
  topic: string
  /** The person at the other end of a direct message. */
  user?: string
}

export type File = {
  id: string
  name: string
  title: string
  length: number
  altText: string
  /** The part of the upload URL that nobody can guess. */
  uploadSecret: string
  bytes?: Buffer
  isComplete: boolean
}

export type Message = {
  type: 'message'
  subtype?: string
  channel: string
  ts: string
  user: string
  text: string
  blocks: Block[]
  attachments: unknown[]
  thread_ts?: string
  reply_broadcast?: boolean
  bot_id?: string
  app_id?: string
  username?: string
  edited?: { user: string; ts: string }
  client_msg_id?: string
  metadata?: unknown
  reactions: { name: string; users: string[]; count: number }[]
  files: string[]
  /** An ephemeral message is seen by this person only, and lives outside the channel's history. */
  ephemeralTo?: string
}

export type View = CheckedView & {
  id: string
  hash: string
  user: string
  rootViewId: string
  previousViewId: string | null
  externalId: string
  /** What Slack shows beside inputs after `response_action: errors`. */
  errors: Record<string, string>
}

/** What the assistant's pane shows of one thread, beside its messages. */
export type AssistantThread = {
  title: string
  /** What the app says that it is doing; gone when it answers. */
  status: string
  prompts: readonly { title: string; message: string }[]
}

export type Workspace = {
  teamId: string
  teamName: string
  domain: string
  appId: string
  appName: string
  botId: string
  botUserId: string
  botToken: string
  appToken: string
  verificationToken: string
  /** Types of blocks that this workspace does not know yet. */
  unknownBlocks: ReadonlySet<string>
  /** Somebody took the bot's token back. */
  isRevoked: boolean
  users: Map<string, Person>
  userGroups: UserGroup[]
  channels: Map<string, Channel>
  messages: Message[]
  files: Map<string, File>
  /** Open modals, by person, the topmost last. */
  viewStacks: Map<string, View[]>
  homes: Map<string, View>
  /** By channel and root of the thread: `D… 17….…`. */
  assistantThreads: Map<string, AssistantThread>
  /** Who is typing where, and until when that is to be believed. */
  typing: { user: string; channel: string; thread_ts?: string | undefined; until: number }[]
  now: () => number
  changed: () => void
  onChange: (listener: () => void) => () => void
  nextTs: () => string
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** An id as Slack makes them: a letter that says what it is, then ten capitals and digits. */
export function slackId(kind: string): string {
  return `${kind}0${[...randomBytes(9)].map((byte) => alphabet[byte % alphabet.length]).join('')}`
}

/** Timestamps name messages: unique, and increasing even when the clock stands still or steps back. */
function timestamps(now: () => number): () => string {
  let last = 0
  return () => {
    last = Math.max(last + 100, Math.floor(now() * 1000))
    return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`
  }
}

export type NewChannel = {
  name: string
  isPrivate?: boolean
  isArchived?: boolean
  /** Whether the bot has been invited; it is, unless said otherwise. */
  botIsMember?: boolean
}

export type NewUser = { id: string; name: string; realName?: string; title?: string }

export const founder = 'U0FOUNDER'
export const visitor = 'U0VISITOR'

export type NewWorkspace = {
  channels?: readonly NewChannel[]
  users?: readonly NewUser[]
  /** An older workspace refuses messages with newer blocks. */
  unknownBlocks?: readonly string[]
  now?: () => number
}

export function createWorkspace(options: NewWorkspace): Workspace {
  const now = options.now ?? Date.now
  const listeners = new Set<() => void>()
  const botUserId = slackId('U')
  const people: NewUser[] = [
    ...(options.users ?? [
      { id: founder, name: 'you', realName: 'You' },
      { id: visitor, name: 'visitor', realName: 'Visitor' },
    ]),
  ]
  const users = new Map<string, Person>()
  for (const { id, name, realName = name, title = '' } of people)
    users.set(id, { id, name, realName, isBot: false, timeZone: 'Etc/UTC', title })
  users.set(botUserId, {
    id: botUserId,
    name: 'perfbot',
    realName: 'perfbot',
    isBot: true,
    timeZone: 'Etc/UTC',
    title: '',
  })

  const created = Math.floor(now() / 1000)
  const channels = new Map<string, Channel>()
  for (const { name, isPrivate, isArchived, botIsMember = true } of options.channels ?? [{ name: 'ops' }]) {
    const id = slackId('C')
    const members = new Set(people.map((person) => person.id))
    if (botIsMember) members.add(botUserId)
    const kind = isPrivate ? 'private' : 'public'
    channels.set(id, { id, name, kind, members, isArchived: isArchived ?? false, created, topic: '' })
  }
  for (const { id: user } of people) {
    const id = slackId('D')
    const members = new Set([user, botUserId])
    channels.set(id, { id, name: '', kind: 'im', members, isArchived: false, created, topic: '', user })
  }

  return {
    teamId: slackId('T'),
    teamName: 'Playground',
    domain: 'playground',
    appId: slackId('A'),
    appName: 'perfbot',
    botId: slackId('B'),
    botUserId,
    botToken: `xoxb-playground-${randomBytes(12).toString('hex')}`,
    appToken: `xapp-1-playground-${randomBytes(12).toString('hex')}`,
    verificationToken: randomBytes(12).toString('base64url'),
    unknownBlocks: new Set(options.unknownBlocks),
    isRevoked: false,
    users,
    userGroups: [
      { id: slackId('S'), handle: 'sre', name: 'SRE', users: people.slice(0, 1).map((it) => it.id) },
    ],
    channels,
    messages: [],
    files: new Map(),
    viewStacks: new Map(),
    homes: new Map(),
    assistantThreads: new Map(),
    typing: [],
    now,
    changed() {
      for (const listener of listeners) listener()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    nextTs: timestamps(now),
  }
}

/** A message as any author posts it; the caller says who and what. */
function addMessage(
  workspace: Workspace,
  message: Omit<Message, 'type' | 'ts' | 'blocks' | 'attachments' | 'reactions' | 'files'> & Partial<Message>,
): Message {
  const posted: Message = {
    blocks: [],
    attachments: [],
    reactions: [],
    files: [],
    ...message,
    type: 'message',
    ts: workspace.nextTs(),
  }
  workspace.messages.push(posted)
  workspace.changed()
  return posted
}

/** A message by the app: marked with its bot. */
export function addBotMessage(
  workspace: Workspace,
  message: { channel: string; text: string } & Partial<Message>,
): Message {
  const thread = workspace.assistantThreads.get(`${message.channel} ${message.thread_ts}`)
  if (thread) thread.status = ''
  return addMessage(workspace, {
    user: workspace.botUserId,
    bot_id: workspace.botId,
    app_id: workspace.appId,
    ...message,
  })
}

/** What Slack itself tells one person, for instance that a command failed. */
export function addSlackbotNote(workspace: Workspace, channel: string, user: string, text: string): Message {
  return addMessage(workspace, { channel, user: 'USLACKBOT', text, ephemeralTo: user })
}

/** A message that a person typed: Slack's composer always sends rich text. */
export function addPersonMessage(
  workspace: Workspace,
  message: { channel: string; user: string; text: string } & Partial<Message>,
): Message {
  return addMessage(workspace, { client_msg_id: randomUUID(), ...message })
}

export function findMessage(workspace: Workspace, channel: string, ts: string): Message | undefined {
  return workspace.messages.find((message) => message.channel === channel && message.ts === ts)
}

export function removeMessage(workspace: Workspace, message: Message): void {
  workspace.messages.splice(workspace.messages.indexOf(message), 1)
  workspace.changed()
}

export function repliesTo(workspace: Workspace, parent: Message): Message[] {
  return workspace.messages.filter(
    (message) =>
      message.channel === parent.channel &&
      message.thread_ts === parent.ts &&
      message.ts !== parent.ts &&
      message.ephemeralTo === undefined,
  )
}

export function directMessageWith(workspace: Workspace, user: string): Channel | undefined {
  return [...workspace.channels.values()].find((channel) => channel.kind === 'im' && channel.user === user)
}
