import { describe, expect, test } from 'vitest'
import { computedSummary } from '../../src/ai/computed-summary.ts'
import { factsOf } from '../../src/ai/facts.ts'
import { ground } from '../../src/ai/grounding.ts'
import { makeReport } from '../support/report.ts'

const failed = {
  kind: 'failed',
  source: 'docker',
  missing: 'containers',
  reason: 'permission denied.\nstack',
  remedy: 'usermod -aG docker perfbot',
} as const

describe('the summary without a model', () => {
  test('says what is wrong, why it matters and what to do', () => {
    expect(computedSummary(makeReport())).toBe(
      'Container api is restarted again and again. ' +
        'The API answers nobody, and the web UI cannot sign anybody in. ' +
        'Do this first: Add cryptography to the image.',
    )
  })

  test('says that nothing is to be done, and what was not seen', () => {
    const report = makeReport({
      verdict: 'healthy',
      headline: 'atlas is fine: 12 checks passed.',
      findings: [],
      checks: [],
      gaps: [failed, { ...failed, missing: 'PostgreSQL main' }, { ...failed, missing: 'logs' }],
    })
    expect(computedSummary(report)).toBe(
      'Nothing needs to be done. ' +
        'Could not be read: containers (permission denied), PostgreSQL main (permission denied), and 1 more.',
    )
  })

  test('says that nothing is known', () => {
    const headline = 'Nothing on atlas could be read.'
    expect(computedSummary(makeReport({ verdict: 'unknown', headline, findings: [], gaps: [] }))).toBe(
      'Nothing can be said about it until something can be read.',
    )
  })

  test('says what is gone', () => {
    const [crash] = makeReport().findings
    const resolved = [{ id: 'x', title: 'The disk of atlas is full', severity: 'high' as const }]
    const changes = {
      since: makeReport().createdAt,
      appeared: [],
      worse: [],
      ongoing: [crash?.id ?? ''],
      resolved,
    }
    expect(computedSummary(makeReport({ changes }))).toContain(
      'Gone since the last report: The disk of atlas is full.',
    )
  })

  test('states nothing that the report does not', () => {
    const title = 'webui uses 97.7 % of its memory limit'
    const report = makeReport({
      headline: 'atlas has a critical problem (1 critical, 1 medium).',
      changes: {
        since: makeReport().createdAt,
        appeared: [],
        worse: [],
        ongoing: [],
        resolved: [{ id: 'x', title, severity: 'high' }],
      },
      gaps: [{ ...failed, reason: 'no answer from 10.0.0.7 within 5 s.' }],
    })
    expect(computedSummary(report)).toContain(
      'Could not be read: containers (no answer from 10.0.0.7 within 5 s).',
    )
    expect(ground(computedSummary(report), factsOf(report)).removed).toEqual([])
  })
})
