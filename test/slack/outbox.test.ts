import { WebClient } from '@slack/web-api'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Playground, startPlayground } from '../../src/playground/server.ts'
import { section } from '../../src/slack/blocks.ts'
import { createOutbox } from '../../src/slack/outbox.ts'
import { createPoster, type Poster } from '../../src/slack/poster.ts'
import { feedbackBlock } from '../../src/slack/views/feedback.ts'

const logger = pino({ level: 'silent' })
let playground: Playground
let waits: number[]
let poster: Poster

beforeAll(async () => {
  playground = await startPlayground({
    channels: [{ name: 'ops' }, { name: 'dev' }, { name: 'old', isArchived: true }],
    unknownBlocks: ['table', 'context_actions'],
  })
  const client = new WebClient(playground.botToken, {
    slackApiUrl: playground.slackApiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    logger: {
      ...console,
      debug() {},
      info() {},
      warn() {},
      error() {},
      setLevel() {},
      setName() {},
      getLevel: () => 'error' as never,
    },
  })
  waits = []
  const wait = async (milliseconds: number) => void waits.push(milliseconds)
  poster = createPoster(client, createOutbox(logger, wait), logger)
})
afterAll(() => playground.close())

const idOf = (name: string) => playground.channelNamed(name).id
const texts = (name: string) => playground.messages(idOf(name)).map(({ text }) => text)
const say = (name: string, text: string) =>
  poster.post({ channel: idOf(name) }, { text, blocks: [section(text)] })

it('what Slack asks to wait with keeps its place in its channel, and is said once', async () => {
  playground.rateLimit({ method: 'chat.postMessage', retryAfterSeconds: 7, times: 3 })
  await Promise.all(['one', 'two', 'three', 'four'].map((text) => say('ops', text)))
  expect(texts('ops')).toEqual(['one', 'two', 'three', 'four'])
  expect(waits).toEqual([7000, 7000, 7000])
})

it('one that fails holds up none of the others', async () => {
  await expect(say('old', 'nobody reads this')).rejects.toThrow('is_archived')
  const first = await say('dev', 'first')
  const tooLate = poster.update({ channel: idOf('dev'), ts: '1.000100' }, { text: 'edited', blocks: [] })
  await Promise.all([tooLate, say('dev', 'after it')])
  // An edit of what was deleted is posted anew.
  expect(texts('dev').toSorted()).toEqual(['after it', 'edited', 'first'])
  expect(first.channel).toBe(idOf('dev'))
})

it('what is longer than a message goes on in the next, none of its blocks torn', async () => {
  const before = texts('dev').length
  const blocks = Array.from({ length: 120 }, (_, index) => section(`line ${index} ${'x'.repeat(100)}`))
  await poster.post({ channel: idOf('dev') }, { text: 'long', blocks })
  const parts = playground.messages(idOf('dev')).slice(before)
  expect(parts.length).toBeGreaterThan(2)
  expect(parts.flatMap((part) => part.blocks)).toHaveLength(120)
})

it('what a workspace does not know is left out, or said in older words, and is not tried again', async () => {
  const place = { channel: idOf('dev') }
  const table = {
    message: {
      text: 'table',
      blocks: [{ type: 'table' as const, rows: [[{ type: 'raw_text' as const, text: 'a' }]] }],
    },
    plain: { text: 'table', blocks: [section('a')] },
  }
  const block = feedbackBlock({ of: 'answer', about: '?', model: 'qwen3:4b', text: 'fine' })
  const calls = () => playground.messages(idOf('dev')).length
  const before = calls()
  await poster.postTable(place, table)
  await poster.postTable(place, table)
  // Another block is the bad one: that says nothing of the buttons.
  const other = { type: 'table', rows: [] } as never
  const refused = poster.post(place, { text: 'bad', blocks: [other, block] })
  await expect(refused).rejects.toThrow('invalid_blocks')
  // What is said right after it waits for the second attempt.
  await Promise.all([
    poster.post(place, { text: 'answer', blocks: [section('fine'), block] }),
    say('dev', 'after the answer'),
  ])
  expect(texts('dev').slice(-2)).toEqual(['answer', 'after the answer'])
  await poster.whisper(place, 'U0FOUNDER', { text: 'answer', blocks: [section('fine'), block] })
  expect(calls()).toBe(before + 4)
  const shown = [...playground.messages(idOf('dev')), ...playground.ephemeral(idOf('dev'), 'U0FOUNDER')]
  expect(new Set(shown.flatMap(({ blocks }) => blocks.map(({ type }) => type)))).toEqual(new Set(['section']))
})

it('a file for one person goes into the direct message with them', async () => {
  const file = { name: 'cpu.txt', title: 'CPU', content: 'busy' }
  await poster.upload({ channel: 'U0FOUNDER' }, file)
  const [message] = playground.messages(playground.directMessageWith('U0FOUNDER').id)
  expect(message?.files).toHaveLength(1)
})
