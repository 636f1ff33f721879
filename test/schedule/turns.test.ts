import { afterEach, expect, it, vi } from 'vitest'
import { intervalOf } from '../../src/schedule/jobs.ts'
import { byTurns, type Take } from '../../src/schedule/turns.ts'

/** As the store takes keys: each once. */
function taking(): Take {
  const taken = new Set<string>()
  return async (key) => !taken.has(key) && taken.add(key) !== undefined
}

it('of two bots one does what is due, each minute anew, though neither is punctual', async () => {
  const take = taking()
  const done: string[] = []
  let now = Date.parse('2026-03-14T12:00:00Z')
  const bots = ['one', 'other'].map((name) =>
    byTurns(
      { name: 'collection', expression: '* * * * *', run: async () => void done.push(name) },
      take,
      () => now,
    ),
  )
  for (const late of [0, 300, 2000, 25_000]) {
    const minute = now
    now = minute + late
    await bots[1]?.run()
    now = minute + late / 2
    await bots[0]?.run()
    now = minute + 60_000
  }
  expect(done).toHaveLength(4)
})

it.each([
  ['*/5 9-17 * * *', 300],
  ['0 9 * * 1-5', 86_400],
])(
  'a bot that was started before a pause of %s does not take the pause for the time between two runs',
  (expression, least) => {
    // After five on a Thursday: the next runs are five minutes, a night, or a weekend apart.
    vi.useFakeTimers({ now: new Date('2026-03-12T17:52:00') })
    expect(intervalOf(expression)).toBe(least)
  },
)
afterEach(() => void vi.useRealTimers())

it('is done all the same when the store cannot be asked', async () => {
  const done: string[] = []
  const job = { name: 'collection', expression: '* * * * *', run: async () => void done.push('it') }
  await byTurns(job, () => Promise.reject(new Error('the disk is full'))).run()
  expect(done).toEqual(['it'])
})
