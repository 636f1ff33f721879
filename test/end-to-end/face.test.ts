import { WebClient } from '@slack/web-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import type { Message, View } from '../../src/playground/workspace.ts'
import { feedbackBlock } from '../../src/slack/views/feedback.ts'
import { FOUNDER, type System, startSystem, VISITOR } from './system.ts'

let postgres: ThrowawayPostgres
let system: System

beforeAll(async () => {
  postgres = await startThrowawayPostgres()
  system = await startSystem({
    postgres: [{ name: 'main', url: postgres.superuserUrl, configured: true }],
  })
}, 60_000)
afterAll(async () => {
  await system?.stop()
  await postgres?.stop()
})

const said = (thing: Message | View | undefined): string => JSON.stringify(thing?.blocks ?? [])

/** The home tab of somebody, once it says this. */
const homeOf = (user: string, expected: RegExp): Promise<View> =>
  system.playground.until(() => {
    const home = system.playground.home(user)
    return home && expected.test(said(home)) ? home : undefined
  }, 8_000)

const inDirectMessage = (user: string, expected: RegExp): Promise<Message> =>
  system.playground.until(
    () =>
      system.playground
        .messages(system.playground.directMessageWith(user).id)
        .find((message) => expected.test(said(message))),
    8_000,
  )

describe('Home', () => {
  it('shows a first look, and then what a report found, with a button for who may approve', async () => {
    const { playground, perfbot } = system
    playground.openHome({ user: FOUNDER, tab: 'home' })
    expect(said(await homeOf(FOUNDER, /Memory used/))).toContain('Waiting for your approval*\\nNothing.')
    playground.openHome({ user: VISITOR, tab: 'home' })
    await homeOf(VISITOR, /Memory used/)

    await perfbot.takeReport()
    playground.openHome({ user: FOUNDER, tab: 'home' })
    expect(said(await homeOf(FOUNDER, /"Review"/))).toContain('shared_buffers')
    playground.openHome({ user: VISITOR, tab: 'home' })
    expect(said(await homeOf(VISITOR, /for others/))).not.toContain('"Review"')
  })

  it('lets approve: what came of it is a direct message, news for the channel, and gone from the tab', async () => {
    const { playground, channel } = system
    const plan = (await system.perfbot.openFixes()).find(({ title }) => title.includes('shared_buffers'))
    const home = await homeOf(FOUNDER, /"Review"/)
    const action_id = `review_fix:${plan?.id}`
    await playground.performAction({ user: FOUNDER, view_id: home.id, action_id })
    const modal = await playground.until(() => playground.views(FOUNDER).at(-1))
    expect(said(modal)).toContain('ALTER SYSTEM')
    await playground.submitView({ user: FOUNDER, view_id: modal.id, values: {} })
    await inDirectMessage(FOUNDER, /Execution [\w-]+ in the audit log/)
    await playground.until(() =>
      playground.messages(channel).find((message) => said(message).includes('in the audit log')),
    )
    await playground.until(() => !said(playground.home(FOUNDER)).includes(action_id))
  })

  it('takes a silence back at a click, and the tab of everybody who looks follows', async () => {
    const { playground, perfbot } = system
    const [finding] = (await perfbot.latestReport())?.findings ?? []
    const id = finding?.id ?? ''
    await playground.sendSlashCommand({ user: FOUNDER, channel: system.channel, text: `/perf mute ${id}` })
    const home = await homeOf(VISITOR, new RegExp(`hear_again:${id}`))
    await playground.performAction({ user: VISITOR, view_id: home.id, action_id: `hear_again:${id}` })
    await homeOf(FOUNDER, /Snoozed or muted\*\\nNothing/)
    expect((await perfbot.audit(1))[0]).toMatchObject({ action: 'heard-again', actor: VISITOR })
  })
})

describe('/perf', () => {
  const whispered = (expected: RegExp): Promise<Message> =>
    system.playground.until(() =>
      system.playground.ephemeral(system.channel, FOUNDER).find((message) => expected.test(said(message))),
    )
  const type = (text: string) =>
    system.playground.sendSlashCommand({ user: FOUNDER, channel: system.channel, text })

  it('suggests what was meant, and explains one command', async () => {
    await type('/perf statsu')
    await whispered(/Did you mean `\/perf status`\?/)
    await type('/perf report --help')
    expect(said(await whispered(/Measure everything now/))).toContain('--quiet')
    await type('/perf help trend')
    await whispered(/trend &lt;metric&gt; \[target\] \[range\]/)
    await type('/perf status --loud')
    await whispered(/There is no flag --loud/)
  })

  it('says it to everybody with --here, and in a direct message with --quiet', async () => {
    const { playground, channel } = system
    await type('/perf whoami --here')
    await playground.until(() =>
      playground.messages(channel).find((message) => said(message).includes(`You are \`${FOUNDER}\``)),
    )
    await type('/perf report --quiet')
    await inDirectMessage(FOUNDER, /measure_again/)
    await type('/perf approve 1 --quiet')
    await whispered(/is said to everybody here/)
    await type('/perf digest on --quiet')
    await whispered(/digest takes no --quiet/)
    expect(await system.perfbot.digestSubscription(FOUNDER)).toBeNull()
  })
})

describe('settings', () => {
  /** The window of somebody, and what its inputs hold when nothing is touched, by their blocks. */
  async function openSettings(user: string): Promise<View> {
    const { playground, channel } = system
    await playground.sendSlashCommand({ user, channel, text: '/perf settings' })
    return playground.until(() => playground.views(user).find((view) => view.callback_id === 'settings'))
  }

  it('are refused with a reason beside what is wrong, and change nothing', async () => {
    const { playground, perfbot } = system
    const { id } = await openSettings(FOUNDER)
    const block = 'threshold:diskAvailable'
    const outcome = await playground.submitView({
      user: FOUNDER,
      view_id: id,
      values: { [block]: { [block]: '80' } },
    })
    expect(outcome).toMatchObject({ ok: false, errors: { [block]: 'The configuration allows 3 to 30.' } })
    expect(playground.views(FOUNDER)[0]?.errors).toHaveProperty(block)
    expect((await perfbot.settableThresholds()).find(({ name }) => name === 'diskAvailable')?.value).toBe(0.1)
    await playground.closeView({ user: FOUNDER, view_id: id })
  })

  it('that are saved hold, are told to who saved them, and stand in the audit with their name', async () => {
    const { playground, perfbot, channel } = system
    const [finding] = (await perfbot.findingsSeen()).filter(({ resolvedAt }) => resolvedAt === null)
    const { id } = await openSettings(FOUNDER)
    const outcome = await playground.submitView({
      user: FOUNDER,
      view_id: id,
      values: {
        [`time:${channel}`]: { time: '07:30' },
        [`days:${channel}`]: { days: ['1', '3'] },
        mute: { mute: [finding?.id ?? ''] },
        'threshold:diskAvailable': { 'threshold:diskAvailable': '15' },
      },
    })
    expect(outcome).toEqual({ ok: true })
    const told = await playground.until(() =>
      playground.ephemeral(channel, FOUNDER).find((message) => said(message).includes('10 % → 15 %')),
    )
    expect(said(told)).toContain('on Mondays and Wednesdays at 07:30')
    expect(await perfbot.digestSubscription(channel)).toMatchObject({ expression: '30 7 * * 1,3' })
    expect((await perfbot.silences()).map(({ findingId }) => findingId)).toEqual([finding?.id])
    expect(await perfbot.audit(3)).toMatchObject([
      { action: 'set', actor: FOUNDER, subject: 'threshold diskAvailable', detail: { from: 0.1, to: 0.15 } },
      { action: 'silenced', actor: FOUNDER },
      { action: 'set', actor: FOUNDER, subject: `digest ${channel}`, detail: { to: '30 7 * * 1,3' } },
    ])
  })

  it('that somebody else made while the window was open are left as they are', async () => {
    const { playground, perfbot, channel } = system
    const silenced = (await perfbot.silences()).map(({ findingId }) => findingId)
    const open = (await perfbot.findingsSeen()).filter(({ resolvedAt }) => resolvedAt === null)
    const other = open.find(({ id }) => !silenced.includes(id))
    expect(silenced).toHaveLength(1)
    const { id } = await openSettings(FOUNDER)
    await perfbot.silence({ finding: other?.id ?? '', span: null, by: VISITOR })
    await perfbot.setThreshold({ name: 'diskAvailable', value: 0.2, by: VISITOR })
    const values = { [`time:${channel}`]: { time: '08:15' }, silenced: { silenced: [] } }
    expect(await playground.submitView({ user: FOUNDER, view_id: id, values })).toEqual({ ok: true })
    const told = await playground.until(() =>
      playground.ephemeral(channel, FOUNDER).find((message) => said(message).includes('at 08:15')),
    )
    expect(said(told)).not.toContain('20 %')
    expect((await perfbot.silences()).map(({ findingId }) => findingId)).toEqual([other?.id])
    expect((await perfbot.settableThresholds()).find(({ name }) => name === 'diskAvailable')?.value).toBe(0.2)
  })

  it('show thresholds to admins only', async () => {
    const { playground } = system
    const view = await openSettings(VISITOR)
    expect(said(view)).toContain(`Ask <@${FOUNDER}>`)
    expect(said(view)).not.toContain('threshold:')
    await playground.closeView({ user: VISITOR, view_id: view.id })
  })
})

describe('shortcuts', () => {
  it('a report goes where its window says, and without a place to who asked', async () => {
    const { playground, channel } = system
    await playground.chooseShortcut({ user: FOUNDER, callback_id: 'performance_report' })
    const modal = await playground.until(() => playground.views(FOUNDER).at(-1))
    const before = playground.messages(channel).length
    await playground.submitView({
      user: FOUNDER,
      view_id: modal.id,
      values: { place: { place: channel } },
    })
    await playground.until(() =>
      playground
        .messages(channel)
        .slice(before)
        .find((message) => said(message).includes('measure_again')),
    )
  })

  it('a question about a message begins with its words, and is answered in its thread', async () => {
    const { playground, channel } = system
    const text = 'is <http://db|the database> *slow*, or how much memory is free &amp; used?'
    const asked = playground.sendMessage({ user: VISITOR, channel, text })
    await playground.chooseShortcut({
      user: VISITOR,
      callback_id: 'ask_about_message',
      message: { channel, ts: asked.ts },
    })
    const modal = await playground.until(() => playground.views(VISITOR).at(-1))
    expect(said(modal)).toContain('is the database slow, or how much memory is free & used?')
    await playground.submitView({
      user: VISITOR,
      view_id: modal.id,
      values: { question: { question: 'how much memory is free?' } },
    })
    const answer = await playground.until(() =>
      playground.messages(channel).find(({ thread_ts, bot_id }) => thread_ts === asked.ts && bot_id),
    )
    expect(said(answer)).toContain('Memory available')
  })
})

it('the assistant greets with prompts, has a title by the first question, and remembers it', async () => {
  const { playground } = system
  const root = playground.openAssistant({ user: VISITOR })
  const thread = await playground.until(() => {
    const shown = playground.assistantThread(root)
    return shown && shown.prompts.length > 0 ? shown : undefined
  })
  expect(thread.prompts.map(({ message }) => message)).toContain('status')
  const ask = (text: string) =>
    playground.sendMessage({ user: VISITOR, channel: root.channel, text, thread_ts: root.ts })
  const answered = (expected: RegExp) =>
    playground.until(() =>
      playground
        .messages(root.channel)
        .find((message) => message.thread_ts === root.ts && message.bot_id && expected.test(said(message))),
    )
  ask('how much memory is free?')
  await answered(/Memory available/)
  expect(playground.assistantThread(root)).toMatchObject({ title: 'how much memory is free?', status: '' })
  ask('and the disk?')
  await answered(/full: /)
})

it('what people think of a text by a model is kept with the text', async () => {
  const { playground, perfbot, channel } = system
  const client = new WebClient(playground.botToken, { slackApiUrl: playground.slackApiUrl })
  const text = `The "database" is fine. ${'It is. '.repeat(900)}`
  const block = feedbackBlock({ of: 'answer', about: 'is it fine?', model: 'qwen3:4b', text })
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'answer', blocks: [block] })
  const button = block.elements[0]
  const chosen = button?.type === 'feedback_buttons' ? button.negative_button.value : ''
  await playground.performAction({ user: VISITOR, channel, message_ts: ts, action_id: 'feedback', chosen })
  await playground.until(() =>
    playground.ephemeral(channel, VISITOR).find((message) => said(message).includes('this text was bad')),
  )
  const [kept, ...others] = await perfbot.feedback()
  expect(others).toEqual([])
  expect(kept).toMatchObject({ verdict: 'bad', by: VISITOR, about: 'is it fine?', host: 'web-1' })
  expect(kept?.text).toContain('The "database" is fine.')
})

it('/perf doctor tells admins what works, and others whom to ask', async () => {
  const { playground, channel } = system
  await playground.sendSlashCommand({ user: VISITOR, channel, text: '/perf doctor' })
  await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf doctor' })
  const told = (user: string, expected: RegExp) =>
    playground.until(
      () => playground.ephemeral(channel, user).find((message) => expected.test(said(message))),
      10_000,
    )
  await told(VISITOR, new RegExp(`Ask <@${FOUNDER}>`))
  await told(FOUNDER, /things? well: /)
})
