import { z } from 'zod'
import { limits } from '../block-kit/limits.ts'
import { Refusal } from '../refusal.ts'
import { viewShape } from '../shapes.ts'
import { findView, openView, pushView, readView, replaceView } from '../views.ts'
import type { View, Workspace } from '../workspace.ts'
import { json, method, text } from './method.ts'

/** `hash` guards against overwriting a view that has changed since the app saw it. */
function requireFresh(view: View | undefined, hash: string | undefined): void {
  if (view && hash !== undefined && hash !== view.hash) throw new Refusal('hash_conflict')
}

function answer(workspace: Workspace, view: View): Record<string, unknown> {
  return { view: viewShape(workspace, view) }
}

function triggerOf(given: {
  trigger_id?: string | undefined
  interactivity_pointer?: string | undefined
}): string {
  const trigger = given.trigger_id ?? given.interactivity_pointer
  if (trigger === undefined)
    throw new Refusal('invalid_arguments', {
      response_metadata: { messages: ['[ERROR] missing required field: trigger_id [json-pointer:/]'] },
    })
  return trigger
}

const opening = { trigger_id: text, interactivity_pointer: text, view: json }

const open = method({
  arguments: opening,
  run(given, { workspace, triggers }) {
    const checked = readView(given.view, 'modal')
    const { user } = triggers.exchange(triggerOf(given))
    return answer(workspace, openView(workspace, user, checked))
  },
})

const push = method({
  arguments: opening,
  run(given, { workspace, triggers }) {
    const checked = readView(given.view, 'modal')
    const { user } = triggers.exchange(triggerOf(given))
    const stack = workspace.viewStacks.get(user) ?? []
    if (stack.length === 0) throw new Refusal('not_found')
    if (stack.length >= limits.view.stacked) throw new Refusal('push_limit_reached')
    return answer(workspace, pushView(workspace, user, checked))
  },
})

const update = method({
  arguments: { view_id: text, external_id: text, hash: text, view: json },
  run(given, { workspace }) {
    const checked = readView(given.view, 'modal')
    const view = findView(workspace, given)
    if (!view) throw new Refusal('not_found')
    requireFresh(view, given.hash)
    return answer(workspace, replaceView(workspace, view, checked))
  },
})

const publish = method({
  arguments: { user_id: z.string(), hash: text, view: json },
  run(given, { workspace }) {
    const checked = readView(given.view, 'home')
    if (!workspace.users.has(given.user_id)) throw new Refusal('invalid_arguments')
    const published = workspace.homes.get(given.user_id)
    requireFresh(published, given.hash)
    if (published) return answer(workspace, replaceView(workspace, published, checked))
    const view = openView(workspace, given.user_id, checked)
    return answer(workspace, view)
  },
})

export const viewMethods = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
}
