import { afterAll, beforeAll, expect, it } from 'vitest'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import type { Message } from '../../src/playground/workspace.ts'
import { FOUNDER, type System, startSystem } from './system.ts'

const textOf = (message: Message): string => JSON.stringify([message.text, message.blocks])

let postgres: ThrowawayPostgres
let system: System

beforeAll(async () => {
  postgres = await startThrowawayPostgres()
  system = await startSystem(
    { postgres: [{ name: 'main', url: postgres.superuserUrl, configured: true }] },
    { channels: [{ name: 'ops' }, { name: 'secret', isPrivate: true, botIsMember: false }] },
  )
})

afterAll(async () => {
  await system?.stop()
  await postgres?.stop()
})

/** Types `/perf fixes` somewhere and opens the fix whose button says so. */
async function review(channel: string, title: string): Promise<string> {
  const { playground } = system
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf fixes' })
  const list = await playground.until(() =>
    playground.ephemeral(channel, FOUNDER).find((message) => textOf(message).includes(title)),
  )
  const block = (list.blocks ?? []).find(
    (candidate) => candidate.type === 'actions' && JSON.stringify(candidate).includes(title),
  )
  const [button] = (block?.elements ?? []) as { action_id: string }[]
  await playground.clickButton({
    user: FOUNDER,
    channel,
    message_ts: list.ts,
    action_id: button?.action_id ?? '',
  })
  const view = await playground.until(() =>
    playground.views(FOUNDER).find((open) => JSON.stringify(open).includes('ALTER SYSTEM')),
  )
  return view.id
}

it('a fix that is approved where perfbot may not post is applied, and its end told in a direct message', async () => {
  const { playground, perfbot } = system
  await perfbot.takeReport()
  const secret = playground.channelNamed('secret').id
  const view = await review(secret, 'idle_in_transaction_session_timeout')
  await playground.submitView({ user: FOUNDER, view_id: view, values: {} })
  const direct = playground.directMessageWith(FOUNDER).id
  await playground.until(
    () => playground.messages(direct).find((message) => textOf(message).includes('Applied and verified')),
    20_000,
  )
  expect((await perfbot.audit(10)).map(({ action }) => action)).toContain('finished')
})

it('a report asked for where perfbot may not post is refused with what to do', async () => {
  const { playground } = system
  const secret = playground.channelNamed('secret').id
  await playground.sendSlashCommand({ user: FOUNDER, channel: secret, text: '/perf report' })
  const told = await playground.until(() =>
    playground.ephemeral(secret, FOUNDER).find((message) => textOf(message).includes('/invite')),
  )
  expect(textOf(told)).toContain('perfbot is not in it')
})

it('a direct message is enough, and a mention answers in its thread', async () => {
  const { playground } = system
  const direct = playground.directMessageWith(FOUNDER).id
  playground.sendMessage({ user: FOUNDER, channel: direct, text: 'whoami' })
  await playground.until(() =>
    playground.messages(direct).find((message) => textOf(message).includes('You may approve fixes')),
  )

  const ops = playground.channelNamed('ops').id
  const asked = playground.sendMessage({
    user: FOUNDER,
    channel: ops,
    text: `<@${playground.botUserId}> report`,
  })
  const report = await playground.until(
    () =>
      playground
        .messages(ops)
        .find((message) => message.thread_ts === asked.ts && textOf(message).includes('measure_again')),
    20_000,
  )
  expect(report.thread_ts).toBe(asked.ts)
})

it('what nobody knows is answered with the help, and a wrong click with the reason', async () => {
  const { playground } = system
  const ops = playground.channelNamed('ops').id
  await playground.sendSlashCommand({ user: FOUNDER, channel: ops, text: '/perf <!channel> rm' })
  const told = await playground.until(() =>
    playground.ephemeral(ops, FOUNDER).find((message) => textOf(message).includes('There is no command')),
  )
  expect(textOf(told)).not.toContain('<!channel>')
})
