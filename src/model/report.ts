import { z } from 'zod'
import { Evidence } from './evidence.ts'
import { Check, Finding, Severity } from './finding.ts'
import { Gap } from './gap.ts'
import { Incident } from './incident.ts'
import { CollectorRun } from './snapshot.ts'
import { Bytes, NumericUnit, Ratio, Seconds, Timestamp, Unit } from './units.ts'

/** A key figure against its target. `met` and `missed` need a reading; without one it is `unknown`. */
export const Score = z.object({
  kpi: z.string(),
  title: z.string(),
  target: z.object({ comparison: z.enum(['at-most', 'at-least']), value: z.number(), unit: NumericUnit }),
  measured: Evidence.nullable(),
  verdict: z.enum(['met', 'missed', 'unknown']),
  /** Against the report before; null without one. */
  trend: z.enum(['better', 'worse', 'same']).nullable(),
})
export type Score = z.infer<typeof Score>

export const Cell = z.object({ value: z.union([z.number(), z.string()]).nullable(), unit: Unit })
export type Cell = z.infer<typeof Cell>

/** Readings as rows, without markup, for every renderer alike. */
export const Table = z.object({
  id: z.string(),
  title: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(Cell)),
  /** Definitions a reader needs: what "used" means here. */
  note: z.string().nullable(),
})
export type Table = z.infer<typeof Table>

/** The summary in words, and who wrote it. */
export const Narrative = z.discriminatedUnion('writer', [
  z.object({
    writer: z.literal('computed'),
    text: z.string(),
    /** Why no model wrote it. */
    reason: z.string(),
  }),
  z.object({
    writer: z.literal('model'),
    text: z.string(),
    model: z.string(),
    sentencesVerified: z.number(),
    sentencesRemoved: z.number(),
    /** What follows the summary: what matters most, a part for each incident, the order of work. */
    sections: z.array(z.object({ title: z.string(), sentences: z.array(z.string()) })).optional(),
    /** The figures of the text, and the readings that bear them out. */
    citations: z.array(z.object({ text: z.string(), label: z.string(), source: z.string() })).optional(),
  }),
])
export type Narrative = z.infer<typeof Narrative>

/** What is different from the report before it. */
export const Changes = z.object({
  since: Timestamp,
  appeared: z.array(z.string()),
  ongoing: z.array(z.string()),
  /** Of those that go on, the ones that are more severe than before. */
  worse: z.array(z.string()).default([]),
  resolved: z.array(z.object({ id: z.string(), title: z.string(), severity: Severity })),
})
export type Changes = z.infer<typeof Changes>

/** How a finding stands against its own past. */
export const Course = z.object({
  finding: z.string(),
  course: z.enum(['new', 'ongoing', 'worse', 'better', 'flapping']),
  /** When it came, and came back last. */
  since: Timestamp,
  /** How often it came within the last day. */
  times: z.number(),
})
export type Course = z.infer<typeof Course>

/** A number that changed beyond chance. */
export const NumberChange = z.object({
  title: z.string(),
  unit: NumericUnit,
  before: z.number(),
  after: z.number(),
  /** From −1 to 1: how much more often a later value is the higher one. */
  delta: z.number(),
})
export type NumberChange = z.infer<typeof NumberChange>

/** Something that was put into use, and what of it is other since, at the same hours. */
export const Deployment = z.object({
  at: Timestamp,
  /** "container api: image app:1 → app:2". */
  title: z.string(),
  changed: z.array(NumberChange),
  /** How many numbers had enough values before and after. */
  compared: z.number(),
})
export type Deployment = z.infer<typeof Deployment>

/** The key figures of one day. Null is not known. */
export const KeyDay = z.object({
  /** "2026-03-14". */
  day: z.string(),
  /** Of the service that failed most. */
  availability: Ratio.nullable(),
  /** Of the slowest service, on average. */
  responseP95: Seconds.nullable(),
  gpuUse: Ratio.nullable(),
  memoryPeak: Bytes.nullable(),
  regressions: z.number().nullable(),
})
export type KeyDay = z.infer<typeof KeyDay>

/**
 * A report: what `perfbot report --json` prints and what every renderer shows. Fields are added within a
 * `schemaVersion`; none is removed or given another meaning.
 */
export const Report = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  host: z.string(),
  createdAt: Timestamp,
  verdict: z.enum(['healthy', 'attention', 'critical', 'unknown']),
  headline: z.string(),
  snapshot: z.object({
    id: z.string(),
    takenAt: Timestamp,
    durationSeconds: Seconds,
    counts: z.object({
      containers: z.number(),
      containersRunning: z.number(),
      gpus: z.number(),
      databases: z.number(),
      models: z.number(),
    }),
    collectors: z.array(CollectorRun),
  }),
  scoreboard: z.array(Score),
  /** The worst problem first, each followed by its symptoms. */
  findings: z.array(Finding),
  /** Which of the findings have one cause. */
  incidents: z.array(Incident).default([]),
  /** Found as well, but somebody wants to hear nothing of them; `until` null is muted. */
  silenced: z
    .array(z.object({ id: z.string(), title: z.string(), severity: Severity, until: Timestamp.nullable() }))
    .default([]),
  checks: z.array(Check),
  tables: z.array(Table),
  gaps: z.array(Gap),
  changes: Changes.nullable(),
  /** Of each finding; of none in a report that is older than this. */
  courses: z.array(Course).default([]),
  /** Since the report that it is compared with, or within a day, the oldest first. */
  deployments: z.array(Deployment).default([]),
  /** Oldest first. */
  days: z.array(KeyDay).default([]),
  narrative: Narrative,
})
export type Report = z.infer<typeof Report>
