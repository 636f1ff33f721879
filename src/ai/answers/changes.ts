import type { Evidence } from '../../model/evidence.ts'
import type { AuditEntry } from '../../model/execution.ts'
import { counted, formatMinute, formatValue } from '../../model/format.ts'
import { asSentence } from '../../model/plain-text.ts'
import type { NumberChange, Report } from '../../model/report.ts'
import type { Topic } from './sources.ts'

type Told = { readonly sentences: readonly string[]; readonly evidence: readonly Evidence[] }

/** "What changed since yesterday?": findings, key figures, what was put into use, and what was fixed. */
export const changes: Topic = async ({ text }, { report, audit, plan }) => {
  if (
    !/\b(?:changed?|changes|new|different|differs?|since (?:yesterday|the last|last)|resolved|gone|appeared|compared|deployed?|deployments?)\b/.test(
      text,
    )
  )
    return null
  if (/\bwho\b|\bchange[sd]? (?:the|a|my) setting/.test(text)) return null
  const since = report.changes?.since ?? report.deployments[0]?.at ?? null
  const finished = (await audit(50)).filter(
    ({ action, at }) => action === 'finished' && (!since || at > since),
  )
  const known = await Promise.all(finished.map(async (entry) => ({ entry, plan: await plan(entry.subject) })))
  const fixes = known
    // Several hosts may share the store.
    .filter((each) => each.plan === null || each.plan.host === report.host)
    .map((each) => ({ entry: each.entry, title: each.plan?.title ?? each.entry.subject }))
  const parts = [
    ...(report.changes ? [compared(report, report.changes)] : []),
    putIntoUse(report),
    fixed(fixes),
  ]
  const sentences = parts.flatMap((part) => part.sentences)
  if (sentences.length === 0) {
    return {
      kind: 'unknown',
      sentences: [
        "I don't know: there is no earlier report to compare with. Each /perf report, digest or `perfbot report` adds one.",
      ],
      evidence: [],
    }
  }
  const without = report.changes ? [] : ['There is no earlier report to compare findings with.']
  return {
    kind: 'answered',
    sentences: [...sentences, ...without],
    evidence: parts.flatMap((part) => part.evidence).slice(0, 12),
  }
}

function compared(
  { findings, scoreboard, createdAt }: Pick<Report, 'findings' | 'scoreboard' | 'createdAt'>,
  known: NonNullable<Report['changes']>,
): Told {
  const of = (ids: readonly string[]) => findings.filter(({ id }) => ids.includes(id))
  const titles = (ids: readonly string[]) => of(ids).map(({ title }) => title)
  const [appeared, ongoing] = [titles(known.appeared), titles(known.ongoing)]
  const moved = scoreboard.filter(({ trend }) => trend === 'better' || trend === 'worse')
  return {
    sentences: [
      `Compared with the report of ${formatMinute(known.since)}:`,
      appeared.length > 0 ? asSentence(`New: ${appeared.join('; ')}`) : 'No finding is new.',
      ...(known.resolved.length > 0
        ? [asSentence(`Gone: ${known.resolved.map(({ title }) => title).join('; ')}`)]
        : []),
      ...(ongoing.length > 0 ? [asSentence(`Still there: ${ongoing.slice(0, 4).join('; ')}`)] : []),
      ...(moved.length > 0
        ? [
            asSentence(
              `Key figures that moved: ${moved.map(({ title, trend }) => `${title} is ${trend}`).join(', ')}`,
            ),
          ]
        : []),
    ],
    evidence: [
      {
        label: 'findings that are new',
        source: `this report and that of ${formatMinute(known.since)}`,
        at: createdAt,
        value: appeared.length,
        unit: 'count',
      },
      ...of(known.appeared).flatMap(({ evidence }) => evidence.slice(0, 2)),
      ...moved.flatMap(({ measured }) => measured ?? []),
    ],
  }
}

const moved = ({ title, unit, before, after }: NumberChange): string =>
  `${title} ${formatValue(before, unit)} → ${formatValue(after, unit)}`

const putIntoUse = ({ deployments }: Pick<Report, 'deployments'>): Told => ({
  sentences: deployments.map(({ at, title, changed }) =>
    asSentence(
      `Put into use at ${formatMinute(at)}: ${title}${changed.length > 0 ? `; since then ${changed.map(moved).join(', ')}` : ''}`,
    ),
  ),
  evidence: deployments.map(({ at, title }) => ({
    label: 'put into use',
    source: 'two readings, compared',
    at,
    value: title,
    unit: 'text',
  })),
})

const fixed = (fixes: readonly { readonly entry: AuditEntry; readonly title: string }[]): Told => ({
  sentences:
    fixes.length === 0
      ? []
      : [
          asSentence(
            `${counted(fixes.length, 'fix', 'fixes')} ran: ${fixes.map(({ title }) => title).join('; ')}`,
          ),
        ],
  evidence: fixes.map(({ entry, title }) => ({
    label: 'fix that ran',
    source: `audit entry ${entry.sequence}`,
    at: entry.at,
    value: title,
    unit: 'text',
  })),
})
