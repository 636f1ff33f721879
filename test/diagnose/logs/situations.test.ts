import { describe, expect, it } from 'vitest'
import { describeLogs } from '../../../src/diagnose/logs/describe.ts'
import { createLogDigest } from '../../../src/diagnose/logs/digest.ts'
import { LogSummary } from '../../../src/model/log-summary.ts'
import { DATABASES } from './situations/databases.ts'
import { FIGURES } from './situations/figures.ts'
import { PLATFORM } from './situations/platform.ts'
import { SERVERS } from './situations/servers.ts'
import type { Situation } from './situations/situation.ts'
import { TRACES } from './situations/traces.ts'

const REFERENCE = new Date('2026-01-20T00:00:00Z')

function read({ lines }: Situation): LogSummary {
  const digest = createLogDigest({ reference: REFERENCE })
  for (const text of lines) digest.line({ text, at: null, stream: 'stdout' })
  return digest.summary()
}

describe.each([
  ['traces', TRACES],
  ['databases', DATABASES],
  ['servers', SERVERS],
  ['the platform', PLATFORM],
  ['figures', FIGURES],
] as const)('what stands out first: %s', (_, situations) => {
  it.each(situations.map((situation) => [situation.name, situation] as const))('%s', (_name, situation) => {
    const summary = read(situation)
    LogSummary.parse(summary)
    const [first, ...others] = summary.headlines
    if (situation.first === null) {
      expect(summary.headlines).toEqual([])
      expect(describeLogs(summary)).toContain('Nothing stands out.')
      return
    }
    expect(first).toMatchObject(situation.first)
    if (situation.says) expect(`${first?.says} ${first?.cause} ${first?.sample}`).toMatch(situation.says)
    for (const also of situation.also ?? []) {
      expect(others.flatMap(({ kind, class: named }) => [kind, named])).toContain(also)
    }
  })
})
