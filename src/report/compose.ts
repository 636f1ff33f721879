import type { FindingEvent } from '../model/event.ts'
import type { Check, Finding, Severity } from '../model/finding.ts'
import { SEVERITIES } from '../model/finding.ts'
import { counted } from '../model/format.ts'
import type { Gap } from '../model/gap.ts'
import { type Incident, inOrder, problemsOf, severityWithSymptoms } from '../model/incident.ts'
import type { Deployment, KeyDay, Report } from '../model/report.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { changesSince } from './changes.ts'
import { coursesOf } from './courses.ts'
import { deploymentTable } from './deployment-lines.ts'
import { keyDayTable } from './key-days.ts'
import { scoreboard } from './scoreboard.ts'
import { tables } from './tables.ts'
import type { Targets } from './targets.ts'

export type Composition = {
  readonly id: string
  readonly snapshot: Snapshot
  readonly findings: readonly Finding[]
  readonly incidents: readonly Incident[]
  readonly silenced: Report['silenced']
  readonly checks: readonly Check[]
  /** Gaps that are not the snapshot's: a store that could not be opened. */
  readonly gaps: readonly Gap[]
  readonly targets: Targets
  readonly previous: Report | null
  /** Turns in the lives of findings, as far back as they are remembered; none where nothing is. */
  readonly events?: readonly FindingEvent[]
  readonly deployments?: readonly Deployment[]
  readonly days?: readonly KeyDay[]
}

/** "1 critical, 2 high". */
function countBySeverity(findings: readonly { severity: Severity }[]): string {
  return SEVERITIES.map(
    (severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(', ')
}

function verdictOf(snapshot: Snapshot, findings: readonly Finding[]): Report['verdict'] {
  if (findings.some((finding) => finding.severity === 'critical')) return 'critical'
  if (findings.some((finding) => finding.severity !== 'low')) return 'attention'
  if (!snapshot.collectors.some((run) => run.succeeded)) return 'unknown'
  // Who could not look may not say that all is well.
  return unread(snapshot).length > 0 ? 'attention' : 'healthy'
}

/** What should have been readable. What is not here at all leaves nothing unsaid. */
const unread = ({ gaps }: Snapshot): Gap[] => gaps.filter((gap) => gap.kind === 'failed')

/** "Containers" → "containers"; the names "PostgreSQL main", "GPUs" and "Ollama" keep their capitals. */
const inSentence = (missing: string): string =>
  /^(?!Ollama)[A-Z][a-z]+\b/.test(missing) ? missing.charAt(0).toLowerCase() + missing.slice(1) : missing

/** "containers", "3 things". */
const describeUnread = (gaps: readonly Gap[]): string =>
  gaps.length === 1 && gaps[0] ? inSentence(gaps[0].missing) : counted(gaps.length, 'thing')

function headlineOf(
  verdict: Report['verdict'],
  snapshot: Snapshot,
  problems: readonly { readonly severity: Severity }[],
  passed: number,
): string {
  const { host } = snapshot
  switch (verdict) {
    case 'unknown':
      return `Nothing on ${host} could be read.`
    case 'healthy':
      return problems.length > 0
        ? `${host} is fine: ${counted(passed, 'check')} passed, ${counted(problems.length, 'small thing')} to improve.`
        : `${host} is fine: ${counted(passed, 'check')} passed.`
    case 'attention':
      if (problems.every(({ severity }) => severity === 'low')) {
        return `${host}: ${counted(passed, 'check')} passed, but ${describeUnread(unread(snapshot))} could not be read.`
      }
      return `${host} needs attention (${countBySeverity(problems)}).`
    case 'critical':
      return `${host} has a critical problem (${countBySeverity(problems)}).`
  }
}

const passedChecks = (checks: readonly Check[]): number =>
  checks.filter((check) => check.verdict === 'passed').length

/** The report without its words: those are written by a model, or computed, from what is composed here. */
export function compose(composition: Composition): Omit<Report, 'narrative'> {
  const { id, snapshot, targets, previous, deployments = [], days = [] } = composition
  const incidents = [...composition.incidents]
  const findings = inOrder(composition)
  // A cause with all that follows from it is one problem, as severe as the worst of them.
  const problems = problemsOf(composition).map((finding) => ({
    severity: severityWithSymptoms(finding, incidents),
  }))
  const checks = [...composition.checks]
  const verdict = verdictOf(snapshot, findings)
  return {
    schemaVersion: 1,
    id,
    host: snapshot.host,
    createdAt: snapshot.takenAt,
    verdict,
    headline: headlineOf(verdict, snapshot, problems, passedChecks(checks)),
    snapshot: {
      id: snapshot.id,
      takenAt: snapshot.takenAt,
      durationSeconds: snapshot.durationSeconds,
      counts: {
        containers: snapshot.containers.length,
        containersRunning: snapshot.containers.filter((container) => container.state === 'running').length,
        gpus: snapshot.gpus.length,
        databases: snapshot.databases.length,
        models: snapshot.models.reduce((sum, ollama) => sum + ollama.resident.length, 0),
      },
      collectors: snapshot.collectors,
    },
    scoreboard: scoreboard(snapshot, targets, previous),
    findings,
    incidents,
    silenced: composition.silenced,
    checks,
    tables: [...keyDayTable(days), ...deploymentTable(deployments), ...tables(snapshot)],
    gaps: [...snapshot.gaps, ...composition.gaps],
    courses: coursesOf(findings, composition.events ?? [], snapshot.takenAt),
    changes: changesSince(previous, [...findings, ...composition.silenced], checks),
    deployments: [...deployments],
    days: [...days],
  }
}
