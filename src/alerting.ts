import { type AlertPolicy, followUp, REMEMBERED } from './diagnose/alerts.ts'
import { diagnose } from './diagnose/diagnose.ts'
import { incidentsOf } from './diagnose/incidents.ts'
import type { ThresholdException, Thresholds } from './diagnose/thresholds.ts'
import type { AlertChange, Silence } from './model/alert.ts'
import type { Finding } from './model/finding.ts'
import { becauseOf } from './model/incident.ts'
import type { LogSummary } from './model/log-summary.ts'
import type { History, Snapshot } from './model/snapshot.ts'
import { earlierBy, type Seconds, type Timestamp, timestamp } from './model/units.ts'
import type { Store } from './store/store.ts'

export type AlertingPorts = {
  readonly host: string
  /** Reads and remembers. */
  readonly collect: () => Promise<Snapshot>
  /** What the logs of its containers say by now. */
  readonly logsOf: (snapshot: Snapshot) => ReadonlyMap<string, LogSummary>
  /** The snapshots that rules judge "for five minutes" by. */
  readonly recall: (snapshot: Snapshot) => Promise<History>
  readonly store: Store
  readonly thresholds: Thresholds
  readonly exceptions: readonly ThresholdException[]
  readonly policy: AlertPolicy
}

/** Reads, diagnoses, and follows the alerts up: those that are other than before, stored as they are now. */
export async function watch(ports: AlertingPorts): Promise<AlertChange[]> {
  const { host, store, thresholds, exceptions, policy } = ports
  const snapshot = await ports.collect()
  const now = snapshot.takenAt
  const logs = ports.logsOf(snapshot)
  const { findings, checks } = diagnose({
    snapshot,
    logs,
    history: await ports.recall(snapshot),
    thresholds,
    exceptions,
  })
  const [alerts, silences] = await Promise.all([
    store.alerts(host, earlierBy(now, REMEMBERED)),
    store.silences(host, now),
  ])
  // Also of a cause that is silenced: whoever wants to hear nothing of it wants nothing of what it does.
  const symptoms = new Set(becauseOf(incidentsOf(findings, snapshot, logs)).keys())
  const changed = followUp({ host, findings, symptoms, checks, silences, alerts, now }, policy)
  for (const { alert } of changed) await store.saveAlert(alert)
  return changed
}

export type SilenceRequest = {
  /** A finding's id as a report shows it, or the beginning of one. */
  readonly finding: string
  /** Null is until somebody ends it. */
  readonly span: Seconds | null
  readonly by: string
}

export type SilenceAnswer =
  | { readonly kind: 'silenced'; readonly finding: Pick<Finding, 'id' | 'title'>; readonly silence: Silence }
  | { readonly kind: 'unknown'; readonly asked: string; readonly known: readonly string[] }

/** Those of all reports, and those of alerts that came since the last one. */
async function knownFindings(store: Store, host: string, now: Timestamp) {
  const [reported, alerts] = await Promise.all([store.findingsSeen(host), store.alerts(host, now)])
  const ids = new Set(reported.map(({ id }) => id))
  const alerted = alerts.map(({ findingId, title, resolvedAt }) => ({ id: findingId, title, resolvedAt }))
  return [...reported, ...alerted.filter(({ id }) => !ids.has(id))]
}

/** Keeps quiet about a finding that has been seen on this host, and says so in the audit. */
export async function silence(
  { finding: asked, span, by }: SilenceRequest,
  { store, host, now }: { store: Store; host: string; now: Timestamp },
): Promise<SilenceAnswer> {
  const seen = await knownFindings(store, host, now)
  const matching = seen.filter(({ id }) => id === asked)
  const [found, ...others] = matching.length > 0 ? matching : seen.filter(({ id }) => id.startsWith(asked))
  if (!found || others.length > 0 || asked === '') {
    const open = seen.filter(({ resolvedAt }) => resolvedAt === null).map(({ id }) => id)
    return {
      kind: 'unknown',
      asked,
      known: found && asked !== '' ? [found, ...others].map(({ id }) => id) : open,
    }
  }
  const until = span === null ? null : timestamp(new Date(Date.parse(now) + span * 1000))
  const kept = { host, findingId: found.id, until, by, at: now }
  await store.saveSilence(kept)
  await store.appendAudit({
    at: now,
    actor: by,
    action: 'silenced',
    subject: found.id,
    detail: { until: until ?? 'until it is ended' },
  })
  return { kind: 'silenced', finding: { id: found.id, title: found.title }, silence: kept }
}

/** False when nothing was silenced by that id. */
export async function endSilence(
  finding: string,
  by: string,
  { store, host, now }: { store: Store; host: string; now: Timestamp },
): Promise<boolean> {
  if (!(await store.endSilence(host, finding))) return false
  await store.appendAudit({ at: now, actor: by, action: 'heard-again', subject: finding, detail: {} })
  return true
}
