import { expect, test } from 'vitest'
import { connect, plain, you } from './bolt.ts'

test('an event that is not acknowledged comes again, and says that it does', async () => {
  const tries: { event: string; retry: number | undefined; reason: string | undefined }[] = []
  await using connected = await connect({ timing: { acknowledgeWithin: 200 } }, (app) => {
    app.use(async ({ body, context, next }) => {
      if ('event_id' in body)
        tries.push({ event: body.event_id, retry: context.retryNum, reason: context.retryReason })
      await next()
    })
  })
  const { playground, app } = connected
  // Stock Bolt always acknowledges events, so the acknowledgement is lost on the way.
  const receiver = Reflect.get(app, 'receiver') as { client: { send: (...sent: unknown[]) => Promise<void> } }
  const send = receiver.client.send.bind(receiver.client)
  let lost = 2
  receiver.client.send = async (...sent) => {
    lost -= 1
    if (lost < 0) await send(...sent)
  }
  playground.sendMessage({ user: you, channel: 'ops', text: `<@${playground.botUserId}> hi` })
  await expect.poll(() => tries.length).toBe(3)
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(new Set(tries.map((it) => it.event)).size).toBe(1)
  expect(tries.map((it) => [it.retry, it.reason])).toEqual([
    [0, ''],
    [1, 'timeout'],
    [2, 'timeout'],
  ])
})

test('a command or button that nobody acknowledges is an error that the person sees', async () => {
  await using connected = await connect({ timing: { acknowledgeWithin: 200 } }, (app) => {
    app.command('/perf', async () => undefined)
    app.action('late', async () => undefined)
  })
  const { playground, app } = connected
  const command = { user: you, channel: 'ops', text: '/perf report' }
  expect(await playground.sendSlashCommand(command)).toEqual({ ok: false, error: 'operation_timeout' })
  expect(playground.ephemeral('ops', you)[0]?.text).toBe('`/perf` failed with the error "operation_timeout"')

  const elements = [{ type: 'button' as const, action_id: 'late', text: plain('Press') }]
  const channel = playground.channelNamed('ops').id
  const { ts = '' } = await app.client.chat.postMessage({
    channel,
    text: 'press',
    blocks: [{ type: 'actions', elements }],
  })
  const pressed = { user: you, channel, message_ts: ts, action_id: 'late' }
  expect(await playground.clickButton(pressed)).toEqual({ ok: false, error: 'operation_timeout' })

  await app.stop()
  await playground.until(() => playground.connectionCount() === 0)
  expect(await playground.sendSlashCommand(command)).toEqual({ ok: false, error: 'dispatch_failed' })
  expect(playground.ephemeral('ops', you).at(-1)?.text).toBe(
    '`/perf` failed with the error "dispatch_failed"',
  )
})

test('after a disconnect Bolt connects again, and hears of what it missed', async () => {
  await using connected = await connect({}, (app) => {
    app.event('app_mention', async ({ event, say }) => void (await say(`heard ${event.text}`)))
  })
  const { playground } = connected
  playground.disconnect('refresh_requested', true)
  await playground.until(() => playground.connectionCount() === 0)
  const text = `<@${playground.botUserId}> still there?`
  playground.sendMessage({ user: you, channel: 'ops', text })
  const answer = await playground.until(() => playground.messages('ops')[1], 15_000)
  expect(answer.text).toBe(`heard ${text}`)
  expect(playground.connectionCount()).toBe(1)
})

test('an envelope goes to one of the connections, and a ticket opens one', async () => {
  const heard: string[] = []
  await using connected = await connect({}, (app) => {
    app.event('app_mention', async ({ event }) => void heard.push(event.text))
  })
  const { playground } = connected
  const headers = { authorization: `Bearer ${playground.appToken}` }
  const opened = await fetch(`${playground.slackApiUrl}apps.connections.open`, { method: 'POST', headers })
  const { url } = (await opened.json()) as { url: string }
  const second = new WebSocket(url)
  const seen: { type: string; num_connections?: number }[] = []
  second.onmessage = ({ data }) => {
    const envelope = JSON.parse(data)
    seen.push(envelope)
    if (envelope.envelope_id) second.send(JSON.stringify({ envelope_id: envelope.envelope_id }))
  }
  await expect.poll(() => seen[0]).toMatchObject({ type: 'hello', num_connections: 2 })
  for (const word of ['a', 'b', 'c', 'd'])
    playground.sendMessage({ user: you, channel: 'ops', text: `<@${playground.botUserId}> ${word}` })
  await expect.poll(() => heard.length + seen.length - 1).toBe(4)
  expect(heard).toHaveLength(2)

  const again = new WebSocket(url)
  await new Promise((resolve) => again.addEventListener('error', resolve))
  second.close()
})
