/** What an error of Slack's means for the person who runs the bot, and what to do about it. */
const MEANINGS: Readonly<Record<string, string>> = {
  invalid_auth:
    'Slack does not accept the token. Copy SLACK_BOT_TOKEN and SLACK_APP_TOKEN again from api.slack.com/apps.',
  not_authed: 'No token was sent. Set SLACK_BOT_TOKEN (xoxb-…).',
  not_allowed_token_type:
    'The token is of the wrong kind: SLACK_BOT_TOKEN begins with xoxb-, SLACK_APP_TOKEN with xapp-.',
  token_revoked: 'The token was revoked. Install the app into the workspace again and copy the new token.',
  token_expired: 'The token has expired. Install the app into the workspace again and copy the new token.',
  account_inactive: 'The app was removed from the workspace. Install it again.',
  not_in_channel: 'perfbot is not in that channel. Type /invite @perfbot there.',
  channel_not_found:
    'There is no such channel, or it is private and perfbot is not in it. Type /invite @perfbot there.',
  is_archived: 'The channel is archived. Choose another under slack.channels.',
  restricted_action: 'The workspace does not let apps post there. Ask an administrator.',
  message_not_found: 'The message was deleted.',
  cant_update_message: 'The message was posted by another app and cannot be changed.',
  expired_trigger_id: 'Slack allows three seconds to open a window, and they were over. Click again.',
  ratelimited: 'Slack asks to wait; it is tried again by itself.',
  msg_too_long: 'The message is longer than Slack allows.',
}

type PlatformError = Error & {
  readonly data: { readonly error: string; readonly needed?: string; readonly provided?: string }
}

const isPlatformError = (error: unknown): error is PlatformError =>
  error instanceof Error &&
  'data' in error &&
  typeof error.data === 'object' &&
  error.data !== null &&
  'error' in error.data &&
  typeof error.data.error === 'string'

/** Slack's code of the error: `not_in_channel`; null when it did not come from Slack. */
export const codeOf = (error: unknown): string | null => (isPlatformError(error) ? error.data.error : null)

/** A sentence for the operator. */
export function explain(error: unknown): string {
  if (!isPlatformError(error)) return error instanceof Error ? error.message : String(error)
  const { error: code, needed } = error.data
  if (code === 'missing_scope') {
    return `The app lacks the scope ${needed ?? '(not named)'}. Paste config/slack-manifest.yaml again and reinstall the app.`
  }
  return MEANINGS[code] ?? `Slack answers ${code}: https://docs.slack.dev/reference/methods`
}
