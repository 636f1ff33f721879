import {
  type Channel,
  type File,
  type Message,
  type Person,
  repliesTo,
  type View,
  type Workspace,
} from './workspace.ts'

/** How Slack writes its objects in API answers, events and interaction payloads. */

export function botProfile(workspace: Workspace): Record<string, unknown> {
  const icon = `https://${workspace.domain}.slack.com/perfbot.png`
  return {
    id: workspace.botId,
    deleted: false,
    name: workspace.appName,
    updated: 1_732_400_000,
    app_id: workspace.appId,
    icons: { image_36: icon, image_48: icon, image_72: icon },
    team_id: workspace.teamId,
  }
}

export function messageShape(workspace: Workspace, message: Message): Record<string, unknown> {
  const { ephemeralTo, channel: _channel, files, reactions, blocks, attachments, ...fields } = message
  const replies = repliesTo(workspace, message)
  return {
    ...fields,
    team: workspace.teamId,
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
    ...(message.bot_id ? { bot_profile: botProfile(workspace) } : {}),
    ...(reactions.length > 0 ? { reactions } : {}),
    ...(files.length > 0 ? { files: files.map((id) => fileShape(workspace, workspace.files.get(id))) } : {}),
    ...(ephemeralTo ? { is_ephemeral: true } : {}),
    ...(replies.length > 0
      ? {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users_count: new Set(replies.map((reply) => reply.user)).size,
          reply_users: [...new Set(replies.map((reply) => reply.user))],
          latest_reply: replies.at(-1)?.ts,
          is_locked: false,
          subscribed: false,
        }
      : {}),
  }
}

export function channelShape(workspace: Workspace, channel: Channel): Record<string, unknown> {
  const common = {
    id: channel.id,
    created: channel.created,
    is_archived: channel.isArchived,
    is_org_shared: false,
    context_team_id: workspace.teamId,
    updated: channel.created * 1000,
  }
  if (channel.kind === 'im')
    return { ...common, is_im: true, user: channel.user, is_user_deleted: false, priority: 0 }
  const topic = { value: channel.topic, creator: '', last_set: 0 }
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    is_general: false,
    is_shared: false,
    is_ext_shared: false,
    is_pending_ext_shared: false,
    pending_shared: [],
    pending_connected_team_ids: [],
    shared_team_ids: [workspace.teamId],
    previous_names: [],
    unlinked: 0,
    creator: [...channel.members][0] ?? workspace.botUserId,
    is_member: channel.members.has(workspace.botUserId),
    num_members: channel.members.size,
    topic,
    purpose: topic,
  }
}

export function personShape(workspace: Workspace, person: Person): Record<string, unknown> {
  return {
    id: person.id,
    team_id: workspace.teamId,
    name: person.name,
    deleted: false,
    color: '9f69e7',
    real_name: person.realName,
    tz: person.timeZone,
    tz_label: 'Coordinated Universal Time',
    tz_offset: 0,
    profile: {
      title: '',
      phone: '',
      skype: '',
      real_name: person.realName,
      real_name_normalized: person.realName,
      display_name: person.name,
      display_name_normalized: person.name,
      status_text: '',
      status_emoji: '',
      status_expiration: 0,
      avatar_hash: '',
      team: workspace.teamId,
      ...(person.isBot ? { api_app_id: workspace.appId, bot_id: workspace.botId, always_active: true } : {}),
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: person.isBot,
    is_app_user: false,
    updated: 1_732_400_000,
    is_email_confirmed: true,
    who_can_share_contact_card: 'EVERYONE',
  }
}

const imageTypes: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
}

export function fileType(name: string): { extension: string; mimeType: string; isImage: boolean } {
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : ''
  const image = imageTypes[extension]
  return { extension, mimeType: image ?? 'text/plain', isImage: image !== undefined }
}

export function fileShape(workspace: Workspace, file: File | undefined): Record<string, unknown> {
  if (!file) return { mode: 'tombstone' }
  const { extension, mimeType } = fileType(file.name)
  const address = `https://${workspace.domain}.slack.com/files/${file.id}/${encodeURIComponent(file.name)}`
  return {
    id: file.id,
    created: Math.floor(workspace.now() / 1000),
    timestamp: Math.floor(workspace.now() / 1000),
    name: file.name,
    title: file.title,
    mimetype: mimeType,
    filetype: extension,
    pretty_type: extension.toUpperCase(),
    user: workspace.botUserId,
    user_team: workspace.teamId,
    editable: false,
    size: file.length,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: true,
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    url_private: address,
    url_private_download: `${address}?download`,
    permalink: address,
    alt_txt: file.altText,
  }
}

export function viewShape(workspace: Workspace, view: View): Record<string, unknown> {
  return {
    id: view.id,
    team_id: workspace.teamId,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.private_metadata ?? '',
    callback_id: view.callback_id ?? '',
    state: { values: {} },
    hash: view.hash,
    title: view.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: view.clear_on_close ?? false,
    notify_on_close: view.notify_on_close ?? false,
    close: view.close ?? null,
    submit: view.submit ?? null,
    previous_view_id: view.previousViewId,
    root_view_id: view.rootViewId,
    app_id: workspace.appId,
    external_id: view.externalId,
    app_installed_team_id: workspace.teamId,
    bot_id: workspace.botId,
  }
}
