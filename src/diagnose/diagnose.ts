import { bySeverity } from '../model/finding.ts'
import type { Context, Rule, Verdicts } from './rule.ts'
import { RULES } from './rules.ts'
import { withUsual } from './usual.ts'

/** Looks at a snapshot with every rule: what was found, worst first, and every look that was taken. */
export function diagnose(context: Context, rules: readonly Rule[] = RULES): Verdicts {
  const verdicts = rules.map((rule) => rule.evaluate(context))
  return {
    checks: verdicts.flatMap((verdict) => verdict.checks),
    findings: verdicts
      .flatMap((verdict) => verdict.findings)
      .map((finding) => withUsual(finding, context))
      .toSorted(bySeverity),
  }
}
