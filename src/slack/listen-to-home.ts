import type { App } from '@slack/bolt'
import { mrkdwn, section } from './blocks.ts'
import type { Guard } from './guard.ts'
import type { Home } from './home/home.ts'
import type { Onces } from './once.ts'
import { whyNotPermitted } from './permission.ts'
import type { FaceParts } from './subcommand.ts'
import { ACTIONS } from './views/buttons.ts'

/** The tab of the app, and what is clicked only there. */
export function listenToHome(
  app: App,
  home: Home,
  parts: FaceParts,
  guard: Guard,
  { once, onceOfAll }: Onces,
): void {
  const { perfbot, poster } = parts
  const tell = (user: string, text: string) =>
    poster.post({ channel: user }, { text, blocks: [section(mrkdwn(text))] })

  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab !== 'home' || !(await onceOfAll(body.event_id))) return
    await guard(
      'Home',
      () => home.opened(event.user),
      // Nobody is sent a message for having looked at a tab.
      async () => {},
    )
  })

  const hearAgain = new RegExp(`^${ACTIONS.hearAgain}:`)
  app.action({ type: 'block_actions', action_id: hearAgain }, async ({ ack, body, action }) => {
    await ack()
    const user = body.user.id
    if (action.type !== 'button' || !once(body.trigger_id)) return
    await guard(
      'hear again',
      async () => {
        const refusal = await whyNotPermitted('ask', user, user, parts)
        if (refusal) {
          await poster.post(
            { channel: user },
            { text: 'You may not do that here', blocks: [section(refusal)] },
          )
        } else await perfbot.endSilence(action.value ?? '', user)
      },
      (text) => tell(user, text),
    )
  })

  // Slack tells of clicks on links too, and shows a warning where nobody acknowledges them.
  app.action({ type: 'block_actions', action_id: new RegExp(`^${ACTIONS.openLink}:`) }, ({ ack }) => ack())
}
