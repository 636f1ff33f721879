import type { Severity } from '../model/finding.ts'
import type { LogErrorClass, LogHeadline, LogSummary } from '../model/log-summary.ts'
import { type Seconds, seconds, secondsBetween, type Timestamp } from '../model/units.ts'

/** A headline of a log that is worth a finding. */
export type LogTrouble = { readonly headline: LogHeadline; readonly severity: Severity }

/** What was last said before that is over. */
const RECENT: Seconds = seconds(600)
/** Some failures at the start, until what it needs is there, are no trouble. */
const LASTING: Seconds = seconds(60)

type Worth = { readonly severity: Severity; readonly from: number }

/** What is missing, full or broken does not go away by itself: once is enough. */
const AT_ONCE: Worth = { severity: 'medium', from: 1 }
const GRAVE: Worth = { severity: 'high', from: 1 }
/** What may be a mishap has to come again. */
const REPEATED: Worth = { severity: 'medium', from: 5 }
const MANY: Worth = { severity: 'medium', from: 20 }
const FAULTS: Worth = { severity: 'low', from: 20 }

const WORTH: Readonly<Record<LogErrorClass, Worth>> = {
  'disk-failing': GRAVE,
  'disk-full': GRAVE,
  corrupted: GRAVE,
  'gpu-failed': GRAVE,
  'read-only-filesystem': GRAVE,
  'oom-killed': AT_ONCE,
  'out-of-memory': AT_ONCE,
  'crash-signal': AT_ONCE,
  'missing-module': AT_ONCE,
  'missing-library': AT_ONCE,
  'missing-class': AT_ONCE,
  'missing-command': REPEATED,
  'missing-variable': AT_ONCE,
  'config-syntax': REPEATED,
  'migration-failed': AT_ONCE,
  'wrong-architecture': AT_ONCE,
  'bad-image': AT_ONCE,
  'port-in-use': REPEATED,
  'certificate-expired': AT_ONCE,
  'too-many-open-files': AT_ONCE,
  'too-many-connections': REPEATED,
  'pool-exhausted': REPEATED,
  'write-refused': REPEATED,
  'name-not-resolved': REPEATED,
  'connection-refused': REPEATED,
  unreachable: REPEATED,
  'tls-failed': MANY,
  'upstream-failed': REPEATED,
  'rate-limited': MANY,
  timeout: MANY,
  'connection-reset': MANY,
  'authentication-failed': MANY,
  deadlock: REPEATED,
  'lock-timeout': REPEATED,
  'permission-denied': MANY,
  'server-error': MANY,
  'sql-error': FAULTS,
  'constraint-violation': FAULTS,
  'unique-violation': FAULTS,
  'program-fault': FAULTS,
  'missing-file': FAULTS,
  'checkpoints-too-frequent': FAULTS,
  other: FAULTS,
}

/** Beyond it a burst is no mishap, however short. */
const FLOOD = 100

function lasts({ count, since, until }: LogHeadline, { from }: Worth): boolean {
  if (from === 1 || count >= FLOOD) return true
  return since === null || until === null || secondsBetween(since, until) >= LASTING
}

function worthOf({ kind, class: trouble }: LogHeadline): Worth | null {
  if (kind === 'saturation') return { severity: 'medium', from: 3 }
  if (kind === 'change') return { severity: 'low', from: 20 }
  if (trouble === null) return null
  // One client that is refused is that client's trouble first, and on an open port somebody always tries.
  if (kind === 'client') return { ...WORTH[trouble], severity: 'low' }
  return kind === 'error' || kind === 'surge' ? WORTH[trouble] : null
}

/** What goes on in a log and is worth a finding, in the log's own order: the most telling first. */
export function troublesIn({ headlines }: LogSummary, now: Timestamp): LogTrouble[] {
  return headlines.flatMap((headline) => {
    const worth = worthOf(headline)
    if (!worth || headline.count < worth.from || !lasts(headline, worth)) return []
    if (headline.until !== null && secondsBetween(headline.until, now) > RECENT) return []
    return [{ headline, severity: worth.severity }]
  })
}

/** Errors that say that something else is at fault. */
export const FROM_ELSEWHERE: ReadonlySet<LogErrorClass> = new Set<LogErrorClass>([
  'connection-refused',
  'name-not-resolved',
  'unreachable',
  'connection-reset',
  'upstream-failed',
  'timeout',
  'server-error',
  'authentication-failed',
  'too-many-connections',
  'pool-exhausted',
  'write-refused',
  'tls-failed',
])
