import { messageShape } from '../shapes.ts'
import { findMessage } from '../workspace.ts'
import { channelName, channelOf, interactionHead, type Outcome, type PersonContext } from './context.ts'

/** A shortcut as an app's manifest declares it: in the composer's menu, or in that of a message. */
export type DeclaredShortcut = {
  callback_id: string
  name: string
  description: string
  type: 'global' | 'message'
}

export const perfShortcuts: readonly DeclaredShortcut[] = [
  {
    callback_id: 'performance_report',
    name: 'Performance report',
    description: 'Measure everything now and post the report',
    type: 'global',
  },
  {
    callback_id: 'ask_about_message',
    name: 'Ask perfbot about this',
    description: 'Ask about what a message says',
    type: 'message',
  },
]

export type Shortcut = {
  user: string
  callback_id: string
  /** The message whose menu it was chosen in. */
  message?: { channel: string; ts: string } | undefined
}

/** Chooses a shortcut, and tells the app. */
export async function chooseShortcut(
  context: PersonContext,
  shortcuts: readonly DeclaredShortcut[],
  { user, callback_id, message: on }: Shortcut,
): Promise<Outcome> {
  const { workspace, socketMode, triggers, responseUrls, origin } = context
  const declared = shortcuts.find((each) => each.callback_id === callback_id)
  if (declared?.type !== (on ? 'message' : 'global')) {
    throw new RangeError(`there is no shortcut ${callback_id} there`)
  }
  const common = {
    ...interactionHead(context, user),
    callback_id,
    trigger_id: triggers.issue(user),
    action_ts: workspace.nextTs(),
  }
  if (!on) {
    const delivery = await socketMode.deliver('interactive', { type: 'shortcut', ...common })
    return delivery.ok ? { ok: true } : { ok: false, error: delivery.error }
  }
  const channel = channelOf(context, user, on.channel)
  const message = findMessage(workspace, channel.id, on.ts)
  if (!message || message.ephemeralTo !== undefined) throw new RangeError(`there is no message ${on.ts}`)
  const { path } = responseUrls.issue('actions', { user, channel: channel.id, thread_ts: message.thread_ts })
  const delivery = await socketMode.deliver('interactive', {
    type: 'message_action',
    ...common,
    response_url: `${origin()}${path}`,
    channel: { id: channel.id, name: channelName(channel) },
    message_ts: message.ts,
    message: messageShape(workspace, message),
  })
  return delivery.ok ? { ok: true } : { ok: false, error: delivery.error }
}
