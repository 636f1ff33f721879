import { z } from 'zod'
import { limits } from '../block-kit/limits.ts'
import { type ChosenValues, formProblems, stateValues } from '../element-state.ts'
import { Refusal } from '../refusal.ts'
import { viewShape } from '../shapes.ts'
import { closeViews, pushView, readView, replaceView } from '../views.ts'
import type { View } from '../workspace.ts'
import { interactionHead, type Outcome, type PersonContext } from './context.ts'

const acknowledged = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
])

function topView({ workspace }: PersonContext, user: string, viewId: string): View {
  const view = workspace.viewStacks.get(user)?.at(-1)
  if (view?.id !== viewId) throw new RangeError(`${user} has no open view ${viewId}`)
  return view
}

function showErrors({ workspace }: PersonContext, view: View, errors: Record<string, string>): Outcome {
  view.errors = errors
  workspace.changed()
  return { ok: false, error: 'validation_errors', errors }
}

function follow(context: PersonContext, view: View, payload: unknown): Outcome {
  const { workspace } = context
  const isEmpty = typeof payload !== 'object' || payload === null || Object.keys(payload).length === 0
  if (isEmpty) {
    closeViews(workspace, view.user, false)
    return { ok: true }
  }
  const parsed = acknowledged.safeParse(payload)
  if (!parsed.success) return { ok: false, error: 'invalid_response_action' }
  const answer = parsed.data
  switch (answer.response_action) {
    case 'errors':
      return showErrors(context, view, answer.errors)
    case 'clear':
      closeViews(workspace, view.user, true)
      return { ok: true }
    case 'update':
      replaceView(workspace, view, readView(answer.view, 'modal'))
      return { ok: true }
    case 'push':
      if ((workspace.viewStacks.get(view.user)?.length ?? 0) >= limits.view.stacked)
        throw new Refusal('push_limit_reached')
      pushView(workspace, view.user, readView(answer.view, 'modal'))
      return { ok: true }
  }
}

export type Submission = { user: string; view_id: string; values: ChosenValues }

/** Submits the topmost modal, after the checks that Slack's client makes by itself. */
export async function submitView(
  context: PersonContext,
  { user, view_id, values }: Submission,
): Promise<Outcome> {
  const { workspace, socketMode, triggers } = context
  const view = topView(context, user, view_id)
  const state = stateValues(view.blocks, values)
  const problems = formProblems(view.blocks, state)
  if (Object.keys(problems).length > 0) return showErrors(context, view, problems)
  view.errors = {}
  const delivery = await socketMode.deliver('interactive', {
    type: 'view_submission',
    ...interactionHead(context, user),
    trigger_id: triggers.issue(user),
    view: { ...viewShape(workspace, view), state: { values: state } },
    response_urls: [],
  })
  if (!delivery.ok) return { ok: false, error: delivery.error }
  try {
    return follow(context, view, delivery.payload)
  } catch (error) {
    // A view that Slack cannot show leaves the person with an error in the open modal.
    if (error instanceof Refusal) return { ok: false, error: error.code }
    throw error
  }
}

/** Closes the topmost modal with its cross or its close button. */
export async function closeView(
  context: PersonContext,
  { user, view_id }: { user: string; view_id: string },
): Promise<Outcome> {
  const { workspace, socketMode } = context
  const view = topView(context, user, view_id)
  const isCleared = view.clear_on_close ?? false
  closeViews(workspace, user, isCleared)
  if (!view.notify_on_close) return { ok: true }
  const delivery = await socketMode.deliver('interactive', {
    type: 'view_closed',
    ...interactionHead(context, user),
    view: viewShape(workspace, view),
    is_cleared: isCleared,
  })
  return delivery.ok ? { ok: true } : { ok: false, error: delivery.error }
}
