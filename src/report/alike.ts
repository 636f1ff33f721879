import type { Finding } from '../model/finding.ts'
import { becauseOf, type Incident } from '../model/incident.ts'
import { oneLine, shortened } from '../model/plain-text.ts'

/** Names of a crowd that are told; all of them stand in the JSON. */
const NAMES_SHOWN = 12

/** What is told once. `alike` are other targets of which the same is true, to be fixed in the same words. */
export type Told = {
  readonly finding: Finding
  /** Null for what only follows from another finding. */
  readonly number: number | null
  /** Why it follows from the root that stands before it. */
  readonly because: string | null
  readonly alike: readonly Finding[]
}

const words = ({ rule, severity, impact, rootCause, symptoms, fixes }: Finding): string =>
  JSON.stringify([rule, severity, impact, rootCause, symptoms, fixes])

/**
 * The findings as people read them: numbered, and forty containers without a memory limit are one line, not forty. A
 * root with symptoms stands alone, and so does what a button can fix, since each target has a button of its own.
 */
export function told(report: {
  readonly findings: readonly Finding[]
  readonly incidents: readonly Incident[]
}): Told[] {
  const symptoms = becauseOf(report.incidents)
  const roots = new Set(report.incidents.map(({ root }) => root))
  const crowds = new Map<string, Finding[]>()
  const result: Told[] = []
  let number = 0
  for (const finding of report.findings) {
    const because = symptoms.get(finding.id) ?? null
    const alone =
      because !== null || roots.has(finding.id) || finding.fixes.some(({ kind }) => kind === 'command')
    const key = alone ? null : words(finding)
    const crowd = key === null ? undefined : crowds.get(key)
    if (crowd) {
      crowd.push(finding)
      continue
    }
    if (because === null) number += 1
    const alike: Finding[] = []
    if (key !== null) crowds.set(key, alike)
    result.push({ finding, number: because === null ? number : null, because, alike })
  }
  return result
}

/** "29 others: api-2, api-3, … and 17 more". Empty when there is none. */
export function describeAlike(alike: readonly Finding[]): string {
  if (alike.length === 0) return ''
  const names = alike.slice(0, NAMES_SHOWN).map(({ target }) => shortened(oneLine(target.name), 60))
  const more = alike.length - names.length
  const listed = more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ')
  return `${alike.length === 1 ? 'one other' : `${alike.length} others`}: ${listed}`
}
