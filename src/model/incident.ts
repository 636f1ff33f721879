import { z } from 'zod'
import { bySeverity, type Finding, Severity } from './finding.ts'

/** Findings with one cause: the root is what to act on, the symptoms go with it. */
export const Incident = z.object({
  /** As stable over time as its root. */
  id: z.string(),
  title: z.string(),
  /** Of the worst of its findings. */
  severity: Severity,
  /** Ids of findings. */
  root: z.string(),
  symptoms: z.array(
    z.object({
      finding: z.string(),
      /** Why it is one, in words: "web: 212 refused connections to api:8000 since 11:02 UTC". */
      because: z.string(),
    }),
  ),
})
export type Incident = z.infer<typeof Incident>

type Told = { readonly findings: readonly Finding[]; readonly incidents: readonly Incident[] }

/** Why each finding that is a symptom is one, by its id. */
export const becauseOf = (incidents: readonly Incident[]): ReadonlyMap<string, string> =>
  new Map(incidents.flatMap(({ symptoms }) => symptoms.map(({ finding, because }) => [finding, because])))

/** What is a problem of its own: roots, and what has nothing to do with anything else. */
export function problemsOf({ findings, incidents }: Told): Finding[] {
  const symptoms = becauseOf(incidents)
  return findings.filter(({ id }) => !symptoms.has(id))
}

/** What follows from a finding, in words; empty for one that is no root. */
export const symptomsOf = (finding: Pick<Finding, 'id'>, incidents: readonly Incident[]): string[] =>
  incidents.find(({ root }) => root === finding.id)?.symptoms.map(({ because }) => because) ?? []

/** How bad a finding is with all that follows from it. */
export const severityWithSymptoms = (finding: Finding, incidents: readonly Incident[]): Severity =>
  incidents.find(({ root }) => root === finding.id)?.severity ?? finding.severity

/** The worst problem first, and right after each what follows from it. */
export function inOrder({ findings, incidents }: Told): Finding[] {
  const byId = new Map(findings.map((finding) => [finding.id, finding]))
  return problemsOf({ findings, incidents })
    .map((finding) => ({ finding, severity: severityWithSymptoms(finding, incidents) }))
    .toSorted(bySeverity)
    .flatMap(({ finding }) => {
      const incident = incidents.find(({ root }) => root === finding.id)
      return [finding, ...(incident?.symptoms.flatMap(({ finding: id }) => byId.get(id) ?? []) ?? [])]
    })
}
