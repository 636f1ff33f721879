import { expect, test } from 'vitest'
import { connect, plain, visitor, you } from './bolt.ts'

test('a slash command is acknowledged, and answered where it was typed', async () => {
  await using connected = await connect({}, (app) => {
    app.command('/perf', async ({ command, ack, say }) => {
      await ack(`Working on ${command.text}, <@${command.user_id}>`)
      await say(`Report on ${command.text}`)
    })
  })
  const { playground } = connected
  const outcome = await playground.sendSlashCommand({ user: you, channel: '#ops', text: '/perf web-1' })
  expect(outcome).toEqual({ ok: true })
  const report = await playground.until(() => playground.messages('ops')[0])
  expect(report).toMatchObject({ text: 'Report on web-1', user: playground.botUserId })
  expect(playground.ephemeral('ops', you).map((note) => note.text)).toEqual([`Working on web-1, <@${you}>`])
  expect(playground.ephemeral('ops', visitor)).toEqual([])
})

test('a command in a thread, and one that nobody declared, are refused by Slack itself', async () => {
  await using connected = await connect({}, () => undefined)
  const { playground } = connected
  const { ts } = playground.sendMessage({ user: you, channel: 'ops', text: 'hello' })
  await playground.sendSlashCommand({ user: you, channel: 'ops', text: '/perf help', thread_ts: ts })
  await playground.sendSlashCommand({ user: you, channel: 'ops', text: '/deploy' })
  expect(playground.ephemeral('ops', you).map((note) => note.text)).toEqual([
    '`/perf` is not supported in threads. Sorry!',
    '`/deploy` is not a valid command.',
  ])
})

test('a button opens a modal, whose submission updates the message', async () => {
  await using connected = await connect({}, (app, playground) => {
    const channel = playground.channelNamed('ops').id
    app.command('/perf', async ({ ack, say }) => {
      await ack()
      const button = { type: 'button' as const, action_id: 'review', value: 'PG-001', text: plain('Review') }
      await say({ text: 'Finding', blocks: [{ type: 'actions', block_id: 'fix', elements: [button] }] })
    })
    app.action('review', async ({ ack, body, client, payload }) => {
      await ack()
      if (body.type !== 'block_actions' || payload.type !== 'button') return
      await client.views.open({
        trigger_id: body.trigger_id,
        view: {
          type: 'modal',
          callback_id: 'approve',
          private_metadata: JSON.stringify({ ts: body.message?.ts, finding: payload.value }),
          title: plain('Approve'),
          submit: plain('Approve'),
          blocks: [
            {
              type: 'input',
              block_id: 'size',
              label: plain('New size'),
              element: { type: 'plain_text_input', action_id: 'text', max_length: 10 },
            },
          ],
        },
      })
    })
    app.view('approve', async ({ ack, view, client }) => {
      const size = view.state.values.size?.text?.value ?? ''
      if (!/^\d+GB$/.test(size)) {
        await ack({ response_action: 'errors', errors: { size: 'Say it in GB' } })
        return
      }
      await ack()
      const { ts, finding } = JSON.parse(view.private_metadata)
      await client.chat.update({ channel, ts, text: `${finding}: ${size}` })
    })
  })
  const { playground } = connected
  await playground.sendSlashCommand({ user: you, channel: 'ops', text: '/perf fix' })
  const message = await playground.until(() => playground.messages('ops')[0])
  const pressed = { user: you, channel: 'ops', message_ts: message.ts, action_id: 'review', block_id: 'fix' }
  expect(await playground.clickButton(pressed)).toEqual({ ok: true })
  const modal = await playground.until(() => playground.views(you)[0])
  const submit = (text: string) =>
    playground.submitView({ user: you, view_id: modal.id, values: { size: { text } } })

  expect(await submit('')).toMatchObject({ errors: { size: 'Please complete this required field.' } })
  expect(await submit('lots')).toMatchObject({ errors: { size: 'Say it in GB' } })
  expect(playground.views(you)).toHaveLength(1)
  expect(await submit('8GB')).toEqual({ ok: true })
  expect(playground.views(you)).toEqual([])
  await playground.until(() => message.text === 'PG-001: 8GB')
  expect(message.blocks).toEqual([])
  expect(message.edited).toBeDefined()
})

test('views are pushed, updated, cleared, and say when they are closed', async () => {
  const closed: boolean[] = []
  const modal = (title: string) => ({
    type: 'modal' as const,
    callback_id: title,
    title: plain(title),
    submit: plain('Next'),
    notify_on_close: true,
    blocks: [{ type: 'divider' as const }],
  })
  await using connected = await connect({}, (app) => {
    app.command('/perf', async ({ ack, command, client }) => {
      await ack()
      await client.views.open({ trigger_id: command.trigger_id, view: modal('one') })
    })
    app.view('one', async ({ ack }) => ack({ response_action: 'push', view: modal('two') }))
    app.view('two', async ({ ack }) => ack({ response_action: 'update', view: modal('three') }))
    app.view('three', async ({ ack }) => ack({ response_action: 'clear' }))
    app.view({ type: 'view_closed', callback_id: 'two' }, async ({ ack, body }) => {
      await ack()
      if (body.type === 'view_closed') closed.push(body.is_cleared)
    })
  })
  const { playground } = connected
  const titles = () => playground.views(you).map((view) => view.title?.text)
  const submit = () =>
    playground.submitView({ user: you, view_id: playground.views(you).at(-1)?.id ?? '', values: {} })

  await playground.sendSlashCommand({ user: you, channel: 'ops', text: '/perf' })
  await playground.until(() => titles().length === 1)
  await submit()
  expect(titles()).toEqual(['one', 'two'])
  await playground.closeView({ user: you, view_id: playground.views(you).at(-1)?.id ?? '' })
  expect(titles()).toEqual(['one'])
  expect(closed).toEqual([false])
  await submit()
  await submit()
  expect(titles()).toEqual(['one', 'three'])
  await submit()
  expect(titles()).toEqual([])
})

test('a response_url replaces, adds and deletes, five times and no more', async () => {
  let url = ''
  await using connected = await connect({}, (app) => {
    app.command('/perf', async ({ ack, command }) => {
      url = command.response_url
      await ack({ response_type: 'ephemeral', text: 'working' })
    })
  })
  const { playground } = connected
  const respond = async (body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    return [response.status, ((await response.json()) as { error?: string }).error]
  }
  const seen = () => playground.ephemeral('ops', you).map((note) => note.text)

  await playground.sendSlashCommand({ user: you, channel: 'ops', text: '/perf' })
  expect(seen()).toEqual(['working'])
  expect(await respond({ replace_original: true, text: 'done' })).toEqual([200, undefined])
  expect(seen()).toEqual(['done'])
  expect(await respond({ response_type: 'in_channel', text: 'for all' })).toEqual([200, undefined])
  expect(playground.messages('ops').map((message) => message.text)).toEqual(['for all'])
  expect(await respond({})).toEqual([400, 'no_text'])
  expect(await respond({ blocks: [{ type: 'nonsense' }] })).toEqual([400, 'invalid_blocks'])
  expect(await respond({ delete_original: true })).toEqual([200, undefined])
  expect(seen()).toEqual([])
  expect(await respond({ text: 'again' })).toEqual([404, 'used_url'])
})

test('a mention in a thread is answered in it, a direct message in its conversation', async () => {
  await using connected = await connect({}, (app) => {
    app.event('app_mention', async ({ event, say }) => {
      await say({ text: `about ${event.text}`, thread_ts: event.thread_ts ?? event.ts })
    })
    app.message(async ({ message, say }) => {
      if (message.subtype === undefined) await say(`${message.channel_type}: ${message.text}`)
    })
  })
  const { playground } = connected
  const parent = playground.sendMessage({ user: visitor, channel: 'ops', text: 'it is slow' })
  playground.sendMessage({ user: visitor, channel: 'ops', text: 'nobody is asked' })
  const text = `<@${playground.botUserId}> why?`
  playground.sendMessage({ user: you, channel: 'ops', text, thread_ts: parent.ts })
  const answer = await playground.until(() => playground.messages('ops')[3])
  expect(answer).toMatchObject({ thread_ts: parent.ts, text: `about ${text}` })

  const direct = playground.directMessageWith(you)
  playground.sendMessage({ user: you, channel: direct.id, text: 'hello' })
  expect(await playground.until(() => playground.messages(direct.id)[1])).toMatchObject({ text: 'im: hello' })
})

test('the Home tab is published when it is opened', async () => {
  await using connected = await connect({}, (app) => {
    app.event('app_home_opened', async ({ event, client }) => {
      const blocks = [{ type: 'header' as const, text: plain(`Home, ${event.tab}`) }]
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } })
    })
  })
  const { playground } = connected
  playground.openHome({ user: you, tab: 'home' })
  const home = await playground.until(() => playground.home(you))
  expect(home.blocks[0]).toMatchObject({ type: 'header', text: { text: 'Home, home' } })
})
