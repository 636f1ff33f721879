import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Timestamp, timestamp } from '../../src/model/units.ts'
import type { Message } from '../../src/playground/workspace.ts'
import { openStore } from '../../src/store/store.ts'
import { makeDirectory } from '../store/directory.ts'
import { config } from '../support/config.ts'
import { FOUNDER, type System, startSystem } from './system.ts'

const HOUR = 3600
const ago = (hours: number): Timestamp => timestamp(new Date(Date.now() - hours * HOUR * 1000))
/** Due every day, some hours ago: when nobody was there. */
const expressionHoursAgo = (hours: number): string =>
  `0 ${new Date(Date.now() - hours * HOUR * 1000).getUTCHours()} * * *`

let system: System
let dataDirectory: string

beforeAll(async () => {
  dataDirectory = await makeDirectory()
  system = await startSystem({
    dataDirectory,
    slack: { ...config.slack, digest: { schedule: expressionHoursAgo(3), timezone: 'UTC' } },
  })
})
afterAll(() => system?.stop())

const textOf = (message: Message): string => JSON.stringify([message.text, message.blocks])
const posted = () => system.playground.messages(system.channel)

it('a channel that is new has missed nothing', async () => {
  await system.face.postDigests()
  expect(posted()).toEqual([])
})

it('what was missed is sent once, late, and says so', async () => {
  const store = await openStore({ directory: dataDirectory })
  const [subscription] = await store.digestSubscriptions('web-1')
  await store.saveDigestSubscription({
    ...(subscription as NonNullable<typeof subscription>),
    since: ago(50),
  })
  await store.close()
  await Promise.all([system.face.postDigests(), system.face.postDigests()])
  await system.face.postDigests()
  expect(posted()).toHaveLength(1)
  expect(textOf(posted()[0] as Message)).toMatch(/It was due <!date\^\d+\^.*when perfbot was not running/)
})

it('/perf digest now says what is different, with the key figures', async () => {
  const { playground, channel } = system
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf digest now' })
  const digest = await playground.until(() => posted()[1], 20_000)
  expect(digest.text).toMatch(/^(Digest: web-1|web-1: nothing changed)/)
})

it('people turn it on and off for their channel, in words', async () => {
  const { playground, channel } = system
  const asks = async (words: string, answer: RegExp) => {
    await playground.sendSlashCommand({ user: FOUNDER, channel, text: `/perf digest ${words}`.trim() })
    await playground.until(() =>
      playground.ephemeral(channel, FOUNDER).find((message) => answer.test(message.text ?? '')),
    )
  }
  await asks('', /as the configuration says/)
  await asks(
    'on 7:30 weekdays Europe/Berlin',
    /weekdays at 07:30 by the clocks of Europe\/Berlin, as somebody here asked/,
  )
  await asks('on tomorrow', /"tomorrow" is neither a time/)
  await asks('off', /gets no digest any more/)
  // What people asked for stands above the configuration, also after a restart.
  await system.perfbot.subscribeConfigured([channel])
  expect((await system.perfbot.digestSubscription(channel))?.expression).toBeNull()
})

it('/perf history and /perf loadtest answer in words where there is nothing of the kind', async () => {
  const { playground, channel } = system
  const asks = async (text: string, answer: RegExp) => {
    await playground.sendSlashCommand({ user: FOUNDER, channel, text: `/perf ${text}` })
    await playground.until(() =>
      playground.ephemeral(channel, FOUNDER).find((message) => answer.test(message.text ?? '')),
    )
  }
  await asks('history no-such-finding', /Nothing is known of "no-such-finding"/)
  await asks('loadtest', /No service may be loaded/)
  await asks('loadtest api', /the configuration has no loadTest for the service api/)
})
