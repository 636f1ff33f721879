import { Refusal } from '../refusal.ts'
import { sayInConversation } from '../response-url.ts'
import { addPersonMessage, addSlackbotNote } from '../workspace.ts'
import { channelName, channelOf, type Outcome, type PersonContext, personOf } from './context.ts'

/** A slash command as an app's manifest declares it. */
export type DeclaredCommand = { command: string; description: string; usage_hint?: string }

export const perfCommand: DeclaredCommand = {
  command: '/perf',
  description: 'How these machines are doing, and what to do about it',
  usage_hint: '[report | help]',
}

export type SlashCommand = { user: string; channel: string; text: string; thread_ts?: string | undefined }

function hasContent(payload: unknown): payload is Record<string, unknown> {
  return typeof payload === 'object' && payload !== null && Object.keys(payload).length > 0
}

/** Types a slash command: the app is told, and what its acknowledgement says is said. */
export async function sendSlashCommand(
  context: PersonContext,
  commands: readonly DeclaredCommand[],
  typed: SlashCommand,
): Promise<Outcome> {
  const { workspace, responseUrls, triggers, socketMode } = context
  const person = personOf(context, typed.user)
  const channel = channelOf(context, typed.user, typed.channel)
  const [command = '', ...rest] = typed.text.trim().split(/(?<=^\S+)\s+/)
  const note = (text: string) => addSlackbotNote(workspace, channel.id, person.id, text)
  if (!commands.some((declared) => declared.command === command)) {
    note(`\`${command}\` is not a valid command.`)
    return { ok: false, error: 'unknown_command' }
  }
  if (typed.thread_ts !== undefined) {
    note(`\`${command}\` is not supported in threads. Sorry!`)
    return { ok: false, error: 'not_supported_in_threads' }
  }

  const { path, conversation } = responseUrls.issue('commands', { user: person.id, channel: channel.id })
  const delivery = await socketMode.deliver('slash_commands', {
    token: workspace.verificationToken,
    team_id: workspace.teamId,
    team_domain: workspace.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: person.id,
    user_name: person.name,
    command,
    text: rest.join(' '),
    api_app_id: workspace.appId,
    is_enterprise_install: 'false',
    response_url: `${context.origin()}${path}`,
    trigger_id: triggers.issue(person.id),
  })
  if (!delivery.ok) {
    note(`\`${command}\` failed with the error "${delivery.error}"`)
    return { ok: false, error: delivery.error }
  }
  if (!hasContent(delivery.payload)) return { ok: true }
  // An answer for everybody also shows everybody the command.
  if (delivery.payload.response_type === 'in_channel')
    addPersonMessage(workspace, { user: person.id, channel: channel.id, text: typed.text })
  if (Object.keys(delivery.payload).every((field) => field === 'response_type')) return { ok: true }
  try {
    sayInConversation(workspace, conversation, delivery.payload)
    return { ok: true }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    note(`\`${command}\` failed with the error "invalid_command_response"`)
    return { ok: false, error: 'invalid_command_response' }
  }
}
