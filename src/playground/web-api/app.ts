import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import { findMessage } from '../workspace.ts'
import { findChannel, method, text } from './method.ts'

const apiTest: ReturnType<typeof method> = {
  token: 'none',
  scopes: [],
  run(given) {
    if (typeof given.error === 'string') throw new Refusal(given.error, { args: given })
    return { args: given }
  },
}

const authTest = method({
  arguments: {},
  run(_given, { workspace }) {
    return {
      url: `https://${workspace.domain}.slack.com/`,
      team: workspace.teamName,
      user: workspace.appName,
      team_id: workspace.teamId,
      user_id: workspace.botUserId,
      bot_id: workspace.botId,
      is_enterprise_install: false,
    }
  },
})

const openConnection = method({
  token: 'app',
  arguments: {},
  run: (_given, { socketMode, host }) => ({ url: socketMode.issueUrl(host) }),
})

const teamInfo = method({
  scopes: ['team:read'],
  arguments: { team: text, domain: text },
  run(_given, { workspace }) {
    const { teamId, teamName, domain } = workspace
    const icon = { image_default: true }
    const url = `https://${domain}.slack.com/`
    return { team: { id: teamId, name: teamName, url, domain, email_domain: '', icon, is_verified: false } }
  },
})

const addReaction = method({
  scopes: ['reactions:write'],
  arguments: { channel: z.string(), timestamp: z.string(), name: z.string() },
  run(given, context) {
    const { workspace } = context
    const message = findMessage(workspace, findChannel(context, given.channel).id, given.timestamp)
    if (!message || message.ephemeralTo) throw new Refusal('message_not_found')
    const name = given.name.replaceAll(':', '')
    if (!/^[a-z0-9_+'-]+$/.test(name)) throw new Refusal('invalid_name')
    const reaction = message.reactions.find((it) => it.name === name)
    if (reaction?.users.includes(workspace.botUserId)) throw new Refusal('already_reacted')
    if (reaction) {
      reaction.users.push(workspace.botUserId)
      reaction.count += 1
    } else message.reactions.push({ name, users: [workspace.botUserId], count: 1 })
    workspace.changed()
    return {}
  },
})

export const appMethods = {
  'api.test': apiTest,
  'auth.test': authTest,
  'apps.connections.open': openConnection,
  'team.info': teamInfo,
  'reactions.add': addReaction,
}
