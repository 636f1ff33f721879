import { bySeverity, type Finding } from '../model/finding.ts'
import { type Incident, symptomsOf } from '../model/incident.ts'
import type { LogSummary } from '../model/log-summary.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { beganAt, explanationsOf, knownOf } from './causes.ts'
import type { Explanation } from './explanation.ts'

/**
 * Each finding has one cause at most: the one that is known best; where that leaves it open, the one that began
 * first. An explanation that would close a circle is left out.
 */
function chosen(
  explanations: readonly Explanation[],
  began: ReadonlyMap<string, string>,
): Map<string, Explanation> {
  const isInOrder = ({ symptom, cause }: Explanation): boolean => {
    const [later, earlier] = [began.get(symptom.id), began.get(cause.id)]
    return later === undefined || earlier === undefined || earlier <= later
  }
  const causes = new Map<string, Explanation>()
  const goesBackTo = (id: string, end: string): boolean => {
    for (let at: string | undefined = id; at !== undefined; at = causes.get(at)?.cause.id)
      if (at === end) return true
    return false
  }
  const ranked = explanations.toSorted(
    (left, right) =>
      right.strength - left.strength ||
      Number(isInOrder(right)) - Number(isInOrder(left)) ||
      bySeverity(left.cause, right.cause) ||
      (`${left.symptom.id} ${left.cause.id}` < `${right.symptom.id} ${right.cause.id}` ? -1 : 1),
  )
  for (const explanation of ranked) {
    const { symptom, cause } = explanation
    if (!causes.has(symptom.id) && !goesBackTo(cause.id, symptom.id)) causes.set(symptom.id, explanation)
  }
  return causes
}

/** Joins findings with one cause. Pure: the same findings and readings give the same incidents. */
export function incidentsOf(
  findings: readonly Finding[],
  snapshot: Snapshot,
  logs: ReadonlyMap<string, LogSummary>,
): Incident[] {
  const all = knownOf(findings, snapshot, logs)
  const began = new Map(
    all.flatMap((known) => {
      const at = beganAt(known)
      return at === null ? [] : [[known.finding.id, at] as const]
    }),
  )
  const causes = chosen(explanationsOf(all, snapshot, logs), began)
  const followers = Map.groupBy(causes.values(), ({ cause }) => cause.id)
  const following = (id: string): Explanation[] =>
    (followers.get(id) ?? [])
      .toSorted((left, right) => bySeverity(left.symptom, right.symptom))
      .flatMap((explanation) => [explanation, ...following(explanation.symptom.id)])
  return findings
    .filter(({ id }) => followers.has(id) && !causes.has(id))
    .map((root) => {
      const explanations = following(root.id)
      const [worst = root] = [root, ...explanations.map(({ symptom }) => symptom)].toSorted(bySeverity)
      return {
        id: `incident-${root.id}`,
        title: root.title,
        severity: worst.severity,
        root: root.id,
        symptoms: explanations.map(({ symptom, because }) => ({ finding: symptom.id, because })),
      }
    })
    .toSorted(bySeverity)
}

/** The findings, each root with what follows from it among its symptoms. */
export const withSymptoms = (findings: readonly Finding[], incidents: readonly Incident[]): Finding[] =>
  findings.map((finding) => ({
    ...finding,
    symptoms: [...finding.symptoms, ...symptomsOf(finding, incidents)],
  }))
