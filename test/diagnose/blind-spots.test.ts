import { expect, it } from 'vitest'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { seconds } from '../../src/model/units.ts'
import { changesSince } from '../../src/report/changes.ts'
import { makeReport } from '../support/report.ts'
import { look } from './support.ts'

const failing = (source: string, kind: 'failed' | 'absent' = 'failed'): Partial<Snapshot> => ({
  gaps: [{ kind, source, missing: source, reason: 'did not answer within 10 s', remedy: 'restart it' }],
  collectors: [{ collector: source, durationSeconds: seconds(10), succeeded: false }],
})

const blindRules = (changes: Partial<Snapshot>): string[] =>
  look(changes)
    .checks.filter(
      ({ verdict, lookedAt }) => verdict === 'could-not-look' && lookedAt.includes('did not answer'),
    )
    .map(({ rule }) => rule)

it('rules over what could not be read say so, instead of passing in silence', () => {
  expect(blindRules(failing('docker:local'))).toEqual(
    expect.arrayContaining(['crash-loop', 'memory-near-limit']),
  )
  expect(blindRules(failing('docker:local'))).not.toContain('pg-shared-buffers')
  expect(blindRules(failing('postgres:main'))).toContain('pg-shared-buffers')
})

it('what is not here at all is no blind spot', () => {
  expect(blindRules(failing('docker:local', 'absent'))).toEqual([])
})

it('a finding is not resolved because its engine did not answer', () => {
  const before = makeReport()
  const crash = before.findings[0]
  if (!crash) throw new Error('the fixture has findings')
  const previous = { ...before, findings: [{ ...crash, rule: 'crash-loop' }] }
  expect(changesSince(previous, [], look(failing('docker:local')).checks)?.resolved).toEqual([])
  expect(changesSince(previous, [], look({}).checks)?.resolved).toHaveLength(1)
})
