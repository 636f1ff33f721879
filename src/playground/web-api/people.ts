import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import { botProfile, personShape } from '../shapes.ts'
import type { UserGroup, Workspace } from '../workspace.ts'
import { flag, method, page, paging, text } from './method.ts'

const usersInfo = method({
  scopes: ['users:read'],
  arguments: { user: z.string(), include_locale: flag },
  run({ user }, { workspace }) {
    const person = workspace.users.get(user)
    if (!person) throw new Refusal('user_not_found')
    return { user: personShape(workspace, person) }
  },
})

const usersList = method({
  scopes: ['users:read'],
  arguments: { include_locale: flag, ...paging },
  run(given, { workspace }) {
    const { items, response_metadata } = page([...workspace.users.values()], given)
    return {
      members: items.map((person) => personShape(workspace, person)),
      cache_ts: Math.floor(workspace.now() / 1000),
      response_metadata,
    }
  },
})

function groupShape(workspace: Workspace, group: UserGroup, withUsers: boolean): Record<string, unknown> {
  return {
    id: group.id,
    team_id: workspace.teamId,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: '',
    handle: group.handle,
    is_external: false,
    date_create: 1_732_400_000,
    date_update: 1_732_400_000,
    date_delete: 0,
    auto_type: null,
    auto_provision: false,
    enterprise_subteam_id: '',
    created_by: group.users[0] ?? '',
    updated_by: group.users[0] ?? '',
    deleted_by: null,
    prefs: { channels: [], groups: [] },
    user_count: group.users.length,
    channel_count: 0,
    ...(withUsers ? { users: group.users } : {}),
  }
}

const userGroupsList = method({
  scopes: ['usergroups:read'],
  arguments: { include_users: flag, include_count: flag, include_disabled: flag },
  run(given, { workspace }) {
    const withUsers = given.include_users ?? false
    return { usergroups: workspace.userGroups.map((group) => groupShape(workspace, group, withUsers)) }
  },
})

const userGroupUsers = method({
  scopes: ['usergroups:read'],
  arguments: { usergroup: z.string(), include_disabled: flag },
  run(given, { workspace }) {
    const group = workspace.userGroups.find((it) => it.id === given.usergroup)
    if (!group) throw new Refusal('no_such_subteam')
    return { users: group.users }
  },
})

const botsInfo = method({
  scopes: ['users:read'],
  arguments: { bot: text },
  run({ bot }, { workspace }) {
    if (bot !== undefined && bot !== workspace.botId) throw new Refusal('bot_not_found')
    const { team_id: _team, ...profile } = botProfile(workspace)
    return { bot: { ...profile, user_id: workspace.botUserId } }
  },
})

export const peopleMethods = {
  'users.info': usersInfo,
  'users.list': usersList,
  'usergroups.list': userGroupsList,
  'usergroups.users.list': userGroupUsers,
  'bots.info': botsInfo,
}
