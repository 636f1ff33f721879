import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FOUNDER, type System, startSystem } from '../end-to-end/system.ts'
import { freePort } from '../support/free-port.ts'

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
let system: System
let url: string

beforeAll(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}/slack/events`
  const http = { signingSecret: SECRET, port, address: '127.0.0.1', path: '/slack/events' }
  system = await startSystem({}, {}, { http })
}, 60_000)
afterAll(() => system?.stop())

/** As Slack sends a slash command, signed with `secret` at `seconds`. */
function command(text: string, secret = SECRET, seconds = Math.floor(Date.now() / 1000)) {
  const { teamId, appId } = system.playground
  const body = new URLSearchParams({
    token: 'legacy',
    team_id: teamId,
    team_domain: 'playground',
    channel_id: system.channel,
    channel_name: 'ops',
    user_id: FOUNDER,
    user_name: 'you',
    command: '/perf',
    text,
    api_app_id: appId,
    is_enterprise_install: 'false',
    response_url: 'http://127.0.0.1:9/expired',
    trigger_id: `${text}.${seconds}`,
  }).toString()
  const signature = createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex')
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(seconds),
      'x-slack-signature': `v0=${signature}`,
    },
  })
}

it('a request that Slack signed is acknowledged and answered, also where its response_url is gone', async () => {
  expect(system.face.isConnected()).toBe(true)
  expect((await command('whoami')).status).toBe(200)
  await system.playground.until(() =>
    system.playground
      .ephemeral(system.channel, FOUNDER)
      .find((message) => JSON.stringify(message.blocks).includes(FOUNDER)),
  )
})

it('one that somebody else signed, or that is old, is refused', async () => {
  const before = system.playground.ephemeral(system.channel, FOUNDER).length
  expect((await command('help', 'another secret')).status).toBe(401)
  expect((await command('help', SECRET, Math.floor(Date.now() / 1000) - 600)).status).toBe(401)
  expect(system.playground.ephemeral(system.channel, FOUNDER)).toHaveLength(before)
})
