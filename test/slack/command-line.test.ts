import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closest, editDistance } from '../../src/model/closest.ts'
import { endsInFlag, readCommandLine, splitWords } from '../../src/slack/command-line.ts'

describe('words of a command line', () => {
  it.each([
    ['trend cpu-busy  24h', ['trend', 'cpu-busy', '24h']],
    ['reject 1f "too slow now"', ['reject', '1f', 'too slow now']],
    ['reject 1f \'as is \\ "so"\'', ['reject', '1f', 'as is \\ "so"']],
    ['fix x y reason="two words" n=1', ['fix', 'x', 'y', 'reason=two words', 'n=1']],
    ['say “smart quotes” and ‘single ones’', ['say', 'smart quotes', 'and', 'single ones']],
    ["what's wrong with it", ["what's", 'wrong', 'with', 'it']],
    ['a\\ b ""', ['a b', '']],
  ])('%s', (text, words) => expect(splitWords(text)).toEqual(words))

  it('any words come back as they were, when they are quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const quoted = words.map((word) => `"${word.replace(/[\\"]/g, '\\$&')}"`).join(' ')
        expect(splitWords(quoted)).toEqual(words)
      }),
    )
  })

  it('a quote that is never closed is said', () => {
    expect(splitWords('reject 1f "because')).toBeNull()
    expect(readCommandLine('reject 1f "because')).toContain('never closed')
  })
})

describe('flags', () => {
  it('stand anywhere, also with the long dash that phones make of two', () => {
    expect(readCommandLine('--here status')).toEqual({ words: ['status'], flags: new Set(['here']) })
    expect(readCommandLine('report —quiet')).toEqual({ words: ['report'], flags: new Set(['quiet']) })
  })

  it('end at --, and an unknown one is said with those that there are', () => {
    expect(readCommandLine('reject 1f -- --here')).toEqual({
      words: ['reject', '1f', '--here'],
      flags: new Set(),
    })
    expect(readCommandLine('report --loud')).toBe(
      'There is no flag --loud. There are --here, --quiet, --help.',
    )
  })
})

it.each([
  ['ask why is it slow --here', true],
  ['ask why is it slow —here ', true],
  ['ask why does it need --rm', false],
  ['ask what is not--here', false],
])('whether a question ends in a flag of ours: %s', (text, ends) => expect(endsInFlag(text)).toBe(ends))

describe('what somebody may have meant', () => {
  const names = ['report', 'status', 'fixes', 'fix', 'reject', 'audit', 'mute', 'unmute']

  it.each([
    ['statsu', 'status'],
    ['rport', 'report'],
    ['FIXS', 'fix'],
    ['aud', 'audit'],
    ['umute', 'mute'],
  ])('%s: %s', (typed, name) => expect(closest(typed, names)).toContain(name))

  it('nothing, where nothing is near', () => expect(closest('kubernetes', names)).toEqual([]))

  it('a distance is the same from either side, zero for the same, and no more than the longer word', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(word, word, (one, other) => {
        const distance = editDistance(one, other)
        expect(distance).toBe(editDistance(other, one))
        expect(distance === 0).toBe(one === other)
        expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length))
      }),
    )
  })
})
