import type { PageFile, PageMessage, PageState, PageView } from './page-state.ts'
import type { DeclaredShortcut } from './person/shortcut.ts'
import type { DeclaredCommand } from './person/slash-command.ts'
import { fileType } from './shapes.ts'
import type { Message, View, Workspace } from './workspace.ts'

function pageFile(workspace: Workspace, id: string): PageFile[] {
  const file = workspace.files.get(id)
  if (!file) return []
  const { name, title, altText } = file
  return [{ id, name, title, altText, isImage: fileType(name).isImage }]
}

function pageMessage(workspace: Workspace, message: Message): PageMessage {
  const author = workspace.users.get(message.user)
  return {
    ts: message.ts,
    channel: message.channel,
    user: message.user,
    name: message.username ?? author?.realName ?? 'Slackbot',
    isApp: message.bot_id !== undefined || author === undefined,
    isEphemeral: message.ephemeralTo !== undefined,
    isEdited: message.edited !== undefined,
    text: message.text,
    blocks: message.blocks,
    thread_ts: message.thread_ts ?? null,
    isBroadcast: message.reply_broadcast ?? false,
    files: message.files.flatMap((id) => pageFile(workspace, id)),
    reactions: message.reactions.map(({ name, count }) => ({ name, count })),
  }
}

function pageView(view: View): PageView {
  const { id, hash, type, title, submit, close, blocks, errors } = view
  return {
    id,
    hash,
    type,
    title: title ?? null,
    submit: submit ?? null,
    close: close ?? null,
    blocks,
    errors,
  }
}

/** What one person sees of the workspace: their conversations, and the ephemeral messages meant for them. */
export function pageSnapshot(
  workspace: Workspace,
  user: string,
  rest: Pick<PageState, 'notice' | 'hasAssistant' | 'connections' | 'faults'> & {
    commands: readonly DeclaredCommand[]
    shortcuts: readonly DeclaredShortcut[]
  },
): PageState {
  const channels = [...workspace.channels.values()].filter((channel) => channel.members.has(user))
  const visible = new Set(channels.map((channel) => channel.id))
  const home = workspace.homes.get(user)
  return {
    ...rest,
    teamName: workspace.teamName,
    domain: workspace.domain,
    appName: workspace.appName,
    botUserId: workspace.botUserId,
    me: user,
    users: [...workspace.users.values()].map(({ id, name, realName, isBot, title }) => ({
      id,
      name,
      realName,
      isBot,
      title,
    })),
    userGroups: workspace.userGroups.map(({ id, handle }) => ({ id, handle })),
    channels: channels.map(({ id, name, kind }) => ({ id, name, kind })),
    messages: workspace.messages
      .filter((message) => visible.has(message.channel) && (message.ephemeralTo ?? user) === user)
      .map((message) => pageMessage(workspace, message)),
    views: (workspace.viewStacks.get(user) ?? []).map(pageView),
    home: home ? pageView(home) : null,
    assistantThreads: [...workspace.assistantThreads].flatMap(([place, thread]) => {
      const [channel = '', thread_ts = ''] = place.split(' ')
      if (workspace.channels.get(channel)?.user !== user) return []
      return [{ channel, thread_ts, ...thread }]
    }),
    typing: workspace.typing
      .filter(
        (typist) => typist.user !== user && visible.has(typist.channel) && typist.until > workspace.now(),
      )
      .map((typist) => ({
        name: workspace.users.get(typist.user)?.realName ?? '',
        channel: typist.channel,
        thread_ts: typist.thread_ts ?? null,
      })),
  }
}
