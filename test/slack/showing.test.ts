import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { createShowing } from '../../src/slack/showing.ts'

test('shows the newest of what came too soon after the last, and nothing after the end', async () => {
  vi.useFakeTimers()
  const shown: number[] = []
  const showing = createShowing<number>(async (value) => void shown.push(value), Date.now, 1000)
  for (const value of [1, 2, 3]) showing.offer(value)
  await vi.advanceTimersByTimeAsync(10)
  expect(shown).toEqual([3])
  for (const value of [4, 5]) showing.offer(value)
  await vi.advanceTimersByTimeAsync(900)
  expect(shown).toEqual([3])
  await vi.advanceTimersByTimeAsync(100)
  expect(shown).toEqual([3, 5])
  showing.offer(6)
  showing.end()
  await vi.advanceTimersByTimeAsync(5000)
  expect(shown).toEqual([3, 5])
  vi.useRealTimers()
})

test('an edit that fails holds up none of the next', async () => {
  const shown: string[] = []
  const showing = createShowing<string>(
    async (value) => {
      shown.push(value)
      if (value === 'a') throw new Error('ratelimited')
    },
    undefined,
    0,
  )
  showing.offer('a')
  await vi.waitFor(() => expect(shown).toEqual(['a']))
  await delay(1)
  showing.offer('b')
  await vi.waitFor(() => expect(shown).toEqual(['a', 'b']))
})
