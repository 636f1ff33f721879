import type { ResponseUrls } from '../response-url.ts'
import type { SocketMode } from '../socket-mode.ts'
import type { Triggers } from '../triggers.ts'
import type { Channel, Person, Workspace } from '../workspace.ts'

/** What it takes to act as a person, and to tell the app about it. */
export type PersonContext = {
  workspace: Workspace
  socketMode: SocketMode
  triggers: Triggers
  responseUrls: ResponseUrls
  scopes: ReadonlySet<string>
  /** Whether the next event is to come twice. */
  isTwofold: () => boolean
  /** http://host:port of this server. */
  origin: () => string
}

/** How an action ended, for the person: an app that does not answer is an error that they see. */
export type Outcome = { ok: true } | { ok: false; error: string; errors?: Record<string, string> }

export function personOf({ workspace }: PersonContext, id: string): Person {
  const person = workspace.users.get(id)
  if (!person || person.isBot) throw new RangeError(`nobody here has the id ${id}`)
  return person
}

/** A conversation that the person is in, by id or by name. */
export function channelOf({ workspace }: PersonContext, user: string, named: string): Channel {
  const name = named.replace(/^#/, '')
  const channel =
    workspace.channels.get(named) ??
    [...workspace.channels.values()].find((it) => it.name !== '' && it.name === name)
  if (!channel?.members.has(user)) throw new RangeError(`${user} is in no conversation ${named}`)
  return channel
}

/** The fields that every interaction payload begins with. */
export function interactionHead(context: PersonContext, user: string): Record<string, unknown> {
  const { workspace } = context
  const { id, name } = personOf(context, user)
  return {
    user: { id, username: name, name, team_id: workspace.teamId },
    api_app_id: workspace.appId,
    token: workspace.verificationToken,
    team: { id: workspace.teamId, domain: workspace.domain },
    enterprise: null,
    is_enterprise_install: false,
  }
}

/** Slack names a conversation in payloads by its name, or by what it is when the name is nobody's business. */
export function channelName(channel: Channel): string {
  return { public: channel.name, private: 'privategroup', im: 'directmessage' }[channel.kind]
}
