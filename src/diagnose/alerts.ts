import { type Alert, type AlertChange, isFlapping, isSilenced, type Silence } from '../model/alert.ts'
import { type Check, type Finding, type Severity, wentUnseen } from '../model/finding.ts'
import { type Seconds, seconds, secondsBetween, type Timestamp } from '../model/units.ts'

/** What is worth an alert, and how long it must be gone to be resolved. */
export type AlertPolicy = { readonly severities: readonly Severity[]; readonly resolveAfter: Seconds }

/** One look, and what is known from the looks before it. */
export type Look = {
  readonly host: string
  readonly findings: readonly Finding[]
  /** Ids of those that only follow from another. */
  readonly symptoms: ReadonlySet<string>
  readonly checks: readonly Check[]
  readonly silences: readonly Silence[]
  /** Those that are open, and those that were resolved within `REMEMBERED`. */
  readonly alerts: readonly Alert[]
  readonly now: Timestamp
}

/** What comes back within it is the same trouble: the same message says so. */
export const REMEMBERED: Seconds = seconds(3600)

/** How much longer something that comes and goes has to be gone, or each coming would be news. */
const FLAPPING_PATIENCE = 6

/**
 * The alerts that are other than before. What is silenced begins none; one that is open ends. A symptom begins none
 * either, as its root has one; what people were told of already goes on.
 */
export function followUp(look: Look, policy: AlertPolicy): AlertChange[] {
  const byId = new Map(look.findings.map((finding) => [finding.id, finding]))
  const known = new Set(look.alerts.map(({ findingId }) => findingId))
  const heard = (id: string) => !isSilenced(id, look.silences, look.now)
  const begun = look.findings
    .filter(({ id, severity }) => !known.has(id) && policy.severities.includes(severity) && heard(id))
    .filter(({ id }) => !look.symptoms.has(id))
    .map((finding) => ({ alert: begin(finding, look), news: null }))
  const followed = look.alerts.flatMap((alert) => {
    const finding = byId.get(alert.findingId)
    const present = finding !== undefined && heard(alert.findingId)
    if (present && look.symptoms.has(alert.findingId) && alert.state !== 'firing') return []
    return (present ? seen(alert, finding, look.now) : gone(alert, look, policy)) ?? []
  })
  return [...begun, ...followed]
}

const wordsOf = ({ severity, title, fixes }: Finding) => ({
  severity,
  title,
  advice: fixes[0]?.title ?? null,
})

const begin = (finding: Finding, { host, now }: Look): Alert => ({
  host,
  findingId: finding.id,
  rule: finding.rule,
  target: finding.target,
  state: 'pending',
  ...wordsOf(finding),
  openedAt: now,
  lastSeenAt: now,
  resolvedAt: null,
  times: 1,
  places: [],
})

const isOver = ({ state }: Alert): boolean => state === 'resolved' || state === 'silenced'

/** A second look in a row makes it last; one that was resolved a short while ago fires again at once. */
function seen(alert: Alert, finding: Finding, now: Timestamp): AlertChange {
  const again = isOver(alert)
  return {
    alert: {
      ...alert,
      ...wordsOf(finding),
      state: 'firing',
      lastSeenAt: now,
      resolvedAt: null,
      times: alert.times + (again ? 1 : 0),
    },
    news: again ? 'returned' : null,
  }
}

/** Null when nothing is to be said: it was resolved already, nobody could look, or it is not gone for long enough. */
function gone(alert: Alert, look: Look, { resolveAfter }: AlertPolicy): AlertChange | null {
  if (isOver(alert)) return null
  if (isSilenced(alert.findingId, look.silences, look.now)) {
    return { alert: { ...alert, state: 'silenced', resolvedAt: look.now }, news: null }
  }
  if (wentUnseen(alert, look.checks)) return null
  const patience = isFlapping(alert) ? resolveAfter * FLAPPING_PATIENCE : resolveAfter
  // What was seen once and never again was nothing.
  if (alert.state === 'firing' && secondsBetween(alert.lastSeenAt, look.now) < patience) return null
  return { alert: { ...alert, state: 'resolved', resolvedAt: look.now }, news: 'resolved' }
}
