import { z } from 'zod'
import { Severity } from './finding.ts'
import { LoadTest } from './load-test.ts'
import { NumberChange } from './report.ts'
import { Target } from './target.ts'
import { Timestamp } from './units.ts'

const common = {
  host: z.string(),
  at: Timestamp,
  /** What it happened to: a finding's id, or the name of a thing. */
  subject: z.string(),
  /** In words, for a line of a list. */
  title: z.string(),
}

/** A turn in the life of a finding. `returned`: it had been resolved. */
export const FindingEvent = z.object({
  ...common,
  kind: z.enum(['appeared', 'returned', 'worse', 'milder', 'resolved']),
  severity: Severity,
})
export type FindingEvent = z.infer<typeof FindingEvent>

/** Somebody, or perfbot, put another version or another setting into use. */
export const DeploymentEvent = z.object({
  ...common,
  kind: z.literal('deployed'),
  target: Target,
  /** Of the series that tell how it does: those that have all of one of these. */
  labels: z.array(z.record(z.string(), z.string())),
  /** What is other: "image app:1 → app:2". */
  changes: z.array(z.string()),
})
export type DeploymentEvent = z.infer<typeof DeploymentEvent>

/** What a day came to, held against the one before and the same day of the week before. */
export const RegressionsEvent = z.object({
  ...common,
  kind: z.literal('regressions'),
  worse: z.array(NumberChange),
  compared: z.number(),
})
export type RegressionsEvent = z.infer<typeof RegressionsEvent>

/** A service was loaded, as somebody had approved. */
export const LoadTestEvent = z.object({ ...common, kind: z.literal('load-test'), test: LoadTest })
export type LoadTestEvent = z.infer<typeof LoadTestEvent>

/** Something that happened on a host, to be told later, and to be seen beside its numbers. */
export const HostEvent = z.discriminatedUnion('kind', [
  FindingEvent,
  DeploymentEvent,
  RegressionsEvent,
  LoadTestEvent,
])
export type HostEvent = z.infer<typeof HostEvent>

/** What is in use of one thing, as far as people change it: each trait in words, by its name. */
export const Deployed = z.object({
  /** By which it is known again: two engines can each have a container of one name. */
  subject: z.string(),
  target: Target,
  traits: z.record(z.string(), z.string()),
})
export type Deployed = z.infer<typeof Deployed>
