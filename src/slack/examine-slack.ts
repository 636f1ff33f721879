import { LogLevel, WebClient } from '@slack/web-api'
import { pino } from 'pino'
import type { Config } from '../config.ts'
import type { Examination } from '../model/examination.ts'
import { findChannels } from './channels.ts'
import { readManifestScopes } from './manifest.ts'
import { explain } from './platform-errors.ts'

export type SlackToExamine = {
  readonly botToken: string | undefined
  readonly appToken: string | undefined
  /** Slack sends signed requests: then the secret counts, and no app token. */
  readonly byRequests?: boolean
  readonly signingSecret?: string | undefined
  readonly apiUrl: string | undefined
  readonly channels: readonly string[]
  /** The bot scopes that config/slack-manifest.yaml asks for. */
  readonly scopes: readonly string[]
}

const well = (subject: string, detail: string): Examination => ({
  subject,
  verdict: 'well',
  detail,
  remedy: null,
})

/** Nobody waits for a doctor: an answer comes within seconds, or it does not come. */
const clientOf = (token: string, apiUrl: string | undefined) =>
  new WebClient(token, {
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
    timeout: 5000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  })

async function examineBotToken({ scopes, ...slack }: SlackToExamine, client: WebClient) {
  try {
    const answer = await client.auth.test()
    const granted = new Set(answer.response_metadata?.scopes ?? [])
    const missing = scopes.filter((scope) => !granted.has(scope))
    const who = well('slack bot token', `${answer.user ?? 'the app'} in ${answer.team ?? 'its workspace'}`)
    if (missing.length === 0) return [who, ...(await examineChannels(slack.channels, client))]
    return [
      {
        ...who,
        verdict: 'lacking' as const,
        detail: `${who.detail}, without ${missing.join(', ')}`,
        remedy:
          'Paste config/slack-manifest.yaml under App Manifest at api.slack.com/apps, and install the app again',
      },
    ]
  } catch (error) {
    return [
      {
        subject: 'slack bot token',
        verdict: 'failed' as const,
        detail: 'Slack refuses it, or cannot be reached',
        remedy: explain(error),
      },
    ]
  }
}

async function examineChannels(wanted: readonly string[], client: WebClient): Promise<Examination[]> {
  if (wanted.length === 0) {
    return [
      {
        subject: 'slack channels',
        verdict: 'absent',
        detail: 'none is named: no digest is posted',
        remedy: 'Name one under slack.channels in config/perfbot.yaml',
      },
    ]
  }
  const found = await findChannels(client, wanted, pino({ level: 'silent' }))
  return wanted.map((name) => {
    const bare = name.replace(/^#/, '')
    const subject = `slack channel #${bare}`
    const channel = found.find(({ id, name: called }) => id === bare || called === bare)
    if (channel?.isMember) return well(subject, 'perfbot is in it')
    return {
      subject,
      verdict: channel ? 'lacking' : 'failed',
      detail: channel ? 'perfbot is not in it' : 'there is none that perfbot can see',
      remedy: `Type /invite @perfbot in #${bare}, or correct slack.channels`,
    }
  })
}

async function examineAppToken(client: WebClient): Promise<Examination> {
  try {
    await client.apps.connections.open()
    return well('slack app token', 'Socket Mode can be opened')
  } catch (error) {
    return {
      subject: 'slack app token',
      verdict: 'failed',
      detail: 'Slack refuses it, or cannot be reached',
      remedy: `${explain(error)} The token needs the scope connections:write.`,
    }
  }
}

/** Whether it is the right one shows only in requests that Slack sends. */
const examineSecret = (secret: string | undefined): Examination =>
  secret
    ? well('slack signing secret', 'is set: requests that it signs are taken')
    : {
        subject: 'slack signing secret',
        verdict: 'failed',
        detail: 'SLACK_SIGNING_SECRET is not set',
        remedy: 'Copy it from Basic Information → App Credentials at api.slack.com/apps',
      }

/** Whether Slack takes the tokens, what they may do, and whether perfbot is in its channels. Posts nothing. */
export async function examineSlack(slack: SlackToExamine): Promise<Examination[]> {
  const { botToken, appToken, apiUrl, byRequests = false, signingSecret } = slack
  if (!botToken && !appToken && !byRequests) {
    return [
      {
        subject: 'slack',
        verdict: 'absent',
        detail: 'no tokens',
        remedy:
          'Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (README, "Connect Slack"); without Slack: npm run demo',
      },
    ]
  }
  const unset = (name: string): Examination => ({
    subject: `slack ${name === 'SLACK_BOT_TOKEN' ? 'bot' : 'app'} token`,
    verdict: 'failed',
    detail: `${name} is not set`,
    remedy: `Set ${name} in the environment or in .env (README, "Connect Slack")`,
  })
  const [bot, app] = await Promise.all([
    botToken ? examineBotToken(slack, clientOf(botToken, apiUrl)) : [unset('SLACK_BOT_TOKEN')],
    byRequests
      ? examineSecret(signingSecret)
      : appToken
        ? examineAppToken(clientOf(appToken, apiUrl))
        : unset('SLACK_APP_TOKEN'),
  ])
  return [...bot, app]
}

/** The same of what the configuration names, held against the scopes of the manifest. */
export const examineConfiguredSlack = async ({
  botToken,
  appToken,
  apiUrl,
  channels,
  http,
  signingSecret,
}: Config['slack']): Promise<Examination[]> =>
  examineSlack({
    botToken,
    appToken,
    apiUrl,
    channels,
    scopes: await readManifestScopes(),
    byRequests: http !== undefined,
    signingSecret,
  })
