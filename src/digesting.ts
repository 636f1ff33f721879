import { FORECAST_RULES } from './diagnose/rules/forecasts.ts'
import type { DigestSubscription } from './model/digest.ts'
import type { AuditEntry } from './model/execution.ts'
import type { FixPlan } from './model/fix-plan.ts'
import type { Report } from './model/report.ts'
import { seconds, type Timestamp, timestamp } from './model/units.ts'
import { type Regressions, regressions } from './regressing.ts'
import { describeEffects } from './report/execution-lines.ts'
import { lastDue } from './schedule/due.ts'
import { intervalOf } from './schedule/jobs.ts'
import type { Store } from './store/store.ts'

/** A digest that a channel should have had since the last one. */
export type DueDigest = {
  readonly subscription: DigestSubscription
  readonly due: Timestamp
  /** perfbot was not there when it was due. */
  readonly late: boolean
}

/** As far back in the audit as fixes are looked for. */
const AUDIT_LOOKED_AT = 500

/** Longer than a look at the clock and a report take; later than this is late. */
const PUNCTUAL_MILLISECONDS = 10 * 60_000

export function dueDigests(subscriptions: readonly DigestSubscription[], now: Date): DueDigest[] {
  return subscriptions.flatMap((subscription) => {
    const { expression, timezone, since } = subscription
    const last = expression === null ? null : lastDue(expression, timezone ?? undefined, now)
    if (!last || timestamp(last) <= since) return []
    const late = now.getTime() - last.getTime() > PUNCTUAL_MILLISECONDS
    return [{ subscription, due: timestamp(last), late }]
  })
}

type Configured = { readonly schedule: string; readonly timezone?: string | undefined } | undefined

/**
 * The subscriptions of the configuration's channels, as it is now. What people asked for in a channel stands above it; a
 * channel that is new has missed nothing.
 */
export async function subscribeConfigured(
  channels: readonly string[],
  configured: Configured,
  { store, host, now }: { store: Store; host: string; now: Timestamp },
): Promise<void> {
  const known = await store.digestSubscriptions(host)
  for (const channel of channels) {
    const before = known.find((each) => each.channel === channel)
    if (before && before.by !== null) continue
    const expression = configured?.schedule ?? null
    const timezone = configured?.timezone ?? null
    if (before?.expression === expression && before.timezone === timezone) continue
    // Under another schedule what was due by the old one is of no interest.
    await store.saveDigestSubscription({ host, channel, expression, timezone, by: null, since: now })
  }
}

/** What people of a channel want, and who wanted it. */
export async function subscribe(
  wish: Omit<DigestSubscription, 'host' | 'since'>,
  { store, host, now }: { store: Store; host: string; now: Timestamp },
): Promise<void> {
  const before = (await store.digestSubscriptions(host)).find(({ channel }) => channel === wish.channel)
  await store.saveDigestSubscription({ ...wish, host, since: now })
  await store.appendAudit({
    at: now,
    actor: wish.by ?? 'perfbot',
    action: 'set',
    subject: `digest ${wish.channel}`,
    detail: {
      from: before?.expression ?? 'none',
      to: wish.expression ?? 'none',
      ...(wish.timezone === null ? {} : { timezone: wish.timezone }),
    },
  })
}

/** A fix that ended, and what the readings say of it. */
export type DoneFix = {
  readonly title: string
  readonly outcome: string
  readonly at: Timestamp
  /** "memory limit 256 MiB → 512 MiB". */
  readonly brought: readonly string[]
}

/** What a digest says beside its report. */
export type DigestExtras = {
  readonly period: 'day' | 'week'
  /** Fixes that ended since the last digest, with what came of each. */
  readonly done: readonly DoneFix[]
  readonly waiting: readonly Pick<FixPlan, 'title' | 'risk'>[]
  readonly regressions: Regressions
  /** Ids of the findings that say when something runs out, but for what cannot wait. */
  readonly forecasts: readonly string[]
}

type ExtrasPorts = { readonly store: Store; readonly host: string; readonly now: Timestamp }

const LENGTHS = { day: seconds(86_400), week: seconds(7 * 86_400) } as const

/** A digest that comes once a week looks at a week. */
const WEEKLY_SECONDS = 6 * 86_400

export const periodOf = ({ expression }: Pick<DigestSubscription, 'expression'>): DigestExtras['period'] =>
  expression !== null && intervalOf(expression) >= WEEKLY_SECONDS ? 'week' : 'day'

export type DigestAsked = {
  readonly report: Report
  readonly since: Timestamp
  readonly period: DigestExtras['period']
}

export async function digestExtras(
  { report, since, period }: DigestAsked,
  ports: ExtrasPorts,
): Promise<DigestExtras> {
  const { store, host, now } = ports
  return {
    period,
    done: await fixesDone(since, ports),
    waiting: (await store.openPlans(host, now)).map(({ title, risk }) => ({ title, risk })),
    regressions: await regressions(LENGTHS[period], ports),
    forecasts: report.findings
      .filter(({ rule, severity }) => FORECAST_RULES.has(rule) && severity !== 'critical')
      .map(({ id }) => id),
  }
}

async function fixesDone(since: Timestamp, { store, host }: ExtrasPorts): Promise<DoneFix[]> {
  const ended = (entry: AuditEntry) => entry.action === 'finished' && entry.at >= since
  const entries = (await store.audit(AUDIT_LOOKED_AT)).filter(ended)
  const done = await Promise.all(
    entries.map(async ({ subject, detail, at }) => {
      const [plan, execution] = await Promise.all([store.plan(subject), store.executionOf(subject)])
      // Several hosts may share the store.
      if (plan && plan.host !== host) return []
      return [
        {
          title: plan?.title ?? subject,
          outcome: String(detail.outcome ?? 'ended'),
          at,
          brought: execution ? describeEffects(execution) : [],
        },
      ]
    }),
  )
  return done.flat()
}

/** Whether there is nothing to tell but that: no change, nothing that presses, nothing done and nothing to decide. */
export const isUneventful = (report: Report, { done, waiting, regressions }: DigestExtras): boolean =>
  report.changes !== null &&
  report.changes.appeared.length + report.changes.resolved.length + report.changes.worse.length === 0 &&
  report.findings.every(({ severity }) => severity === 'low') &&
  report.scoreboard.every(({ verdict }) => verdict !== 'missed') &&
  report.deployments.length + regressions.worse.length + done.length + waiting.length === 0
