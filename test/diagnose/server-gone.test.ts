import { expect, it } from 'vitest'
import { seconds } from '../../src/model/units.ts'
import { makeCache, makeHistory } from '../support/snapshot.ts'
import { findingOf, foundBy } from './support.ts'

const refused = {
  gaps: [
    {
      kind: 'failed' as const,
      source: 'redis:cache',
      missing: 'Redis cache',
      reason: 'connect ECONNREFUSED 127.0.0.1:6379',
      remedy: 'redis-cli -p 6379 ping',
    },
  ],
  collectors: [{ collector: 'redis:cache', durationSeconds: seconds(1), succeeded: false }],
}

it('a server that answered a moment ago and does not now is gone, and one that never did is a gap', () => {
  const before = makeHistory(10, () => ({ caches: [makeCache()] }))
  expect(findingOf('server-gone', refused, before)).toMatchObject({
    severity: 'critical',
    target: { kind: 'redis', name: 'cache' },
    title: 'What answered at 127.0.0.1:6379 does not answer any more',
    rootCause: expect.stringContaining('ECONNREFUSED'),
  })
  expect(
    foundBy(
      refused,
      makeHistory(10, () => ({})),
    ),
  ).toEqual([])
  // A part that could not be read is no server that is gone.
  const partly = { ...refused, collectors: [{ ...refused.collectors[0], succeeded: true } as never] }
  expect(foundBy(partly, before)).toEqual([])
})
