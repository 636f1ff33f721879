import { z } from 'zod'
import { Severity } from '../model/finding.ts'
import { Timestamp } from '../model/units.ts'

/** The life of one finding on one host, over all its reports. */
export const SeenFinding = z.object({
  id: z.string(),
  rule: z.string(),
  severity: Severity,
  title: z.string(),
  /** Ever, also when it was resolved and came back. */
  firstSeenAt: Timestamp,
  lastSeenAt: Timestamp,
  /** The report that no longer had it; null while it lasts. */
  resolvedAt: Timestamp.nullable(),
})
export type SeenFinding = z.infer<typeof SeenFinding>
