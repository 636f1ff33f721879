import { diagnose } from './diagnose/diagnose.ts'
import type { Thresholds } from './diagnose/thresholds.ts'
import type { Finding } from './model/finding.ts'
import type { FixPlan } from './model/fix-plan.ts'
import type { Gap } from './model/gap.ts'
import type { Narrative, Report } from './model/report.ts'
import type { Snapshot } from './model/snapshot.ts'
import { type Seconds, seconds, type Timestamp, timestamp } from './model/units.ts'
import type { Catalogue } from './remediate/catalogue.ts'
import { planFix } from './remediate/plan.ts'
import { compose } from './report/compose.ts'
import type { Targets } from './report/targets.ts'
import type { Store } from './store/store.ts'

export type ReportingPorts = {
  readonly host: string
  readonly snapshot: () => Promise<Snapshot>
  readonly store: Store
  readonly thresholds: Thresholds
  readonly targets: Targets
  /** Null while no fix may be offered; the gaps say why. */
  readonly catalogue: Catalogue | null
  readonly planLifetime: Seconds
  /** What is wrong with perfbot itself. */
  readonly gaps: readonly Gap[]
  readonly summarise: (report: Omit<Report, 'narrative'>) => string
  readonly narrate: (report: Report) => Promise<Narrative>
  readonly clock: () => Date
  readonly newId: () => string
}

/** What a report is compared with: the one before it, or the last one of the day before. */
export type ComparedWith = 'last' | 'yesterday'

export type ReportRequest = {
  readonly comparedWith?: ComparedWith
  /** False leaves the summary computed and asks no model. */
  readonly narrated?: boolean
  /** Called as soon as everything but a model's words is there: nobody should wait for those. */
  readonly composed?: (draft: Report) => void
}

/** As far back as any rule looks. */
const HISTORY: Seconds = seconds(30 * 60)
const HISTORY_LENGTH = 60

/** A little less than a day, so that a digest that runs some seconds early finds the one of yesterday. */
const YESTERDAY: Seconds = seconds(20 * 3600)

const before = (now: Timestamp, span: Seconds): Timestamp =>
  timestamp(new Date(Date.parse(now) - span * 1000))

async function previousReport(ports: ReportingPorts, comparedWith: ComparedWith): Promise<Report | null> {
  const { store, host, clock } = ports
  const latest = () => store.latestReport(host)
  if (comparedWith === 'last') return latest()
  return (await store.latestReport(host, before(timestamp(clock()), YESTERDAY))) ?? latest()
}

/** One plan for each fix of each finding that a button can apply; what cannot be planned now has no button. */
function plansFor(
  findings: readonly Finding[],
  snapshot: Snapshot,
  report: string,
  ports: ReportingPorts,
): FixPlan[] {
  const { catalogue, planLifetime, clock, newId } = ports
  if (!catalogue) return []
  return findings.flatMap((finding) =>
    finding.fixes.flatMap((fix) => {
      if (fix.kind !== 'command') return []
      const now = timestamp(clock())
      const planned = planFix({
        finding,
        fix,
        catalogue,
        snapshot,
        now,
        lifetimeSeconds: planLifetime,
        id: newId(),
        reportId: report,
      })
      return planned.kind === 'planned' ? [planned.plan] : []
    }),
  )
}

/** Measures, diagnoses, composes, plans the fixes, stores, and has the summary written. */
export async function takeReport(request: ReportRequest, ports: ReportingPorts): Promise<Report> {
  const { store, host, thresholds, targets } = ports
  const previous = await previousReport(ports, request.comparedWith ?? 'last')
  const snapshot = await ports.snapshot()
  const recent = await store.snapshotsSince(host, before(snapshot.takenAt, HISTORY), HISTORY_LENGTH)
  const { checks, findings } = diagnose({ snapshot, history: { recent }, thresholds })
  const composition = compose({
    id: ports.newId(),
    snapshot,
    findings,
    checks,
    gaps: ports.gaps,
    targets,
    previous,
  })
  const text = ports.summarise(composition)
  const draft: Report = {
    ...composition,
    narrative: { writer: 'computed', text, reason: 'No model was asked.' },
  }

  await store.saveSnapshot(snapshot)
  await store.saveReport(draft)
  for (const plan of plansFor(findings, snapshot, draft.id, ports)) await store.savePlan(plan)
  request.composed?.(draft)

  if (request.narrated === false) return draft
  const report: Report = { ...draft, narrative: await ports.narrate(draft) }
  await store.saveReport(report)
  return report
}
