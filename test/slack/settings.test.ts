import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { FOUNDER, type System, startSystem, VISITOR } from '../end-to-end/system.ts'

/** Whoever speaks in them may ask and set; a channel has its id when the playground has started. */
const trusted: string[] = []
let system: System

beforeAll(async () => {
  const { roles, slack } = parseConfig('host: web-1', 'test.yaml', {})
  const members = { users: [FOUNDER], userGroups: [], channels: trusted, systemUsers: [] }
  system = await startSystem({
    roles: { ...roles, ask: members, admin: members },
    slack: { ...slack, digest: { schedule: '0 9 * * *', timezone: 'Europe/Berlin' } },
  })
  trusted.push(system.channel)
}, 60_000)
afterAll(() => system?.stop())

async function save(user: string, values: Record<string, Record<string, unknown>>): Promise<void> {
  const { playground, channel } = system
  await playground.sendSlashCommand({ user, channel, text: '/perf settings' })
  const { id } = await playground.until(() =>
    playground.views(user).find((view) => view.callback_id === 'settings'),
  )
  expect(await playground.submitView({ user, view_id: id, values: values as never })).toEqual({ ok: true })
}

it('a right that holds in the channel where the window was opened holds on Save', async () => {
  await save(VISITOR, { 'threshold:diskAvailable': { 'threshold:diskAvailable': '15' } })
  const value = async () =>
    (await system.perfbot.settableThresholds()).find(({ name }) => name === 'diskAvailable')?.value
  await expect.poll(value).toBe(0.15)
})

it('a zone that is chosen is kept, also where the digest had none of its own', async () => {
  const { perfbot, channel } = system
  const expression = '0 9 * * *'
  await perfbot.subscribe({ channel, expression, timezone: null, by: FOUNDER })
  await save(FOUNDER, { [`timezone:${channel}`]: { timezone: 'UTC' } })
  await expect.poll(() => perfbot.digestSubscription(channel)).toMatchObject({ expression, timezone: 'UTC' })
})

it('a right that holds where a command was typed holds also where the answer is a direct message', async () => {
  const { playground, channel } = system
  await playground.sendSlashCommand({ user: VISITOR, channel, text: '/perf report --quiet' })
  const { id } = playground.directMessageWith(VISITOR)
  await playground.until(() =>
    playground.messages(id).find(({ blocks }) => JSON.stringify(blocks).includes('measure_again')),
  )
})
