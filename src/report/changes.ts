import { bySeverity, type Check, type Finding, wentUnseen } from '../model/finding.ts'
import type { Changes, Report } from '../model/report.ts'

/** What appeared, went on and was resolved since the report before; null without one. */
export function changesSince(
  previous: Report | null,
  findings: readonly Pick<Finding, 'id' | 'severity'>[],
  checks: readonly Check[],
): Changes | null {
  if (!previous) return null
  const now = new Set(findings.map((finding) => finding.id))
  const before = new Set([...previous.findings, ...previous.silenced].map((finding) => finding.id))
  return {
    since: previous.createdAt,
    appeared: [...now].filter((id) => !before.has(id)),
    ongoing: [...now].filter((id) => before.has(id)),
    worse: findings
      .filter((finding) => {
        const earlier = previous.findings.find(({ id }) => id === finding.id)
        return earlier !== undefined && bySeverity(finding, earlier) < 0
      })
      .map(({ id }) => id),
    resolved: previous.findings
      // What could not be looked at this time is not resolved.
      .filter((finding) => !now.has(finding.id) && !wentUnseen(finding, checks))
      .map(({ id, title, severity }) => ({ id, title, severity })),
  }
}
