import type { App } from '@slack/bolt'
import { mrkdwn, section, sections } from './blocks.ts'
import type { Guard } from './guard.ts'
import type { Once } from './once.ts'
import { whyNotPermitted } from './permission.ts'
import { applySettings } from './settings/apply-settings.ts'
import { openSettings, showSettingsOf } from './settings/open-settings.ts'
import { INPUTS, SettingsMetadata } from './settings/settings-view.ts'
import { readSubmission } from './settings/submission.ts'
import type { FaceParts } from './subcommand.ts'
import { ACTIONS, VIEWS } from './views/buttons.ts'

/** Where the person spoke who opened the window. */
const placeOf = ({ private_metadata }: { readonly private_metadata: string }): string =>
  SettingsMetadata.parse(JSON.parse(private_metadata)).place

/** The window of settings: its button, the choice of another channel in it, and Save. */
export function listenToSettings(app: App, parts: FaceParts, guard: Guard, once: Once): void {
  const { perfbot, poster } = parts
  const tell = (user: string) => (text: string) =>
    poster.post({ channel: user }, { text, blocks: [section(mrkdwn(text))] })

  app.action({ type: 'block_actions', action_id: ACTIONS.settings }, async ({ ack, body, action }) => {
    await ack()
    if (action.type !== 'button' || !once(body.trigger_id)) return
    const user = body.user.id
    await guard(
      'settings',
      async () => {
        const place = body.channel?.id ?? user
        const refusal = await whyNotPermitted('ask', user, place, parts)
        if (!refusal) return openSettings(user, action.value ?? '', place, body.trigger_id, parts)
        const text = 'You may not do that here'
        return poster.post({ channel: user }, { text, blocks: [section(refusal)] })
      },
      tell(user),
    )
  })

  app.action({ type: 'block_actions', action_id: INPUTS.channel }, async ({ ack, body, action }) => {
    await ack()
    const { view } = body
    if (action.type !== 'conversations_select' || !view || !once(body.trigger_id)) return
    await guard(
      'settings of another channel',
      () => showSettingsOf(action.selected_conversation ?? '', body.user.id, placeOf(view), view, parts),
      tell(body.user.id),
    )
  })

  app.view(VIEWS.settings, async ({ ack, body, view }) => {
    const user = body.user.id
    const place = placeOf(view)
    // Whoever lost a right while the window was open has lost it.
    const [refusal, notAdmin] = await Promise.all([
      whyNotPermitted('ask', user, place, parts),
      whyNotPermitted('admin', user, place, parts),
    ])
    const read = readSubmission(view, notAdmin ? null : await perfbot.settableThresholds())
    if (read.kind === 'errors') return ack({ response_action: 'errors', errors: { ...read.errors } })
    await ack()
    if (!once(`${view.id} ${view.hash}`)) return
    const { submission } = read
    await guard(
      'save settings',
      async () => {
        if (refusal) throw new Error('you may not set anything here')
        const done = await applySettings({ by: user, submission }, parts)
        if (done.length === 0) return
        await poster.whisper({ channel: submission.channel }, user, {
          text: 'The settings are saved',
          blocks: sections(done),
        })
      },
      tell(user),
    )
  })
}
