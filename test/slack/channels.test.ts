import { WebClient } from '@slack/web-api'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { startPlayground } from '../../src/playground/server.ts'
import { rememberedChannels } from '../../src/slack/channels.ts'

it('channels that could not be listed are asked for again, those that were found are believed', async () => {
  const playground = await startPlayground({ channels: [{ name: 'ops' }] })
  const client = new WebClient(playground.botToken, {
    slackApiUrl: playground.slackApiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
  })
  const channels = rememberedChannels(client, ['ops'], pino({ level: 'silent' }))
  playground.rateLimit({ method: 'conversations.list', retryAfterSeconds: 1, times: 1 })
  expect(await channels()).toEqual([])
  const found = await channels()
  expect(found).toMatchObject([{ name: 'ops' }])
  playground.rateLimit({ method: 'conversations.list', retryAfterSeconds: 1, times: 1 })
  expect(await channels()).toBe(found)
  await playground.close()
})
