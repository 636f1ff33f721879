import { z } from 'zod'
import { formatMinute, formatValue } from './format.ts'
import { NumericUnit, Timestamp } from './units.ts'

const origin = {
  /** What it is, in the words of its source: "shared_buffers", "working set". */
  label: z.string(),
  /** Where it was read: `pg_settings.shared_buffers`, `docker inspect State.OOMKilled`. */
  source: z.string(),
  at: Timestamp,
}

/** One measured figure, or one fact, with its unit, source and time. Every number shown is one of these. */
export const Evidence = z.union([
  z.object({ ...origin, value: z.number(), unit: NumericUnit }),
  z.object({ ...origin, value: z.string(), unit: z.literal('text') }),
])
export type Evidence = z.infer<typeof Evidence>

/** "shared_buffers 128 MiB (pg_settings.shared_buffers, 2026-03-14 09:26 UTC)": where it was read, and when. */
export const citeEvidence = (evidence: Evidence): string =>
  `${describeEvidence(evidence)} (${evidence.source}, ${formatMinute(evidence.at)})`

/** "shared_buffers 128 MiB". */
export const describeEvidence = (evidence: Evidence): string =>
  `${evidence.label} ${formatValue(evidence.value, evidence.unit)}`
