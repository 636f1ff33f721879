import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Message } from '../../src/playground/workspace.ts'
import { FOUNDER, type System, startSystem } from '../end-to-end/system.ts'

/** What the operator reads. */
const lines: string[] = []
let system: System

beforeAll(async () => {
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  system = await startSystem({}, { missingScopes: ['files:write'] }, undefined, logger)
}, 60_000)
afterAll(() => system?.stop())

const said = (message: Message) => JSON.stringify(message.blocks)

/** Resolves when the operator has been told. */
const logged = (expected: RegExp) =>
  expect.poll(() => lines.filter((line) => expected.test(line)).length, { timeout: 10_000 }).toBe(1)

/** That the bot lives on: it answers. */
async function answers(): Promise<void> {
  const { playground } = system
  const dm = playground.directMessageWith(FOUNDER).id
  const before = playground.ephemeral(dm, FOUNDER).length
  await playground.sendSlashCommand({ user: FOUNDER, channel: dm, text: '/perf whoami' })
  await playground.until(() => playground.ephemeral(dm, FOUNDER).length > before)
}

it('a scope that is missing is named to who clicked and to the operator, with what to do', async () => {
  const { playground, face, channel } = system
  await face.postReport(channel)
  const report = playground.messages(channel).find((message) => said(message).includes('whole_report'))
  await playground.clickButton({
    user: FOUNDER,
    channel,
    message_ts: report?.ts ?? '',
    action_id: 'whole_report',
  })
  await playground.until(() =>
    playground
      .ephemeral(channel, FOUNDER)
      .find((message) => said(message).includes('The app lacks the scope files:write')),
  )
  await logged(/"msg":"The app lacks the scope files:write. Paste config\/slack-manifest.yaml again/)
  await answers()
})

it('a channel that was archived is said, and nothing else stops', async () => {
  const { playground, channel } = system
  playground.archive(channel)
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf report' })
  await logged(/"msg":"The channel is archived. Choose another under slack.channels."/)
  playground.archive(channel, false)
  await answers()
})

it('a token that was taken back is said once and clearly, and what needs none goes on', async () => {
  const { playground } = system
  playground.revokeToken()
  await logged(/"msg":"The bot's token was revoked. Install the app into the workspace again/)
  await answers()
})
