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

export type PageUser = { id: string; name: string; realName: string; isBot: boolean }

export type PageChannel = { id: string; name: string; kind: 'public' | 'private' | 'im' }

export type PageState = {
  teamName: string
  domain: string
  appName: string
  botUserId: string
  me: string
  commands: readonly { command: string; description: string; usage_hint?: string }[]
  isAppConnected: boolean
  users: PageUser[]
  userGroups: { id: string; handle: string }[]
  channels: PageChannel[]
  messages: PageMessage[]
  views: PageView[]
  home: PageView | null
}

export type PageOutcome = { ok: true } | { ok: false; error: string; errors?: Record<string, string> }
