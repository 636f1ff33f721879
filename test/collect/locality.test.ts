import { expect, test } from 'vitest'
import { isUrlOfThisHost } from '../../src/collect/locality.ts'

test.each([
  ['http://127.0.0.1:11434', true],
  ['http://[::1]:11434', true],
  ['http://192.0.2.1:11434', false],
  ['http://[2001:db8::1]:11434', false],
  // What cannot be resolved is not known to be this machine.
  ['http://name.invalid:11434', false],
])('whether %s is of this machine: %s', async (url, isHere) => {
  expect(await isUrlOfThisHost(url)).toBe(isHere)
})
