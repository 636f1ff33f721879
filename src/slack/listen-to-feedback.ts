import type { App } from '@slack/bolt'
import { digestOf } from '../model/identity.ts'
import { mrkdwn, section } from './blocks.ts'
import type { Guard } from './guard.ts'
import type { Once } from './once.ts'
import type { FaceParts } from './subcommand.ts'
import { ACTIONS } from './views/buttons.ts'
import { FeedbackValue } from './views/feedback.ts'

const THANKS = {
  good: 'Kept, thank you: this text was good.',
  bad: 'Kept, thank you: this text was bad. `perfbot store export` hands it on to whoever cares for the prompts.',
} as const

/** What people think of a model's words is kept with these words. */
export function listenToFeedback(app: App, parts: FaceParts, guard: Guard, once: Once): void {
  const { perfbot, poster } = parts

  app.action({ type: 'block_actions', action_id: ACTIONS.feedback }, async ({ ack, body, action }) => {
    await ack()
    const user = body.user.id
    const channel = body.channel?.id ?? user
    if (action.type !== 'feedback_buttons' || !once(body.trigger_id)) return
    await guard(
      'feedback',
      async () => {
        const said = FeedbackValue.parse(JSON.parse(action.value ?? ''))
        const id = `${said.of} ${digestOf({ about: said.about, text: said.text }).slice(0, 12)} ${user}`
        await perfbot.saveFeedback({ ...said, id, by: user })
        const text = THANKS[said.verdict]
        await poster.whisper({ channel }, user, { text, blocks: [section(text)] })
      },
      (text) => poster.whisper({ channel }, user, { text, blocks: [section(mrkdwn(text))] }),
    )
  })
}
