import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import { seconds } from '../../src/model/units.ts'
import type { Message } from '../../src/playground/workspace.ts'
import { config } from '../support/config.ts'
import { FOUNDER, type System, startSystem } from './system.ts'

let server: ThrowawayPostgres
let system: System

beforeAll(async () => {
  server = await startThrowawayPostgres({ full_page_writes: 'on' })
  system = await startSystem({
    postgres: [{ name: 'main', url: server.superuserUrl, configured: true }],
    slack: { ...config.slack, alerts: { ...config.slack.alerts, resolveAfter: seconds(0.001) } },
  })
})

afterAll(async () => {
  await system?.stop()
  await server?.stop()
})

async function setFsync(value: 'on' | 'off'): Promise<void> {
  const client = new pg.Client(server.superuserUrl)
  await client.connect()
  await client.query(`alter system set fsync = ${value}`)
  await client.query('select pg_reload_conf()')
  // The reload reaches every session a moment later.
  for (;;) {
    const { rows } = await client.query('show fsync')
    if (rows[0]?.fsync === value) break
  }
  await client.end()
}

const textOf = (message: Message): string => JSON.stringify([message.text, message.blocks])
const parents = () =>
  system.playground.messages(system.channel).filter(({ thread_ts, ts }) => !thread_ts || thread_ts === ts)
const replies = (ts: string) =>
  system.playground
    .messages(system.channel)
    .filter((message) => message.thread_ts === ts && message.ts !== ts)

it('a critical finding that lasts is told once, its message lives on, and its end is marked', async () => {
  const { face } = system
  await face.watch()
  expect(parents()).toEqual([])

  await setFsync('off')
  await face.watch()
  expect(parents()).toEqual([])
  await face.watch()
  await face.watch()
  const [alert, ...others] = parents()
  expect(others).toEqual([])
  expect(alert?.text).toMatch(/^Critical on web-1: /)
  expect(textOf(alert as Message)).toContain('durability-off')

  await setFsync('on')
  await face.watch()
  await face.watch()
  const [resolved] = parents()
  expect(resolved?.ts).toBe(alert?.ts)
  expect(resolved?.text).toMatch(/^Resolved on web-1: /)
  expect(textOf(resolved as Message)).not.toContain('silence')
  expect(replies(resolved?.ts as string).map(({ text }) => text)).toEqual([
    expect.stringContaining('Resolved'),
  ])
})

it('a click on Mute keeps it quiet, counts it in reports, and is in the audit; unmute hears of it again', async () => {
  const { face, playground, perfbot, channel } = system
  await setFsync('off')
  await face.watch()
  const [alert] = parents()
  expect(replies(alert?.ts as string).at(-1)?.text).toContain('It is back')
  await playground.clickButton({
    user: FOUNDER,
    channel,
    message_ts: alert?.ts as string,
    action_id: 'silence:mute',
  })
  await playground.until(() =>
    replies(alert?.ts as string).find((reply) => textOf(reply).includes('is muted')),
  )
  await face.watch()
  expect(parents()[0]?.text).toMatch(/^Silenced on web-1/)

  const report = await perfbot.takeReport({ inPassing: true })
  expect(report.silenced).toMatchObject([{ severity: 'critical', until: null }])
  expect(report.findings.map(({ rule }) => rule)).not.toContain('durability-off')
  expect((await perfbot.audit(1))[0]).toMatchObject({ action: 'silenced', actor: FOUNDER })

  const id = report.silenced[0]?.id as string
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: `/perf unmute ${id}` })
  await playground.until(() =>
    playground.ephemeral(channel, FOUNDER).find((message) => textOf(message).includes('is heard of again')),
  )
  expect((await perfbot.takeReport({ inPassing: true })).silenced).toEqual([])
})
