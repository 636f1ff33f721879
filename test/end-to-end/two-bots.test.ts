import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Playground, startPlayground } from '../../src/playground/server.ts'
import { type Bot, startBot } from '../support/bot.ts'
import { FOUNDER } from './system.ts'

let directory: string
let playground: Playground
let bots: Bot[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perfbot-two-'))
  // Nobody acknowledges so soon: every event is delivered again and again, to one bot and the other by turns.
  playground = await startPlayground({ timing: { acknowledgeWithin: 1 } })
  const config = join(directory, 'perfbot.yaml')
  await writeFile(
    config,
    `host: web-1\ndocker: []\nlogLevel: fatal\ndataDirectory: ${directory}\nslack: { apiUrl: "${playground.slackApiUrl}", channels: [ops] }\n`,
  )
  bots = [await startBot(config, playground)]
  bots.push(await startBot(config, playground))
}, 120_000)
afterAll(async () => {
  await Promise.all(bots.map((bot) => bot.stop()))
  await playground?.close()
  await rm(directory, { recursive: true, force: true })
})

it('two processes answer each message and each command once, though events come to both', async () => {
  const dm = playground.directMessageWith(FOUNDER).id
  const ops = playground.channelNamed('ops').id
  for (let index = 0; index < 6; index += 1) {
    playground.sendMessage({ user: FOUNDER, channel: dm, text: 'whoami' })
    await playground.sendSlashCommand({ user: FOUNDER, channel: ops, text: '/perf whoami' })
  }
  const answers = () => playground.messages(dm).filter(({ bot_id }) => bot_id)
  const told = () => playground.ephemeral(ops, FOUNDER).filter(({ bot_id }) => bot_id)
  await playground.until(() => answers().length >= 6 && told().length >= 6, 20_000)

  // Behind everything that was still on its way.
  const late = playground.sendMessage({ user: FOUNDER, channel: dm, text: 'mute nothing-of-that-name' })
  await playground.until(() => answers().find(({ ts }) => ts > late.ts), 20_000)
  expect(answers()).toHaveLength(7)
  expect(told()).toHaveLength(6)
  expect(playground.connectionCount()).toBe(2)
})

it('one that is told to stop ends well, and the other goes on', async () => {
  const [first, second] = bots
  expect(await first?.stop()).toBe(0)
  await playground.until(() => playground.connectionCount() === 1)
  const dm = playground.directMessageWith(FOUNDER).id
  const before = playground.messages(dm).length
  playground.sendMessage({ user: FOUNDER, channel: dm, text: 'whoami' })
  await playground.until(() => playground.messages(dm).length === before + 2, 20_000)
  bots = second ? [second] : []
})

it('a report that is under way when the bot is told to stop is posted whole', async () => {
  const channel = playground.channelNamed('ops').id
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf report' })
  await playground.until(
    () => playground.messages(channel).find(({ text }) => text.includes('Measuring')),
    20_000,
  )
  expect(await bots[0]?.stop()).toBe(0)
  bots = []
  const [report, ...thread] = playground.messages(channel)
  expect(JSON.stringify(report?.blocks)).toContain('measure_again')
  expect(thread.map(({ thread_ts }) => thread_ts)).toContain(report?.ts)
})
