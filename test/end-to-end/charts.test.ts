import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Timestamp, timestamp } from '../../src/model/units.ts'
import type { Message } from '../../src/playground/workspace.ts'
import { openStore } from '../../src/store/store.ts'
import { makeDirectory } from '../store/directory.ts'
import { FOUNDER, type System, startSystem } from './system.ts'

let system: System

const ago = (minutes: number): Timestamp => timestamp(new Date(Date.now() - minutes * 60_000))

beforeAll(async () => {
  const dataDirectory = await makeDirectory()
  const past = await openStore({ directory: dataDirectory })
  for (let minute = 60; minute > 0; minute -= 1) {
    await past.saveSamples('web-1', ago(minute), [
      { metric: 'perfbot_cpu_busy_ratio', labels: {}, value: minute / 100 },
    ])
  }
  await past.close()
  system = await startSystem({ dataDirectory })
})
afterAll(() => system?.stop())

const textOf = (message: Message): string => JSON.stringify([message.text, message.blocks])

it('/perf chart posts a picture with a description for those who cannot see it', async () => {
  const { playground, channel } = system
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf chart cpu-busy 1h' })
  const message = await playground.until(
    () => playground.messages(channel).find(({ files }) => files.length > 0),
    20_000,
  )
  const [file] = (playground.shapeOf(message).files ?? []) as Record<string, unknown>[]
  expect(file).toMatchObject({ name: 'cpu-busy-web-1.png', title: 'CPU busy, web-1' })
  expect(file?.alt_txt).toMatch(/^CPU busy, web-1\. now .* %, mean .* %/)
})

it('/perf chart of what there is none of answers with what there is', async () => {
  const { playground, channel } = system
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf chart memory' })
  const answer = await playground.until(() => playground.ephemeral(channel, FOUNDER)[0])
  expect(textOf(answer)).toContain('There are `cpu-busy`')
})

it('the button "Whole report" puts one HTML file with charts into the thread', async () => {
  const { playground, channel } = system
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf report' })
  const report = await playground.until(
    () => playground.messages(channel).find((message) => textOf(message).includes('whole_report')),
    20_000,
  )
  await playground.clickButton({ user: FOUNDER, channel, message_ts: report.ts, action_id: 'whole_report' })
  const attached = await playground.until(
    () =>
      playground
        .messages(channel)
        .find(({ files, thread_ts }) => files.length > 0 && thread_ts === report.ts),
    20_000,
  )
  const [file] = (playground.shapeOf(attached).files ?? []) as { name?: string }[]
  expect(file?.name).toMatch(/^perfbot-web-1-\d{8}T\d{4}\.html$/)
})
