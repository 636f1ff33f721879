import { expect, test } from 'vitest'
import { connect, you } from './bolt.ts'

test('a call is answered late, then with 500, then with 429, and what was refused is not done', async () => {
  await using connected = await connect({}, () => {})
  const { playground } = connected
  const channel = playground.channelNamed('ops').id
  const method = 'chat.postMessage'
  playground.fault({ kind: 'delay', method, milliseconds: 150, times: 1 })
  playground.fault({ kind: 'error', method, times: 1 })
  playground.fault({ kind: 'rate-limit', method, retryAfterSeconds: 7, times: 1 })
  const post = (text: string) =>
    fetch(`${playground.slackApiUrl}${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${playground.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel, text }),
    })
  const begun = performance.now()
  expect((await post('late')).status).toBe(200)
  expect(performance.now() - begun).toBeGreaterThan(140)
  // Another method is not concerned.
  await connected.app.client.conversations.info({ channel })
  expect((await post('never')).status).toBe(500)
  const limited = await post('not yet')
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
  expect((await post('in the end')).status).toBe(200)
  expect(playground.messages('ops').map(({ text }) => text)).toEqual(['late', 'in the end'])
})

test('an event that comes twice has one event_id, so that the app can know it again', async () => {
  const ids: string[] = []
  await using connected = await connect({}, (app) => {
    app.use(async ({ body, next }) => {
      if ('event_id' in body) ids.push(body.event_id)
      await next()
    })
  })
  const { playground } = connected
  playground.fault({ kind: 'duplicate', times: 1 })
  const mention = (text: string) =>
    playground.sendMessage({ user: you, channel: 'ops', text: `<@${playground.botUserId}> ${text}` })
  mention('twice')
  await expect.poll(() => ids.length).toBe(2)
  mention('once')
  await expect.poll(() => ids.length).toBe(3)
  expect(new Set(ids).size).toBe(2)
})

test('after the socket was dropped the app connects again by itself', { timeout: 30_000 }, async () => {
  await using connected = await connect({}, (app) => {
    app.event('app_mention', async ({ event, say }) => void (await say(`heard ${event.text}`)))
  })
  const { playground } = connected
  playground.fault({ kind: 'drop' })
  await playground.until(() => playground.connectionCount() === 0)
  const text = `<@${playground.botUserId}> still there?`
  playground.sendMessage({ user: you, channel: 'ops', text })
  const answer = await playground.until(() => playground.messages('ops')[1], 20_000)
  expect(answer.text).toBe(`heard ${text}`)
})

test('the page asks for faults by HTTP, with its key and from its own origin only', async () => {
  await using connected = await connect({}, () => {})
  const { playground } = connected
  const { origin, searchParams } = new URL(playground.url)
  const opened = await fetch(playground.url)
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
  await opened.body?.cancel()
  const ask = (headers: Record<string, string>, fault: unknown) =>
    fetch(`${origin}/ui/fault`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(fault),
    })
  const fault = { kind: 'error', method: 'auth.test', times: 1 }
  expect(searchParams.get('key')).not.toBe('')
  expect((await ask({ origin }, fault)).status).toBe(403)
  expect((await ask({ cookie }, fault)).status).toBe(403)
  expect((await ask({ cookie, origin }, { kind: 'earthquake' })).status).toBe(400)
  expect((await ask({ cookie, origin }, fault)).status).toBe(200)
  const call = () =>
    fetch(`${playground.slackApiUrl}auth.test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${playground.botToken}` },
    })
  expect([(await call()).status, (await call()).status]).toEqual([500, 200])
})
