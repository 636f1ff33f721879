import type { App } from '@slack/bolt'
import type { Logger } from 'pino'

const REINSTALL =
  'Install the app into the workspace again, and set the new SLACK_BOT_TOKEN; perfbot goes on without Slack until it is started with that.'

/** Somebody took perfbot's rights away: said once and clearly, instead of by each call that fails from now on. */
export function listenToTheEnd(app: App, logger: Logger): void {
  app.event('tokens_revoked', async ({ event }) => {
    const { bot = [] } = event.tokens
    if (bot.length > 0) logger.error(`The bot's token was revoked. ${REINSTALL}`)
  })
  app.event('app_uninstalled', async () => {
    logger.error(`The app was removed from the workspace. ${REINSTALL}`)
  })
}
