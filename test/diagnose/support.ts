import { diagnose } from '../../src/diagnose/diagnose.ts'
import type { Verdicts } from '../../src/diagnose/rule.ts'
import { Thresholds } from '../../src/diagnose/thresholds.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { makeSnapshot } from '../support/snapshot.ts'

export const look = (changes: Partial<Snapshot>, recent: readonly Snapshot[] = []): Verdicts =>
  diagnose({
    snapshot: makeSnapshot(changes),
    history: { recent, unusual: [], trends: [] },
    logs: new Map(),
    thresholds: Thresholds.parse({}),
  })

/** The rules that found something. */
export const foundBy = (changes: Partial<Snapshot>, recent: readonly Snapshot[] = []): string[] =>
  look(changes, recent).findings.map((finding) => finding.rule)

export function findingOf(
  rule: string,
  changes: Partial<Snapshot>,
  recent: readonly Snapshot[] = [],
): Finding {
  const { findings } = look(changes, recent)
  const finding = findings.find((candidate) => candidate.rule === rule)
  if (!finding)
    throw new Error(
      `${rule} found nothing; found: ${findings.map((other) => other.rule).join(', ') || 'nothing'}`,
    )
  return finding
}
