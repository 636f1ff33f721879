import type { LogEvent } from '../../model/log-summary.ts'
import { safeLine } from './safe-text.ts'
import { stamp } from './stamp.ts'

type Kind = LogEvent['kind']

/** Words with which programs tell of what happens rarely and changes much. */
const EVENTS: readonly (readonly [Kind, RegExp])[] = [
  [
    'configuration-reloaded',
    /\b(?:config(?:uration)?(?: files?)?|settings)\b.{0,40}\b(?:re-?load(?:ed|ing)?|changed|updated|applied)\b|\bre-?load(?:ed|ing)?\b.{0,40}\bconfig(?:uration)?|SIGHUP.{0,40}(?:reload|reconfigur)/i,
  ],
  [
    'failover',
    /\bfail(?:ing )?-?over\b|\bpromot(?:ed|ing) to (?:master|primary)|MASTER MODE enabled|\+switch-master|received promote request|selected new timeline/i,
  ],
  [
    'leader-elected',
    /\b(?:elected|became|becoming|new|acquired|lost) (?:as )?(?:the )?leader|leader (?:election|elected|changed|lost)|successfully acquired lease|\+elected-leader/i,
  ],
  [
    'cache-flushed',
    /\b(?:cache|caches)\b.{0,30}\b(?:flush(?:ed)?|clear(?:ed)?|purged?|invalidated|evicted all)|\bflush(?:ed|ing|all|db)\b.{0,30}\bcache|\bFLUSH(?:ALL|DB)\b/i,
  ],
  [
    'migrated',
    /\b(?:migrations?|schema)\b.{0,40}\b(?:applied|complete[d]?|finished|upgraded|migrated)\b|Running upgrade \w* ?-> ?\w+|\b(?:DROP|CREATE|ALTER) (?:UNIQUE )?(?:INDEX|TABLE)\b/i,
  ],
  [
    'deployed',
    /\bdeploy(?:ed|ment|ing)\b.{0,60}\b(?:version|release|complete[d]?|finished|started|rolled|v?\d+\.\d+)|\b(?:rolled out|rolling update|new release|release \S+ (?:deployed|live))/i,
  ],
  ['scaled', /\bscal(?:ed|ing) (?:up|down|out|in|to|from)\b|replica(?:s|set).{0,30}scaled/i],
  [
    'stopped',
    /\b(?:shutting down|shut down|received (?:smart|fast|immediate) shutdown|graceful(?:ly)? (?:stop|shutdown)|received SIGTERM|bye bye|User requested shutdown|stopping server)\b/i,
  ],
  [
    'started',
    /\b(?:database system is ready to accept|ready to accept connections|server (?:is )?(?:started|listening|running)|listening (?:on|at)\b|application startup complete|started \S+ in [\d.]+ ?(?:ms|s)|Server initialized|start worker processes|Uvicorn running on|startup complete|service started|booting worker)/i,
  ],
]

const HINT =
  /DROP|CREATE|ALTER|re-?load|config|setting|fail|promot|master|leader|lease|cache|flush|migrat|schema|upgrade|deploy|roll|release|scal|shut|sigterm|stop|bye|ready|listen|start|initialized|running|sighup|timeline|boot/i

export function eventIn(message: string): Kind | null {
  const line = message.slice(0, 300)
  if (!HINT.test(line)) return null
  return EVENTS.find(([, expression]) => expression.test(line))?.[0] ?? null
}

export type Happened = { readonly kind: Kind; readonly ms: number; count: number; readonly sample: string }

const MOST_EVENTS = 60
/** Workers that say the same a moment later are one event. */
const SAME_MOMENT_MS = 10_000

export function remember(events: Happened[], kind: Kind, ms: number, message: string): void {
  const last = events.findLast((event) => event.kind === kind)
  if (last && (Math.abs(ms - last.ms) < SAME_MOMENT_MS || Number.isNaN(ms))) {
    last.count += 1
    return
  }
  // Starts come by the hundred in a crash loop: the oldest give way.
  if (events.length >= MOST_EVENTS) events.splice(0, 1)
  events.push({ kind, ms, count: 1, sample: safeLine(message, 160) })
}

export const toldEvents = (events: readonly Happened[]): LogEvent[] =>
  events.map(({ kind, ms, count, sample }) => ({ kind, at: stamp(ms), count, sample }))
