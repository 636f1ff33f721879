import { addBotMessage, directMessageWith, type Message } from '../workspace.ts'
import { type PersonContext, personOf } from './context.ts'
import { sendEvent } from './event.ts'

/** Opens the assistant's pane: Slack itself begins a thread in the direct message, and tells the app. */
export function openAssistant(
  context: PersonContext,
  { user, channel: lookingAt }: { user: string; channel?: string | undefined },
): Message {
  const { workspace, scopes } = context
  const person = personOf(context, user)
  const channel = directMessageWith(workspace, person.id)
  if (!channel) throw new RangeError(`there is no direct message with ${user}`)
  const root = addBotMessage(workspace, {
    channel: channel.id,
    subtype: 'assistant_app_thread',
    text: 'New Assistant Thread',
  })
  workspace.assistantThreads.set(`${channel.id} ${root.ts}`, { title: '', status: '', prompts: [] })
  workspace.changed()
  if (scopes.has('assistant:write')) {
    sendEvent(context, {
      type: 'assistant_thread_started',
      assistant_thread: {
        user_id: person.id,
        context: {
          ...(lookingAt ? { channel_id: lookingAt } : {}),
          team_id: workspace.teamId,
          enterprise_id: null,
        },
        channel_id: channel.id,
        thread_ts: root.ts,
      },
      event_ts: workspace.nextTs(),
    })
  }
  return root
}
