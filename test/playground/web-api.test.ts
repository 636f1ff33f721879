import { ErrorCode, WebClient } from '@slack/web-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Playground, startPlayground } from '../../src/playground/server.ts'
import { connect, plain, silent, you } from './bolt.ts'

let playground: Playground
let client: WebClient

beforeAll(async () => {
  const channels = [
    { name: 'ops' },
    { name: 'open', botIsMember: false },
    { name: 'secret', isPrivate: true, botIsMember: false },
    { name: 'old', isArchived: true },
  ]
  playground = await startPlayground({ channels, additionalScopes: ['users:read'] })
  client = clientOf(playground)
})
afterAll(() => playground.close())

function clientOf({ slackApiUrl, botToken }: Playground, token = botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl,
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  })
}

const channelId = (name: string) => playground.channelNamed(name).id

/** The whole body of a refusal, as the web client hands it on. */
async function refusal(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = (await call.then(
    () => ({ data: 'not refused' }),
    (reason: unknown) => reason,
  )) as { data: Record<string, unknown> }
  return error.data
}

test('tokens are asked for, checked, and of the right kind', async () => {
  const { appToken } = playground
  const { ok, error } = await fetch(`${playground.slackApiUrl}auth.test`, { method: 'POST' }).then(
    (response) => response.json() as Promise<{ ok: boolean; error: string }>,
  )
  expect({ ok, error }).toEqual({ ok: false, error: 'not_authed' })
  expect(await refusal(clientOf(playground, 'xoxb-wrong').auth.test())).toMatchObject({
    error: 'invalid_auth',
  })
  expect(await refusal(clientOf(playground, appToken).auth.test())).toMatchObject({
    error: 'not_allowed_token_type',
  })
  expect(await refusal(client.apps.connections.open())).toMatchObject({ error: 'not_allowed_token_type' })
  expect(await refusal(client.apiCall('chat.shout'))).toMatchObject({ error: 'unknown_method' })
  expect(await client.auth.test()).toMatchObject({ user: 'perfbot', user_id: playground.botUserId })
})

test.each([
  ['a channel that is not there', { channel: 'C0NOWHERE', text: 'x' }, 'channel_not_found'],
  ['a private channel without the bot', { channel: 'secret', text: 'x' }, 'channel_not_found'],
  ['an archived channel', { channel: 'old', text: 'x' }, 'is_archived'],
  ['nothing to say', { channel: 'ops' }, 'no_text'],
  ['blocks that are no list', { channel: 'ops', blocks: '{"type":"divider"}' }, 'invalid_blocks_format'],
  ['blocks that are no JSON', { channel: 'ops', blocks: '[{' }, 'invalid_blocks_format'],
  ['a field that is not known', { channel: 'ops', text: 'x', colour: 'red' }, 'invalid_arguments'],
  ['another name without the scope', { channel: 'ops', text: 'x', username: 'root' }, 'missing_scope'],
  ['a thread that is not there', { channel: 'ops', text: 'x', thread_ts: '1.000001' }, 'thread_not_found'],
  ['two kinds of text', { channel: 'ops', text: 'x', markdown_text: 'y' }, 'markdown_text_conflict'],
  ['too much text in blocks', { channel: 'ops', blocks: longBlocks() }, 'msg_blocks_too_long'],
])('chat.postMessage refuses %s', async (_what, given, error) => {
  const named = playground.channels.find((channel) => channel.name === given.channel)
  const call = client.apiCall('chat.postMessage', { ...given, channel: named?.id ?? given.channel })
  expect(await refusal(call)).toMatchObject({ ok: false, error })
})

function longBlocks(): string {
  const section = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3000) } }
  return JSON.stringify(Array.from({ length: 5 }, () => section))
}

test('a public channel without the bot takes chat:write.public', async () => {
  expect(await client.chat.postMessage({ channel: channelId('open'), text: 'hello' })).toMatchObject({
    ok: true,
  })
  const limited = await startPlayground({
    channels: [{ name: 'open', botIsMember: false }],
    missingScopes: ['chat:write.public', 'users:read'],
  })
  const channel = limited.channelNamed('open').id
  expect(await refusal(clientOf(limited).chat.postMessage({ channel, text: 'hello' }))).toMatchObject({
    error: 'not_in_channel',
  })
  const refused = await refusal(clientOf(limited).users.info({ user: you }))
  expect(refused).toMatchObject({ error: 'missing_scope', needed: 'users:read' })
  expect(String(refused.provided).split(',')).toContain('chat:write')
  await limited.close()
})

test('only messages of the bot that are there can be changed', async () => {
  const channel = channelId('ops')
  const { ts: theirs } = playground.sendMessage({ user: you, channel, text: 'mine' })
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'first' })
  const update = (changed: { ts: string; text: string }) =>
    refusal(client.chat.update({ channel, ...changed }))
  expect(await update({ ts: '1.000001', text: 'x' })).toMatchObject({ error: 'message_not_found' })
  expect(await update({ ts: theirs, text: 'x' })).toMatchObject({ error: 'cant_update_message' })
  expect(await update({ ts, text: 'x'.repeat(4001) })).toMatchObject({ error: 'msg_too_long' })
  expect(await client.chat.update({ channel, ts, text: 'second' })).toMatchObject({ ts, text: 'second' })
  await client.chat.delete({ channel, ts })
  expect(await refusal(client.chat.delete({ channel, ts }))).toMatchObject({ error: 'message_not_found' })
})

test('a trigger opens one modal, for three seconds', async () => {
  const triggers: string[] = []
  await using connected = await connect({ timing: { triggerLifetime: 150 } }, (app) => {
    app.command('/perf', async ({ ack, command }) => {
      triggers.push(command.trigger_id)
      await ack()
    })
  })
  const { playground: local } = connected
  const view = { type: 'modal' as const, title: plain('Hello'), blocks: [] }
  const open = (trigger_id: string) => clientOf(local).views.open({ trigger_id, view })
  const command = { user: you, channel: 'ops', text: '/perf' }
  await local.sendSlashCommand(command)
  await local.sendSlashCommand(command)
  const [first = '', second = ''] = triggers
  expect(await open(first)).toMatchObject({ ok: true, view: { type: 'modal' } })
  expect(await refusal(open(first))).toMatchObject({ error: 'exchanged_trigger_id' })
  expect(await refusal(open('1.2.3'))).toMatchObject({ error: 'invalid_trigger_id' })
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await refusal(open(second))).toMatchObject({ error: 'expired_trigger_id' })
})

test('a file is uploaded in three steps, and an image block can show it', async () => {
  const channel = channelId('ops')
  const file = Buffer.from('not really a picture')
  await client.files.uploadV2({ channel_id: channel, file, filename: 'chart.png', initial_comment: 'CPU' })
  const message = await playground.until(() => playground.messages('ops').find((it) => it.files.length > 0))
  expect(message.text).toBe('CPU')
  const image = (id: string) => [{ type: 'image' as const, slack_file: { id }, alt_text: 'CPU of web-1' }]
  const [id = ''] = message.files
  expect(await client.chat.postMessage({ channel, text: 'x', blocks: image(id) })).toMatchObject({ ok: true })
  expect(
    await refusal(client.chat.postMessage({ channel, text: 'x', blocks: image('F0NONE') })),
  ).toMatchObject({
    error: 'invalid_blocks',
  })
})

test('a rate limit is 429 with Retry-After, for as long as the test wants', async () => {
  playground.rateLimit({ method: 'chat.postMessage', retryAfterSeconds: 7, times: 1 })
  const call = client.chat.postMessage({ channel: channelId('ops'), text: 'x' })
  await expect(call).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 7 })
  await client.chat.postMessage({ channel: channelId('ops'), text: 'x' })
})

test('people, groups and conversations are listed', async () => {
  const { channels } = await client.conversations.list({ types: 'public_channel', limit: 1 })
  expect(channels).toMatchObject([{ name: 'ops', is_member: true }])
  expect((await client.conversations.members({ channel: channelId('ops') })).members).toContain(you)
  expect(await client.users.info({ user: you })).toMatchObject({ user: { name: 'you', is_bot: false } })
  const { usergroups = [] } = await client.usergroups.list({ include_users: true })
  expect(usergroups).toMatchObject([{ handle: 'sre', users: [you] }])
  const listed = await client.usergroups.users.list({ usergroup: usergroups[0]?.id ?? '' })
  expect(listed.users).toEqual([you])
  expect(await refusal(client.conversations.history({ channel: channelId('ops') }))).toMatchObject({
    error: 'missing_scope',
    needed: 'channels:history',
  })
})

test('another web site, and whoever has not the whole address, can neither act at the page nor read from it', async () => {
  const body = JSON.stringify({ user: you, channel: channelId('ops'), text: 'hello' })
  const address = new URL('/ui/message', playground.url)
  const act = async (headers: Record<string, string>) =>
    (await fetch(address, { method: 'POST', headers, body })).status
  const json = { 'content-type': 'application/json' }
  expect(await act({ ...json, origin: 'https://evil.example' })).toBe(403)
  expect(await act(json)).toBe(403)
  expect(await act({ 'content-type': 'text/plain', origin: address.origin })).toBe(403)
  const ours = { ...json, origin: address.origin }
  expect(await act(ours)).toBe(403)
  expect((await fetch(address.origin)).status).toBe(403)
  const first = await fetch(playground.url)
  const [cookie = ''] = (first.headers.get('set-cookie') ?? '').split(';')
  expect(await act({ ...ours, cookie })).toBe(200)
  expect(await act({ ...ours, cookie: `${cookie}0` })).toBe(403)
})
