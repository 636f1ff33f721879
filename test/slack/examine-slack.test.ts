import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Playground, startPlayground } from '../../src/playground/server.ts'
import { examineSlack } from '../../src/slack/examine-slack.ts'
import { readManifestScopes } from '../../src/slack/manifest.ts'

describe('what doctor says of Slack', () => {
  let playground: Playground
  let scopes: readonly string[]
  beforeAll(async () => {
    scopes = await readManifestScopes()
    playground = await startPlayground({
      channels: [{ name: 'ops' }, { name: 'elsewhere', botIsMember: false }],
    })
  })
  afterAll(() => playground.close())

  const examineWith = (changes: Partial<Parameters<typeof examineSlack>[0]> = {}) =>
    examineSlack({
      botToken: playground.botToken,
      appToken: playground.appToken,
      apiUrl: playground.slackApiUrl,
      channels: ['ops'],
      scopes,
      ...changes,
    })

  it('is that all is well where tokens, scopes and channels are', async () => {
    const examined = await examineWith()
    expect(examined.map(({ subject, verdict }) => [subject, verdict])).toEqual([
      ['slack bot token', 'well'],
      ['slack channel #ops', 'well'],
      ['slack app token', 'well'],
    ])
  })

  it('names each channel that perfbot is not in, and how to invite it', async () => {
    const examined = await examineWith({ channels: ['#elsewhere', 'nowhere'] })
    expect(examined).toContainEqual({
      subject: 'slack channel #elsewhere',
      verdict: 'lacking',
      detail: 'perfbot is not in it',
      remedy: 'Type /invite @perfbot in #elsewhere, or correct slack.channels',
    })
    expect(examined).toContainEqual(
      expect.objectContaining({ subject: 'slack channel #nowhere', verdict: 'failed' }),
    )
  })

  it('tells a wrong token of either kind from a good one', async () => {
    const examined = await examineWith({ botToken: 'xoxb-wrong', appToken: 'xapp-wrong' })
    expect(examined.map(({ subject, verdict }) => [subject, verdict])).toEqual([
      ['slack bot token', 'failed'],
      ['slack app token', 'failed'],
    ])
    expect(examined[0]?.remedy).toContain('Copy SLACK_BOT_TOKEN')
  })

  it('tells a token that is not set, and that there is a demo when none is', async () => {
    expect(await examineWith({ botToken: undefined })).toContainEqual(
      expect.objectContaining({ verdict: 'failed', detail: 'SLACK_BOT_TOKEN is not set' }),
    )
    const none = await examineWith({ botToken: undefined, appToken: undefined })
    expect(none).toEqual([expect.objectContaining({ verdict: 'absent' })])
    expect(none[0]?.remedy).toContain('npm run demo')
  })

  it('names the scopes that an app installed from an older manifest lacks', async () => {
    const older = await startPlayground({ missingScopes: ['usergroups:read', 'files:write'] })
    const examined = await examineWith({
      botToken: older.botToken,
      appToken: older.appToken,
      apiUrl: older.slackApiUrl,
    })
    await older.close()
    expect(examined[0]).toMatchObject({ verdict: 'lacking' })
    expect(examined[0]?.detail).toMatch(/without usergroups:read, files:write$/)
  })
})
