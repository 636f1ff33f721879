import type { Block } from '../block-kit/validate.ts'
import {
  type Chosen,
  type ChosenValues,
  type Element,
  elementState,
  elementsIn,
  stateValues,
} from '../element-state.ts'
import { messageShape, viewShape } from '../shapes.ts'
import { findView } from '../views.ts'
import { findMessage, type Message, type View } from '../workspace.ts'
import { channelName, channelOf, interactionHead, type Outcome, type PersonContext } from './context.ts'

export type BlockAction = {
  user: string
  action_id: string
  /** Needed only where the same action_id stands in several blocks. */
  block_id?: string | undefined
  /** What was chosen, where the element is not a button. */
  chosen?: Chosen | undefined
  /** What the other elements of the message or view hold. */
  values?: ChosenValues | undefined
} & ({ channel: string; message_ts: string } | { view_id: string })

function findElement(blocks: readonly Block[], { action_id, block_id }: BlockAction) {
  const found = elementsIn(blocks).find(
    ({ block, element }) =>
      element.action_id === action_id && (block_id === undefined || block.block_id === block_id),
  )
  if (!found) throw new RangeError(`there is no element ${action_id} to act on`)
  return found
}

function feedbackOf(element: Element, chosen: Chosen | undefined): Record<string, unknown> {
  const buttons = [element.positive_button, element.negative_button] as { value: string; text: unknown }[]
  const pressed = buttons.find((button) => button.value === chosen) ?? buttons[0]
  return { text: pressed?.text, value: pressed?.value }
}

/** One entry of `actions`: the element as it was pressed, or what was chosen in it. */
function actionShape(
  element: Element,
  block: Block,
  chosen: Chosen | undefined,
  ts: string,
): Record<string, unknown> {
  const { type, action_id } = element
  const common = { action_id, block_id: block.block_id, type, action_ts: ts }
  if (type === 'feedback_buttons') return { ...common, ...feedbackOf(element, chosen) }
  const state = elementState(element, chosen)
  const { text, value, style, url, placeholder, confirm } = element
  const shown = state ? { ...state, placeholder, confirm } : { text, value, style, url, confirm }
  const given = Object.fromEntries(Object.entries(shown).filter(([, it]) => it !== undefined))
  return { ...common, ...given }
}

function inMessage(context: PersonContext, action: BlockAction, message: Message, values: ChosenValues) {
  const { workspace, responseUrls, origin } = context
  const channel = channelOf(context, action.user, message.channel)
  const isEphemeral = message.ephemeralTo !== undefined
  const { path } = responseUrls.issue('actions', {
    user: action.user,
    channel: channel.id,
    thread_ts: message.thread_ts,
    original: message,
  })
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
    },
    channel: { id: channel.id, name: channelName(channel) },
    // An ephemeral message is nowhere stored, and Slack does not send it back.
    ...(isEphemeral ? {} : { message: messageShape(workspace, message) }),
    state: { values: stateValues(message.blocks, values) },
    response_url: `${origin()}${path}`,
  }
}

function inView(context: PersonContext, view: View, values: ChosenValues) {
  const shape = viewShape(context.workspace, view)
  return {
    container: { type: 'view', view_id: view.id },
    view: { ...shape, state: { values: stateValues(view.blocks, values) } },
  }
}

function findPlace(context: PersonContext, action: BlockAction): { message: Message } | { view: View } {
  const { workspace } = context
  if ('view_id' in action) {
    const view = findView(workspace, action)
    if (view?.user !== action.user) throw new RangeError(`${action.user} sees no view ${action.view_id}`)
    return { view }
  }
  const channel = channelOf(context, action.user, action.channel)
  const message = findMessage(workspace, channel.id, action.message_ts)
  if (!message || (message.ephemeralTo ?? action.user) !== action.user)
    throw new RangeError(`${action.user} sees no message ${action.message_ts}`)
  return { message }
}

/** Presses a button, or chooses in a menu, and tells the app. */
export async function performAction(context: PersonContext, action: BlockAction): Promise<Outcome> {
  const { workspace, socketMode, triggers } = context
  const place = findPlace(context, action)
  const blocks = 'view' in place ? place.view.blocks : place.message.blocks
  const { element, block } = findElement(blocks, action)
  const values: ChosenValues = { ...action.values }
  if (action.chosen !== undefined)
    values[block.block_id] = { ...values[block.block_id], [element.action_id]: action.chosen }

  const delivery = await socketMode.deliver('interactive', {
    type: 'block_actions',
    ...interactionHead(context, action.user),
    ...('view' in place
      ? inView(context, place.view, values)
      : inMessage(context, action, place.message, values)),
    trigger_id: triggers.issue(action.user),
    actions: [actionShape(element, block, action.chosen, workspace.nextTs())],
  })
  return delivery.ok ? { ok: true } : { ok: false, error: delivery.error }
}
