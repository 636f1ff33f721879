import { proposedEntry } from './approving.ts'
import { diagnose } from './diagnose/diagnose.ts'
import { incidentsOf, withSymptoms } from './diagnose/incidents.ts'
import { PAST, PAST_METRICS, URGENT_METRICS, URGENT_PAST } from './diagnose/pasts.ts'
import type { ThresholdException, Thresholds } from './diagnose/thresholds.ts'
import { USUAL_METRICS } from './diagnose/usual.ts'
import { isSilenced } from './model/alert.ts'
import type { FindingEvent } from './model/event.ts'
import type { CommandFix, Finding, Fix } from './model/finding.ts'
import type { FixPlan } from './model/fix-plan.ts'
import type { Gap } from './model/gap.ts'
import type { LogSummary } from './model/log-summary.ts'
import type { Deployment, KeyDay, Narrative, Report } from './model/report.ts'

import { HISTORY_LENGTH, type History, type Snapshot } from './model/snapshot.ts'
import type { Target } from './model/target.ts'

import { earlierBy, type Seconds, seconds, type Timestamp, timestamp } from './model/units.ts'
import type { Catalogue } from './remediate/catalogue.ts'
import { NotPossible } from './remediate/not-possible.ts'
import { type ObservingPorts, observeBeside, readingsOf } from './remediate/observe.ts'
import { allowedParameters } from './remediate/parameters.ts'
import { planFix } from './remediate/plan.ts'
import type { Observation } from './remediate/readings/reading.ts'
import { compose } from './report/compose.ts'
import type { Targets } from './report/targets.ts'
import type { Store } from './store/store.ts'

export type ReportingPorts = {
  readonly host: string
  readonly snapshot: () => Promise<Snapshot>
  /** What the logs of its containers say by now. */
  readonly logsOf: (snapshot: Snapshot) => ReadonlyMap<string, LogSummary>
  /** Keeps what was read, for later readings to be compared with. */
  readonly remember: (snapshot: Snapshot) => Promise<void>
  /** What was put into use since a time, and what came of it. */
  readonly deployments: (since: Timestamp) => Promise<Deployment[]>
  readonly keyDays: () => Promise<KeyDay[]>
  readonly store: Store
  readonly thresholds: Thresholds
  readonly exceptions: readonly ThresholdException[]
  readonly targets: Targets
  /** Null while no fix may be offered; the gaps say why. */
  readonly catalogue: Catalogue | null
  readonly planLifetime: Seconds
  /** What a fix relies on and no snapshot holds is looked for in its engine. */
  readonly observing: ObservingPorts
  /** What is wrong with perfbot itself. */
  readonly gaps: readonly Gap[]
  readonly summarise: (report: Omit<Report, 'narrative'>) => string
  readonly narrate: (report: Report, verified?: (narrative: Narrative) => void) => Promise<Narrative>
  readonly clock: () => Date
  readonly newId: () => string
}

/** What a report is compared with: the one before it, or the newest that is older than this. */
export type ComparedWith = 'last' | Timestamp

export type ReportRequest = {
  readonly comparedWith?: ComparedWith
  /** A look in passing: no model is asked, no fix is offered, and nothing is kept to compare with later. */
  readonly inPassing?: boolean
  /** For who does not read it: no model is asked to write it up. */
  readonly withoutModel?: boolean
  /** Called as soon as everything but a model's words is there: nobody should wait for those. */
  readonly composed?: (draft: Report) => void
  /** Called each time that more of a model's words is verified, with all that is so far. */
  readonly written?: (draft: Report) => void
}

/** As far back as any rule looks. */
const HISTORY: Seconds = seconds(30 * 60)
/** What was unusual before that is no news. */
const UNUSUAL: Seconds = seconds(3600)
const DAY: Seconds = seconds(86_400)
/** An hour each in a week. */
const PAST_POINTS = 168
/** Five minutes each in a few hours. */
const URGENT_POINTS = 72

/** All that rules may know of the time before a snapshot. */
export async function recall(store: Store, snapshot: Snapshot): Promise<History> {
  const { host, takenAt } = snapshot
  return {
    recent: await store.snapshotsSince(host, earlierBy(takenAt, HISTORY), HISTORY_LENGTH),
    unusual: await store.unusual(host, earlierBy(takenAt, UNUSUAL), takenAt),
    trends: await trendsOf(URGENT_METRICS, snapshot, { over: URGENT_PAST, points: URGENT_POINTS }, store),
  }
}

/** The past of all series of some metrics, in so many points. */
async function trendsOf(
  metrics: readonly string[],
  { host, takenAt }: Snapshot,
  { over, points }: { readonly over: Seconds; readonly points: number },
  store: Store,
): Promise<History['trends']> {
  const stretch = { from: earlierBy(takenAt, over), to: takenAt, points }
  const trends = []
  for (const metric of metrics) {
    for (const series of await store.series({ host, metric })) {
      trends.push({ series, trend: await store.trend({ series: series.id, ...stretch }) })
    }
  }
  return trends
}

/** The same, with what forecasts and sizes are made of: too much to read each minute, and no news of a minute. */
async function recallAll(store: Store, snapshot: Snapshot): Promise<History> {
  const recalled = await recall(store, snapshot)
  const week = { over: PAST, points: PAST_POINTS }
  return {
    ...recalled,
    trends: [...recalled.trends, ...(await trendsOf(WEEK_METRICS, snapshot, week, store))],
  }
}

async function previousReport(ports: ReportingPorts, comparedWith: ComparedWith): Promise<Report | null> {
  const { store, host } = ports
  const latest = () => store.latestReport(host)
  if (comparedWith === 'last') return latest()
  return (await store.latestReport(host, comparedWith)) ?? latest()
}

/** Each once: of some what is to come is said, and what is usual. */
const WEEK_METRICS = [...new Set([...PAST_METRICS, ...USUAL_METRICS])]

/** A day, or as far back as a digest looks. */
const deploymentsFrom = ({ takenAt }: Snapshot, { comparedWith = 'last' }: ReportRequest): Timestamp => {
  const dayAgo = earlierBy(takenAt, DAY)
  return comparedWith === 'last' || comparedWith > dayAgo ? dayAgo : comparedWith
}

type Planned = { readonly plans: readonly FixPlan[]; readonly findings: readonly Finding[] }

/**
 * One plan for each fix of each finding that a button can apply. What cannot be planned as things are has no button;
 * its fix then says why.
 */
async function planFixes(
  findings: readonly Finding[],
  snapshot: Snapshot,
  reportId: string,
  ports: ReportingPorts,
): Promise<Planned> {
  const { catalogue, planLifetime, clock, newId, observing } = ports
  if (!catalogue) return { plans: [], findings }
  const plans: FixPlan[] = []
  const planned = async (finding: Finding, fix: Fix): Promise<Fix> => {
    if (fix.kind === 'manual') return fix
    const observation = await observeForFix(fix, finding.target, snapshot, catalogue, observing)
    const request = { finding, fix, catalogue, reportId, now: timestamp(clock()), id: newId() }
    const planning =
      typeof observation === 'string'
        ? { kind: 'not-possible' as const, reason: observation }
        : planFix({ ...request, observation, lifetimeSeconds: planLifetime })
    if (planning.kind === 'not-possible') {
      return { kind: 'manual', title: fix.title, change: `perfbot cannot do it now: ${planning.reason}` }
    }
    plans.push(planning.plan)
    return fix
  }
  const result: Finding[] = []
  for (const finding of findings) {
    const fixes: Fix[] = []
    for (const fix of finding.fixes) fixes.push(await planned(finding, fix))
    result.push({ ...finding, fixes })
  }
  return { findings: result, plans }
}

/** What the plan of a fix needs to know; a text says why there can be none. */
async function observeForFix(
  fix: CommandFix,
  target: Target,
  snapshot: Snapshot,
  catalogue: Catalogue,
  observing: ObservingPorts,
): Promise<Observation | string> {
  const definition = catalogue.get(fix.command)
  if (!definition) return `the catalogue has no command ${fix.command}`
  try {
    const parameters = allowedParameters(definition, fix.parameters)
    return await observeBeside(snapshot, { target, parameters }, readingsOf(definition), observing)
  } catch (error) {
    if (error instanceof NotPossible) return error.message
    throw error
  }
}

/** A plan that says what an open one says already is no new proposal. */
async function savePlans(plans: readonly FixPlan[], { store, host, clock }: ReportingPorts): Promise<void> {
  const known = new Set((await store.openPlans(host, timestamp(clock()))).map(({ digest }) => digest))
  for (const plan of plans) {
    await store.savePlan(plan)
    if (!known.has(plan.digest)) await store.appendAudit(proposedEntry(plan))
  }
}

const TURNS = ['appeared', 'returned', 'worse', 'milder', 'resolved'] as const
/** Enough for months of findings that come and go. */
const TURNS_LOOKED_AT = 2000

async function findingEvents(store: Store, host: string): Promise<FindingEvent[]> {
  const events = await store.events(host, { kinds: TURNS, limit: TURNS_LOOKED_AT })
  return events.filter(
    (event): event is FindingEvent => event.kind !== 'deployed' && event.kind !== 'regressions',
  )
}

/** Measures, diagnoses, plans the fixes, composes, stores, and has the summary written. */
export async function takeReport(request: ReportRequest, ports: ReportingPorts): Promise<Report> {
  const { store, host, thresholds, exceptions, targets, gaps } = ports
  const previous = await previousReport(ports, request.comparedWith ?? 'last')
  const snapshot = await ports.snapshot()
  const history = await recallAll(store, snapshot)
  const logs = ports.logsOf(snapshot)
  const { checks, findings: found } = diagnose({ snapshot, history, logs, thresholds, exceptions })
  const id = ports.newId()
  const silences = await store.silences(host, snapshot.takenAt)
  const heard = found.filter((finding) => !isSilenced(finding.id, silences, snapshot.takenAt))
  const silenced = found
    .filter((finding) => !heard.includes(finding))
    .map(({ id: findingId, title, severity }) => ({
      id: findingId,
      title,
      severity,
      until: silences.find((silence) => silence.findingId === findingId)?.until ?? null,
    }))
  // What follows from a finding that nobody wants to hear of is a problem of its own here.
  const incidents = incidentsOf(heard, snapshot, logs)
  const { findings, plans } = await planFixes(withSymptoms(heard, incidents), snapshot, id, ports)
  await ports.remember(snapshot)
  const composition = compose({
    id,
    snapshot,
    findings,
    incidents,
    silenced,
    checks,
    gaps,
    targets,
    previous,
    events: await findingEvents(store, host),
    deployments: await ports.deployments(deploymentsFrom(snapshot, request)),
    // Nobody reads eight days at a glance.
    days: request.inPassing ? [] : await ports.keyDays(),
  })
  const text = ports.summarise(composition)
  const draft: Report = {
    ...composition,
    narrative: { writer: 'computed', text, reason: 'No model was asked.' },
  }

  if (request.inPassing) return draft
  await store.saveReport(draft)
  await savePlans(plans, ports)
  request.composed?.(draft)
  if (request.withoutModel) return draft

  const { written } = request
  const grows = written && ((narrative: Narrative) => written({ ...draft, narrative }))
  const report: Report = { ...draft, narrative: await ports.narrate(draft, grows) }
  await store.saveReport(report)
  return report
}
