import type { Message } from '../workspace.ts'
import { openAssistant } from './assistant.ts'
import { type BlockAction, performAction } from './block-action.ts'
import type { Outcome, PersonContext } from './context.ts'
import { openHome } from './event.ts'
import { sendMessage, type TypedMessage } from './message.ts'
import { chooseShortcut, type DeclaredShortcut, type Shortcut } from './shortcut.ts'
import { type DeclaredCommand, type SlashCommand, sendSlashCommand } from './slash-command.ts'
import { closeView, type Submission, submitView } from './view.ts'

/** Everything that a person can do at the page, for the page and for tests. */
export type People = {
  /** Settles when the app has acknowledged, or failed to. */
  sendSlashCommand: (typed: SlashCommand) => Promise<Outcome>
  sendMessage: (typed: TypedMessage) => Message
  performAction: (action: BlockAction) => Promise<Outcome>
  submitView: (submission: Submission) => Promise<Outcome>
  closeView: (closed: { user: string; view_id: string }) => Promise<Outcome>
  openHome: (opened: { user: string; tab: 'home' | 'messages' }) => void
  /** The root of the thread that the pane shows. */
  openAssistant: (opened: { user: string; channel?: string | undefined }) => Message
  chooseShortcut: (chosen: Shortcut) => Promise<Outcome>
}

export function createPeople(
  context: PersonContext,
  commands: readonly DeclaredCommand[],
  shortcuts: readonly DeclaredShortcut[],
): People {
  return {
    sendSlashCommand: (typed) => sendSlashCommand(context, commands, typed),
    sendMessage: (typed) => sendMessage(context, typed),
    performAction: (action) => performAction(context, action),
    submitView: (submission) => submitView(context, submission),
    closeView: (closed) => closeView(context, closed),
    openHome: (opened) => openHome(context, opened),
    openAssistant: (opened) => openAssistant(context, opened),
    chooseShortcut: (chosen) => chooseShortcut(context, shortcuts, chosen),
  }
}
