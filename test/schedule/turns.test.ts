import { expect, it } from 'vitest'
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

it('is done all the same when the store cannot be asked', async () => {
  const done: string[] = []
  const job = { name: 'collection', expression: '* * * * *', run: async () => void done.push('it') }
  await byTurns(job, () => Promise.reject(new Error('the disk is full'))).run()
  expect(done).toEqual(['it'])
})
