import { z } from 'zod'
import { Evidence } from './evidence.ts'
import { digestOf } from './identity.ts'
import { Target } from './target.ts'

/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export const Severity = z.enum(SEVERITIES)
export type Severity = z.infer<typeof Severity>

export const bySeverity = (left: { severity: Severity }, right: { severity: Severity }): number =>
  SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity)

/** Parameters of a command, as a plan binds them. Sizes are in bytes, durations in seconds. */
export const Parameters = z.record(z.string(), z.union([z.string(), z.number()]))
export type Parameters = z.infer<typeof Parameters>

/** What to do about a finding: a command of the catalogue, which a button can apply, or text to act on. */
export const Fix = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    title: z.string(),
    command: z.string(),
    parameters: Parameters,
  }),
  z.object({
    kind: z.literal('manual'),
    title: z.string(),
    /** The exact change: a line of a file, a statement, a command to type. */
    change: z.string(),
  }),
])
export type Fix = z.infer<typeof Fix>
export type CommandFix = Extract<Fix, { kind: 'command' }>

/** A rule's verdict on a target. */
export const Finding = z.object({
  /** Stable over time: the same rule on the same target has the same id in every report. */
  id: z.string(),
  rule: z.string(),
  severity: Severity,
  target: Target,
  title: z.string(),
  impact: z.string(),
  rootCause: z.string(),
  symptoms: z.array(z.string()),
  evidence: z.array(Evidence),
  fixes: z.array(Fix),
})
export type Finding = z.infer<typeof Finding>

/** `memory-near-limit-3f9a1c`: readable, short enough to type, and the same every time. */
export const findingId = (rule: string, target: Target, part = ''): string =>
  `${rule}-${digestOf({ rule, target, part }).slice(0, 6)}`

/** One look of one rule at one target, also when nothing was wrong. */
export const Check = z.object({
  rule: z.string(),
  target: Target,
  verdict: z.enum(['passed', 'found', 'could-not-look']),
  /** What was looked at: "working set of api against its memory limit". */
  lookedAt: z.string(),
})
export type Check = z.infer<typeof Check>

/**
 * Whether the rule of an earlier finding could not look this time, so that its silence says nothing. A check of
 * another kind of target stands for all: who cannot reach the engine cannot name its containers, and says so of the
 * host.
 */
export const wentUnseen = (
  { rule, target }: { readonly rule: string; readonly target: Pick<Target, 'kind' | 'name'> },
  checks: readonly Check[],
): boolean =>
  checks.some(
    (check) =>
      check.verdict === 'could-not-look' &&
      check.rule === rule &&
      (check.target.kind !== target.kind || check.target.name === target.name),
  )
