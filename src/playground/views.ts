import { randomBytes } from 'node:crypto'
import { type CheckedView, checkView } from './block-kit/validate.ts'
import { Refusal, reasons } from './refusal.ts'
import { slackId, type View, type Workspace } from './workspace.ts'

/** Modals and Home tabs: how they open, stack, change and close. */

export function readView(given: unknown, type: 'modal' | 'home'): CheckedView {
  const checked = checkView(given, type)
  if (!checked.ok) throw new Refusal(checked.error, reasons(checked.messages, false))
  return checked.value
}

function newHash(workspace: Workspace): string {
  return `${Math.floor(workspace.now() / 1000)}.${randomBytes(4).toString('hex')}`
}

function requireFreeExternalId(workspace: Workspace, externalId: string | undefined, self?: View): void {
  if (!externalId) return
  const taken = findView(workspace, { external_id: externalId })
  if (taken && taken !== self) throw new Refusal('duplicate_external_id')
}

function createView(workspace: Workspace, user: string, checked: CheckedView, previous?: View): View {
  requireFreeExternalId(workspace, checked.external_id)
  const id = slackId('V')
  return {
    ...checked,
    id,
    hash: newHash(workspace),
    user,
    rootViewId: previous?.rootViewId ?? id,
    previousViewId: previous?.id ?? null,
    externalId: checked.external_id ?? '',
    errors: {},
  }
}

/** Opens a modal in place of any that is open, or publishes a first Home tab. */
export function openView(workspace: Workspace, user: string, checked: CheckedView): View {
  const view = createView(workspace, user, checked)
  if (checked.type === 'home') workspace.homes.set(user, view)
  else workspace.viewStacks.set(user, [view])
  workspace.changed()
  return view
}

export function pushView(workspace: Workspace, user: string, checked: CheckedView): View {
  const stack = workspace.viewStacks.get(user) ?? []
  const view = createView(workspace, user, checked, stack.at(-1))
  workspace.viewStacks.set(user, [...stack, view])
  workspace.changed()
  return view
}

/** A view keeps its id and place when its content is replaced; fields that are not given go. */
export function replaceView(workspace: Workspace, view: View, checked: CheckedView): View {
  requireFreeExternalId(workspace, checked.external_id, view)
  const { id, user, rootViewId, previousViewId } = view
  for (const field of Object.keys(view)) delete (view as Record<string, unknown>)[field]
  Object.assign(view, checked, {
    id,
    hash: newHash(workspace),
    user,
    rootViewId,
    previousViewId,
    externalId: checked.external_id ?? '',
    errors: {},
  })
  workspace.changed()
  return view
}

export function findView(
  workspace: Workspace,
  named: { view_id?: string | undefined; external_id?: string | undefined },
): View | undefined {
  return [...workspace.viewStacks.values(), [...workspace.homes.values()]]
    .flat()
    .find(
      (view) =>
        view.id === named.view_id ||
        (named.external_id !== undefined && view.externalId === named.external_id),
    )
}

/** Closes the topmost view, or with `all` the whole stack. */
export function closeViews(workspace: Workspace, user: string, all: boolean): void {
  const stack = workspace.viewStacks.get(user) ?? []
  workspace.viewStacks.set(user, all ? [] : stack.slice(0, -1))
  workspace.changed()
}
