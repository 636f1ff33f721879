import { isFlapping } from './model/alert.ts'
import { closest } from './model/closest.ts'
import type { HostEvent } from './model/event.ts'
import type { AuditEntry, Execution } from './model/execution.ts'
import { earlierBy, type Seconds, seconds, secondsBetween, type Timestamp } from './model/units.ts'
import { describeEffects } from './report/execution-lines.ts'
import type { SeenFinding } from './store/seen-finding.ts'
import type { Store } from './store/store.ts'

/** One thing that happened. */
export type PastLine = {
  readonly at: Timestamp
  /** "came again", "fixed", "deployed". */
  readonly what: string
  readonly text: string
}

export type PastAnswer =
  | { readonly kind: 'unknown'; readonly asked: string; readonly suggestions: readonly string[] }
  /** The latest of all that happened, or of all that is about something. Oldest first. */
  | { readonly kind: 'latest'; readonly about: string | null; readonly lines: readonly PastLine[] }
  | {
      readonly kind: 'finding'
      readonly finding: SeenFinding
      readonly lines: readonly PastLine[]
      /** How often it came within `FLAPPING_WITHIN`. */
      readonly times: number
      readonly isFlapping: boolean
      /** How long it was there in all, as far as reports saw it. */
      readonly presentSeconds: Seconds
    }

type Ports = { readonly store: Store; readonly host: string; readonly now: Timestamp }

const SHOWN = 20
const AUDIT_LOOKED_AT = 500
const SUGGESTED = 8

/** Within which coming three times is coming and going. */
export const FLAPPING_WITHIN: Seconds = seconds(7 * 86_400)

const WHAT: Readonly<Record<HostEvent['kind'], string>> = {
  appeared: 'came',
  returned: 'came again',
  worse: 'got worse',
  milder: 'got milder',
  resolved: 'resolved',
  deployed: 'deployed',
  regressions: 'compared',
  'load-test': 'loaded',
}

/** What happened to a finding, named by its id or the beginning of one; to whatever a text is about; or lately at all. */
export async function lookBack(asked: string, ports: Ports): Promise<PastAnswer> {
  const text = asked.trim().toLowerCase()
  if (text === '') return { kind: 'latest', about: null, lines: await latest(ports, () => true) }
  const seen = await ports.store.findingsSeen(ports.host)
  const exact = seen.find(({ id }) => id === text)
  const beginning = exact ? [exact] : seen.filter(({ id }) => id.startsWith(text))
  const [only, ...others] = beginning
  if (only && others.length === 0) return pastOf(only, ports)
  const lines = await latest(ports, (words) => words.toLowerCase().includes(text))
  if (lines.length > 0) return { kind: 'latest', about: asked.trim(), lines }
  const ids = seen.map(({ id }) => id)
  const near = closest(text, [...ids, ...new Set(seen.map(({ rule }) => rule))])
  const open = seen.filter(({ resolvedAt }) => resolvedAt === null).map(({ id }) => id)
  return { kind: 'unknown', asked, suggestions: near.length > 0 ? near : open.slice(0, SUGGESTED) }
}

/** The newest of what happened and of what was done, of which the words are the wanted ones. */
async function latest(ports: Ports, isWanted: (words: string) => boolean): Promise<PastLine[]> {
  const events = (await ports.store.events(ports.host))
    .filter((event) => event.kind !== 'regressions' || event.worse.length > 0)
    .filter(({ subject, title }) => isWanted(`${subject} ${title}`))
  const fixes = (await fixesDone(ports)).filter(({ text, finding }) => isWanted(`${finding} ${text}`))
  return inTime([...events.slice(-SHOWN).map(lineOf), ...fixes]).slice(-SHOWN)
}

async function pastOf(finding: SeenFinding, ports: Ports): Promise<PastAnswer> {
  const { store, host, now } = ports
  const events = await store.events(host, { subject: finding.id })
  const fixes = (await fixesDone(ports)).filter((fix) => fix.finding === finding.id)
  const silences = (await store.audit(AUDIT_LOOKED_AT)).flatMap((entry) => silenceLine(entry, finding.id))
  const since = earlierBy(now, FLAPPING_WITHIN)
  const times = events.filter(
    ({ kind, at }) => (kind === 'appeared' || kind === 'returned') && at >= since,
  ).length
  return {
    kind: 'finding',
    finding,
    lines: inTime([...events.map(lineOf), ...fixes, ...silences]).slice(-SHOWN),
    times,
    isFlapping: isFlapping({ times }),
    presentSeconds: presentFor(events, now),
  }
}

const lineOf = (event: HostEvent): PastLine => ({
  at: event.at,
  what: WHAT[event.kind],
  text: 'severity' in event ? `${event.title} (${event.severity}, ${event.subject})` : event.title,
})

function presentFor(events: readonly HostEvent[], now: Timestamp): Seconds {
  let sum = 0
  let since: Timestamp | null = null
  for (const { kind, at } of events) {
    if (kind === 'appeared' || kind === 'returned') since = at
    if (kind === 'resolved' && since !== null) {
      sum += secondsBetween(since, at)
      since = null
    }
  }
  return seconds(sum + (since === null ? 0 : secondsBetween(since, now)))
}

type FixLine = PastLine & { readonly finding: string }

async function fixesDone({ store, host }: Ports): Promise<FixLine[]> {
  const lines: FixLine[] = []
  for (const execution of await store.executions(AUDIT_LOOKED_AT)) {
    const plan = await store.plan(execution.planId)
    if (!plan || plan.host !== host) continue
    lines.push({
      at: execution.finishedAt,
      what: whatBecame(execution),
      text: [plan.title, ...describeEffects(execution)].join('; '),
      finding: plan.findingId,
    })
  }
  return lines
}

const whatBecame = ({ outcome, verdict }: Execution): string =>
  verdict === null ? `fix ${outcome}` : `fix ${outcome}, ${verdict}`

function silenceLine({ action, subject, at, detail, actor }: AuditEntry, finding: string): PastLine[] {
  if (subject !== finding) return []
  if (action === 'silenced') return [{ at, what: 'silenced', text: `by ${actor}, until ${detail.until}` }]
  return action === 'heard-again' ? [{ at, what: 'heard again', text: `by ${actor}` }] : []
}

const inTime = (lines: readonly PastLine[]): PastLine[] =>
  lines.toSorted((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0))
