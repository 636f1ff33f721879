import { Assistant } from '@slack/bolt'
import { expect, test } from 'vitest'
import { connect, you } from './bolt.ts'

test('Bolt’s own assistant is told of a new thread, suggests what to ask, and answers there', async () => {
  const seen: unknown[] = []
  await using connected = await connect({ additionalScopes: ['assistant:write'] }, (app) => {
    app.assistant(
      new Assistant({
        async threadStarted({ say, setSuggestedPrompts, setTitle, event }) {
          seen.push(event.assistant_thread.context)
          await say('What do you want to know?')
          await setTitle('How it is')
          await setSuggestedPrompts({ prompts: [{ title: 'Is it well?', message: 'is everything well?' }] })
        },
        async userMessage({ say, setStatus, message }) {
          await setStatus('is looking …')
          if ('text' in message) await say(`you asked: ${message.text}`)
        },
      }),
    )
  })
  const { playground } = connected
  const channel = playground.channelNamed('ops').id
  const root = playground.openAssistant({ user: you, channel })
  const inThread = () =>
    playground
      .messages(root.channel)
      .filter(({ thread_ts, ts }) => thread_ts === root.ts && ts !== root.ts)
      .map(({ text }) => text)
  await playground.until(() => playground.assistantThread(root)?.prompts.length === 1)
  expect(seen).toEqual([{ channel_id: channel, team_id: playground.teamId, enterprise_id: null }])
  expect(playground.assistantThread(root)).toMatchObject({ title: 'How it is' })
  playground.sendMessage({
    user: you,
    channel: root.channel,
    thread_ts: root.ts,
    text: 'is everything well?',
  })
  await playground.until(() => inThread().length === 3)
  expect(inThread()).toEqual([
    'What do you want to know?',
    'is everything well?',
    'you asked: is everything well?',
  ])
  // The status is gone with the answer.
  expect(playground.assistantThread(root)?.status).toBe('')
})
