import { expect, it } from 'vitest'
import type { Severity } from '../../src/model/finding.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { makeHistory } from '../support/snapshot.ts'
import { look } from './support.ts'

/** One rule, what it must find with which severity, what it must pass, and what it cannot judge. */
export type Case = {
  readonly rule: string
  readonly severity: Severity
  readonly found: Partial<Snapshot>
  /** Just not enough. */
  readonly near: Partial<Snapshot>
  /** Null where nothing that it needs can be missing. */
  readonly unknown: Partial<Snapshot> | null
  /** How it was up to half an hour before, for rules that ask whether it lasts or grows; else as it is now. */
  readonly before?: (now: Partial<Snapshot>) => Partial<Snapshot>
  /** A part of the title, where figures in it are worth a look. */
  readonly says?: string
}

const verdictsOf = (
  rule: string,
  now: Partial<Snapshot>,
  before: (now: Partial<Snapshot>) => Partial<Snapshot>,
) => {
  const { checks, findings } = look(
    now,
    makeHistory(30, () => before(now)),
  )
  return {
    verdicts: [...new Set(checks.filter((check) => check.rule === rule).map(({ verdict }) => verdict))],
    findings: findings.filter((finding) => finding.rule === rule),
  }
}

export function holds({
  rule,
  severity,
  found,
  near,
  unknown,
  before = (now) => now,
  says = '',
}: Case): void {
  it(rule, () => {
    const { findings } = verdictsOf(rule, found, before)
    expect(findings.map((finding) => finding.severity)).toEqual([severity])
    for (const finding of findings) {
      expect(finding.title).toContain(says)
      expect(finding.evidence.length).toBeGreaterThan(0)
      expect(finding.fixes.length).toBeGreaterThan(0)
      expect(JSON.stringify(finding)).not.toMatch(/NaN|undefined|Infinity/)
    }
    expect(verdictsOf(rule, near, before).verdicts).toEqual(['passed'])
    if (unknown) expect(verdictsOf(rule, unknown, before).verdicts).toEqual(['could-not-look'])
  })
}
