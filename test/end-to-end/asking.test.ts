import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Message } from '../../src/playground/workspace.ts'
import { FOUNDER, type System, startSystem } from './system.ts'

let system: System
beforeAll(async () => {
  system = await startSystem()
}, 60_000)
afterAll(() => system.stop())

const textOf = (message: Message): string => JSON.stringify(message.blocks)

/** What the bot said in a thread, once it says this. */
const answerIn = (channel: string, thread: string, expected: RegExp): Promise<Message> =>
  system.playground.until(() =>
    system.playground
      .messages(channel)
      .find(
        (message) => message.thread_ts === thread && message.ts !== thread && expected.test(textOf(message)),
      ),
  )

test('a mention is answered in its thread, and a question after it is understood by it', async () => {
  const { playground, channel } = system
  const bot = `<@${playground.botUserId}>`
  const first = playground.sendMessage({ user: FOUNDER, channel, text: `${bot} how much memory is free?` })
  const answer = await answerIn(channel, first.ts, /Memory available: /)
  expect(textOf(answer)).toContain('Found by rules, without a model.')
  expect(textOf(answer)).toContain('node_memory_MemAvailable_bytes')

  playground.sendMessage({ user: FOUNDER, channel, text: `${bot} and the disk?`, thread_ts: first.ts })
  expect(textOf(await answerIn(channel, first.ts, /full: /))).toMatch(/available/)
}, 60_000)

test('/perf ask answers who asked, and /perf takes a sentence for a question', async () => {
  const { playground, channel } = system
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf ask is redis used?' })
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf how many cpus are there' })
  const told = (expected: RegExp) =>
    playground.until(() =>
      playground.ephemeral(channel, FOUNDER).find((note) => expected.test(JSON.stringify(note.blocks))),
    )
  await told(/I don't know/)
  await told(/CPUs/)
}, 60_000)
