import { expect, test } from 'vitest'
import { createBreaker, type Pass } from '../../../src/ai/ollama/breaker.ts'
import { createTurns } from '../../../src/ai/ollama/turns.ts'

let now = 0
const admitted = (breaker: ReturnType<typeof createBreaker>): Pass => {
  const pass = breaker.admit()
  if ('refused' in pass) throw new Error(pass.refused)
  return pass
}
const MINUTE = 60_000

test('a server that fails three times in a row is left alone, then tried by one, then by all', () => {
  const breaker = createBreaker(() => now)
  for (let count = 0; count < 2; count += 1) admitted(breaker).failed('it hung')
  admitted(breaker).succeeded()
  for (let count = 0; count < 3; count += 1) admitted(breaker).failed('it hung')
  expect(breaker.admit()).toEqual({
    refused: 'failed 3 times in a row and is left alone for 30 s more: it hung',
  })
  now += MINUTE
  const trial = admitted(breaker)
  expect(breaker.admit()).toEqual({ refused: 'is being tried again after 3 failures: it hung' })
  trial.succeeded()
  admitted(breaker).left()
  expect(breaker.admit()).not.toHaveProperty('refused')
})

test('a trial that fails doubles the pause, and one that was not made leaves it to the next', () => {
  const breaker = createBreaker(() => now)
  for (let count = 0; count < 3; count += 1) admitted(breaker).failed('it hung')
  now += MINUTE
  admitted(breaker).left()
  admitted(breaker).failed('it hung again')
  now += MINUTE - 1
  expect(breaker.admit()).toHaveProperty('refused')
  now += 1
  admitted(breaker).succeeded()
  expect(breaker.admit()).not.toHaveProperty('refused')
})

test('turns come one after another, in order, and who gives up waiting holds nobody up', async () => {
  const turns = createTurns()
  const done: string[] = []
  const never = new AbortController().signal
  const first = await turns.take(never)
  const stop = new AbortController()
  const second = turns.take(stop.signal)
  const third = turns.take(never).then((end) => {
    done.push('third')
    end()
  })
  expect(turns.waiting()).toBe(3)
  stop.abort(new Error('enough'))
  await expect(second).rejects.toThrow('enough')
  expect(done).toEqual([])
  first()
  await third
  expect(turns.waiting()).toBe(0)
})
