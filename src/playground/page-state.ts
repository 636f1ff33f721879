/** What the page shows one person: sent whole whenever anything changes, for the playground is small. Types only. */

export type PageBlock = { type: string; block_id: string; [field: string]: unknown }

export type PageMessage = {
  ts: string
  channel: string
  user: string
  name: string
  isApp: boolean
  isEphemeral: boolean
  isEdited: boolean
  text: string
  blocks: PageBlock[]
  thread_ts: string | null
  isBroadcast: boolean
  files: PageFile[]
  reactions: { name: string; count: number }[]
}

export type PageFile = { id: string; name: string; title: string; altText: string; isImage: boolean }

export type PageText = { type: 'plain_text'; text: string }

export type PageView = {
  id: string
  hash: string
  type: 'modal' | 'home'
  title: PageText | null
  submit: PageText | null
  close: PageText | null
  blocks: PageBlock[]
  errors: Record<string, string>
}

export type PageUser = { id: string; name: string; realName: string; isBot: boolean; title: string }

/** A thread of the assistant pane: its messages are among the others. */
export type PageAssistantThread = {
  channel: string
  thread_ts: string
  title: string
  status: string
  prompts: readonly { title: string; message: string }[]
}

export type PageChannel = { id: string; name: string; kind: 'public' | 'private' | 'im' }

export type PageState = {
  teamName: string
  domain: string
  appName: string
  botUserId: string
  me: string
  commands: readonly { command: string; description: string; usage_hint?: string }[]
  shortcuts: readonly { callback_id: string; name: string; description: string; type: 'global' | 'message' }[]
  /** What is said over everything about what is shown here. */
  notice: string | null
  hasAssistant: boolean
  /** Of the app, by Socket Mode. */
  connections: number
  /** What is to go wrong next, in words. */
  faults: string[]
  assistantThreads: PageAssistantThread[]
  /** Others who are typing. */
  typing: { name: string; channel: string; thread_ts: string | null }[]
  users: PageUser[]
  userGroups: { id: string; handle: string }[]
  channels: PageChannel[]
  messages: PageMessage[]
  views: PageView[]
  home: PageView | null
}

export type PageOutcome = { ok: true } | { ok: false; error: string; errors?: Record<string, string> }
