import { expect, test } from 'vitest'
import { factsOf } from '../../src/ai/facts.ts'
import { groundParts, joined, partsOf, partsSoFar } from '../../src/ai/parts.ts'
import { makeReport } from '../support/report.ts'

const ANSWER = JSON.stringify({
  summary: ['Container `api` was restarted 14 times.', 'He said "so" \\ and went.'],
  matters: [],
  incidents: [{ finding: 1, sentences: ['The API answers nobody.'] }],
  order: ['Add cryptography to the image first.'],
})

test('an answer that is still being written has the sentences that are whole, at whatever place it breaks off', () => {
  const whole = partsOf('report', ANSWER).flatMap(({ sentences }) => sentences)
  let before = 0
  for (let end = 0; end <= ANSWER.length; end += 1) {
    const sentences = partsSoFar('report', ANSWER.slice(0, end)).flatMap((part) => part.sentences)
    expect(whole.slice(0, sentences.length)).toEqual(sentences)
    expect(sentences.length).toBeGreaterThanOrEqual(before)
    before = sentences.length
  }
  expect(before).toBe(4)
})

test('garbage is no part of anything', () => {
  for (const text of ['', 'Sure!', '{"summary": "x"}', '["a", "b"', '{"summary": [1, "a"', ']]]}"'])
    expect(partsSoFar('report', text)).toEqual([])
})

test('each part keeps what can be traced, and nothing is said twice', () => {
  const { parts, removed, kept } = groundParts(
    [
      {
        kind: 'summary',
        finding: null,
        sentences: ['The API answers nobody.', 'It gets 43 % faster.'],
      },
      { kind: 'matters', finding: null, sentences: ['The API answers nobody.'] },
      { kind: 'order', finding: null, sentences: ['Add cryptography to the image.'] },
    ],
    factsOf(makeReport()),
  )
  expect(parts.map(({ kind }) => kind)).toEqual(['summary', 'order'])
  expect(kept).toEqual(['The API answers nobody.', 'Add cryptography to the image.'])
  expect(removed.map(({ sentence }) => sentence)).toEqual(['It gets 43 % faster.'])
})

test('a second answer goes to the parts that it is for', () => {
  const part = (kind: 'summary' | 'order', sentence: string) => ({
    kind,
    finding: null,
    sentences: [sentence],
  })
  expect(joined([part('summary', 'a')], [part('order', 'c'), part('summary', 'b')])).toEqual([
    { kind: 'summary', finding: null, sentences: ['a', 'b'] },
    part('order', 'c'),
  ])
})
